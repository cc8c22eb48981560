"""A mistake in the config is told with the file, the key, and what is allowed there."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway import bootstrap
from gateway.config_file import ConfigFile
from gateway.errors import ConfigError, GatewayError

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"
EXAMPLE = (EXAMPLES / "frontol-mindbox.toml").read_text(encoding="utf-8")
STORE = '[store]\nkind = "sqlite"'
PRINTER = '[[printers]]\nname = "desk"\nkind = "network"\n'
REGISTER = '[[registers]]\nkind = "frontol"\nid = "KASSA-2"\naccess_key_file = "secrets/frontol-access-key"\n'
TEXT = '"{{ customer.first_name }} скоро отмечает день рождения, поздравьте"'
WITHOUT_REGISTERS = "registers = []\n" + re.sub(r"\[\[registers\]\].*?(?=\[loyalty\])", "", EXAMPLE, flags=re.DOTALL)

Check = Callable[[str], ConfigFile]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """`check-config` on a text, with the example's secrets beside it."""
    shutil.copytree(EXAMPLES / "secrets", tmp_path / "secrets")

    def checked(text: str) -> ConfigFile:
        path = tmp_path / "gateway.toml"
        path.write_text(text, encoding="utf-8")
        config = ConfigFile(path)
        bootstrap.check(config)
        return config

    return checked


def changed(old: str, new: str) -> str:
    """The example with one mistake made in it."""
    assert old in EXAMPLE, f"the example no longer has {old!r}: choose another place for this mistake"
    return EXAMPLE.replace(old, new, 1)


def added(block: str) -> str:
    return changed(STORE, f"{block}\n{STORE}")


OUTLET = '[outlet]\nid = "MAG-3"\ntimezone = "Europe/Moscow"'

COMPARED = '[codes]\nspending = "server"\n[identification.spending]\nphone = "with_code"\n'
MAIL = '[mail]\nserver = "{}"\nsender = "kassa@example.org"\nrecipients = ["{}"]'
FIELD = '[[enrolment.fields]]\nname = "n"\ncaption = "Имя"\n'

MISTAKES = {
    "points with a code nobody sends": (
        added('[identification.spending]\nphone = "with_code"'),
        'identification.spending: "with_code" требует codes.spending',
        '"generated"',
    ),
    "a code the till could never be told": (added(COMPARED), 'codes.spending: "server"', "codes.registers_compare"),
    "unknown way to spend": (
        added('[identification.spending]\ncard = "always"'),
        'identification.spending.card: указано "always"',
        '"freely", "with_code", "never"',
    ),
    "wallet mask that is none": (added('[identification]\nwallet = "("'), "identification", "не регулярное"),
    "one-time mask without its parts": (added('[identification]\none_time = "QR:.*"'), "identification", "(?P<code>"),
    "question asked twice": (added(FIELD + FIELD), "enrolment", "'n' у двух полей"),
    "pattern that is none": (added(FIELD + 'pattern = "["'), "enrolment.fields[1]", "не регулярное выражение"),
    "code of one digit": (added("[codes]\nlength = 1"), "codes.length: указано 1", "от 4 до 8"),
    "goods by no member": (
        changed('slips = ["client"', 'position_id = ""\nslips = ["client"'),
        "frontol.position_id",
        "обычно",
    ),
    "unknown key": (changed("\nlisten =", "\nlistn ="), "server.listn: неизвестный ключ", '"listen"', "admin"),
    "unknown table": (changed("[server]", "[sever]"), "sever: неизвестный ключ", '"server"', "registers"),
    "unknown key of an adapter": (changed("\npreset", "\npreest"), "loyalty.preest", '"preset"', "endpoint"),
    "unknown key of a second rule": (changed("\nmoment", "\nmomnt"), "prompts[2].momnt"),
    "unknown key of a printer": (added(PRINTER + 'addres = "1"'), "printers[1].addres", '"address"'),
    "wrong type": (changed('endpoint = "Demo.Offline"', "endpoint = 5"), "loyalty.endpoint: указано 5", "строка"),
    "wrong type in a list": (changed('slips = ["client"', "slips = [1"), "frontol.slips[1]: указано 1", '"client"'),
    "text for a number": (added('[budgets]\nquote = "0.3"'), 'budgets.quote: указано "0.3"', "секунды"),
    "text for a table": (changed(OUTLET, 'outlet = "MAG-3"'), 'outlet: указано "MAG-3"', "таблица"),
    "table for a list": (changed("[[registers]]", "[registers]"), "registers: указано таблица", "[[...]]"),
    "missing key": (changed('endpoint = "Demo.Offline"', ""), "loyalty.endpoint: ключ обязателен", "строка"),
    "missing key of a register": (changed('id = "KASSA-2"', ""), "registers[1].id: ключ обязателен"),
    "missing table": (changed(OUTLET, ""), ": outlet: ключ обязателен", "id"),
    "missing secret of the server": (changed("secrets/mind", "secrets/mint"), "loyalty.secret_key_file", "искали: "),
    "missing secret of a register": (changed("secrets/fr", "secrets/f"), "registers[1].access_key_file", "искали: "),
    "unknown server": (changed('"mindbox"', '"minbox"'), "loyalty.kind: указано 'minbox'", "допустимо: mindbox"),
    "unknown store": (changed('"sqlite"', '"sqlit"'), "store.kind: указано 'sqlit'", "sqlite, postgres, memory"),
    "unknown register kind": (changed('"frontol"', '"frontal"'), 'registers[1].kind: указано "frontal"', '"frontol"'),
    "unknown choice": (changed('"identified"', '"after-sale"'), "prompts[2].moment", 'возможно, "after_sale"'),
    "unknown language": (added('[log]\nlevel = "warn"'), "log.level", '"debug", "info", "warning", "error"'),
    "register twice": (added(REGISTER), "registers[2].id: касса MAG-3/KASSA-2 указана дважды"),
    "register without an id": (changed('"KASSA-2"', '""'), "registers[1].id", "непустая строка"),
    "register with a slash": (changed('"KASSA-2"', '"K/2"'), 'registers[1].id: указано "K/2"', "без «/»"),
    "no registers": (WITHOUT_REGISTERS, "registers: нужна"),
    "unknown printer": (
        added(PRINTER + 'address = "10.0.0.9"').replace('id = "KASSA-2"', 'id = "KASSA-2"\nprinter = "dsk"'),
        "registers[1].printer: нет принтера 'dsk'",
        "допустимо: desk",
    ),
    "no printer to print on": (changed("access_key", 'slip_to = "printer"\naccess_key'), "registers[1].printer"),
    "printer twice": (added(f'{PRINTER}address = "a"\n{PRINTER}address = "b"'), "printers[2].name", "своё"),
    "printer without an address": (added(PRINTER), "printers[1].address", "адрес:порт"),
    "printer with a typo in its address": (
        added(PRINTER + 'address = "192.168.1..50:9100"'),
        "printers[1].address: указано '192.168.1..50:9100'",
        "192.168.1.50:9100",
    ),
    "mail server with a typo": (added(MAIL.format("mail..example.org", "a@b.org")), "mail.server: указано 'mail..ex"),
    "mail to two in one": (added(MAIL.format("mail.org", r"a@b.org\nc@d.org")), "mail.recipients: указано 'a@b.org"),
    "printer of no known width": (added(PRINTER + 'address = "a"\ncolumns = 40'), "printers[1].columns", "32, 42"),
    "address without a port": (changed('"127.0.0.1:8090"', '"127.0.0.1"'), "server.listen", "адрес:порт"),
    "address with a scheme": (changed('"127.0.0.1:9108"', '"http://a:1"'), "server.admin", "адрес:порт"),
    "port too large": (changed("127.0.0.1:8090", "127.0.0.1:65536"), "server.listen", "65535"),
    "no such zone": (changed('"Europe/Moscow"', '"Moscow"'), "outlet.timezone", "Europe/Moscow"),
    "plain http": (changed("http://127.0.0.1:8181", "http://loyalty.example"), "loyalty.url", "https://"),
    "budget of zero": (added("[budgets]\nidentify = 0"), "budgets.identify: указано 0", "больше 0"),
    "budget in milliseconds": (added("[budgets]\nidentify = 300"), "budgets.identify: указано 300", "не больше 10"),
    "budget that is no number": (added("[budgets]\nredeem = nan"), "budgets.redeem: указано nan", "больше 0"),
    "negative seconds": (added("[popups]\npoll_after_close_seconds = -1"), "popups.poll_after_close_seconds", "от 0"),
    "nobody delivers": (added("[sale]\nparallel_deliveries = 0"), "sale.parallel_deliveries: указано 0", "от 1"),
    "field nobody has": (changed(TEXT, '"{{ customer.nmae }}"'), "prompts[2].text: правило 'birthday'", "first_name"),
    "brace forgotten": (changed(TEXT, '"{{ customer.level }"'), "prompts[2].text: правило 'birthday'", "first_name"),
    "text that fails for some": (changed(TEXT, '"{{ customer.birth_date }}"'), "prompts[2].text: правило 'birthday'"),
    "text that counts letters": (changed(TEXT, '"{{ customer.level + 1 }}"'), "prompts[2].text: правило 'birthday'"),
    "rule twice": (changed('"birthday"', '"silver-to-gold"'), "prompts[2].name", "'silver-to-gold' уже есть"),
    "rule of no day": (
        changed('name = "birthday"', 'name = "birthday"\nsince = 2026-02-01\nuntil = 2026-01-31'),
        "prompts[2]: since 2026-02-01 позже, чем until 2026-01-31",
    ),
    "rule of no date": (changed('name = "birth', 'since = "soon"\nname = "birth'), "prompts[2].since", "ГГГГ-ММ-ДД"),
    "window over before the question": (
        changed('name = "silver-to-gold"', 'name = "silver-to-gold"\nwindow_seconds = 15'),
        "prompts[1].window_seconds: указано 15; допустимо: больше 18",
    ),
    "no such templates": (added('[templates]\nfolder = "nowhere"'), "templates.folder", "nowhere"),
    "no templates there": (added('[templates]\nfolder = "secrets"'), "templates.folder", "sale.txt"),
    "not TOML": (changed("[outlet]", "[outlet"), "это не TOML"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_file_key_and_what_is_allowed(check: Check, tmp_path: Path, mistake: str) -> None:
    text, *told = MISTAKES[mistake]
    with pytest.raises(ConfigError) as caught:
        check(text)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'gateway.toml'}: ")
    assert [part for part in told if part not in said] == [], said
    assert "\n" not in said


def test_the_example_itself_is_right(check: Check) -> None:
    assert len(check(EXAMPLE).settings.registers) == 1


def test_a_file_from_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(EXAMPLE, encoding="utf-8-sig")
    (tmp_path / "key").write_text("s3cret\r\n", encoding="utf-8-sig")
    assert ConfigFile(path).secret("key", "k") == "s3cret"


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_bytes(EXAMPLE.encode("cp1251"))
    with pytest.raises(ConfigError, match="UTF-8"):
        ConfigFile(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.toml: файл не читается"):
        ConfigFile(tmp_path / "nothing.toml")


def test_a_secret_comes_from_systemd_before_the_file_beside_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "gateway.toml").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "key").write_text("beside\n")
    config = ConfigFile(tmp_path / "gateway.toml")
    assert config.secret("key", "k") == "beside"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    assert config.secret("key", "k") == "beside"
    (tmp_path / "credentials" / "key").write_text("from systemd\n")
    assert config.secret("key", "k") == "from systemd"


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe\x00"])
def test_a_secret_that_is_no_line_of_text_is_refused_without_showing_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "gateway.toml").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigError, match=r"gateway\.toml: loyalty\.secret_key_file: ") as caught:
        ConfigFile(tmp_path / "gateway.toml").secret("key", "loyalty.secret_key_file")
    assert "\\xff" not in str(caught.value)


def test_what_the_command_line_says_is_checked_like_the_file(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    assert ConfigFile(path, {"server.listen": "127.0.0.1:81"}).settings.server.listen == "127.0.0.1:81"
    with pytest.raises(ConfigError, match=r"server\.listen: указано \"eighty\""):
        ConfigFile(path, {"server.listen": "eighty"})


def test_an_override_of_a_table_that_is_none_is_told_and_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('server = "here"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="server: указано"):
        ConfigFile(path, {"server.listen": "127.0.0.1:81"})


async def test_the_gateway_refuses_to_start_with_what_check_config_refuses(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "secrets", tmp_path / "secrets")
    path = tmp_path / "gateway.toml"
    path.write_text(changed(TEXT, '"{{ customer.nmae }}"'), encoding="utf-8")
    with pytest.raises(GatewayError, match="правило 'birthday'"):
        await bootstrap.build(ConfigFile(path), print)


def test_an_empty_template_means_no_slip_and_is_allowed(check: Check, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES.parents[1] / "receipt_templates", tmp_path / "slips")
    (tmp_path / "slips" / "refund.txt").write_text("")
    check(added('[templates]\nfolder = "slips"'))
    (tmp_path / "slips" / "sale.txt").write_text("@titel Чек")
    with pytest.raises(GatewayError, match=r"sale\.txt:1: .*@titel"):
        check(added('[templates]\nfolder = "slips"'))
