"""Templates: what they say, what data cannot do to them, and how a broken one is refused."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.domain.slip import Align, Code128, Cut, Ean13, Feed, Pair, QrCode, Rule, Size, Text
from gateway.domain.slip_data import SlipCustomer, SlipData
from gateway.errors import TemplateError
from gateway.slips.sample import SAMPLE
from gateway.slips.templates import Templates

EVERYTHING = """\
{# Поля: outlet #}
@title Заголовок
@big Крупно
@bold Жирно
@bold Слева | справа
@center По центру
@right Справа
@small Мелко
@line
@line =
@qr https://example.org/?a=1|2
@ean13 460123456789
@code128 GIFT-42
@feed 2

@@home
Итого | 5
{# @nonsense in a comment is no directive #}
@cut
"""


def one(tmp_path: Path, source: str) -> Templates:
    (tmp_path / "one.txt").write_text(source, encoding="utf-8")
    return Templates(tmp_path)


def test_every_directive_makes_its_element(tmp_path: Path) -> None:
    assert one(tmp_path, EVERYTHING).render("one", SAMPLE) == (
        Text(text="Заголовок", align=Align.CENTER, size=Size.LARGE, bold=True),
        Text(text="Крупно", size=Size.LARGE),
        Text(text="Жирно", bold=True),
        Pair(left="Слева", right="справа", bold=True),
        Text(text="По центру", align=Align.CENTER),
        Text(text="Справа", align=Align.RIGHT),
        Text(text="Мелко", size=Size.SMALL),
        Rule(),
        Rule(symbol="="),
        QrCode(data="https://example.org/?a=1|2"),
        Ean13(data="460123456789"),
        Code128(data="GIFT-42"),
        Feed(lines=2),
        Feed(),
        Text(text="@home"),
        Pair(left="Итого", right="5"),
        Cut(),
    )


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("@cut", "@cut"),
        ("a\n@cut", "a @cut"),
        ("a | b", "a | b"),
        ("\x1b@\x10\x04\x01", "@"),
        ("\u2028@qr x", "@qr x"),
        ("{{ outlet }}", "{{ outlet }}"),
        ("\u202e@\u200bcut", "@cut"),
    ],
)
def test_data_adds_neither_line_nor_directive_nor_column(tmp_path: Path, name: str, printed: str) -> None:
    templates = one(tmp_path, "{{ customer.first_name if customer }}\n{{ outlet }}\n")
    data = replace(SAMPLE, customer=SlipCustomer(first_name=name), outlet="конец")
    assert templates.render("one", data) == (Text(text=printed), Text(text="конец"))


def test_data_keeps_its_characters_inside_a_qr_code(tmp_path: Path) -> None:
    data = replace(SAMPLE, outlet="a@b|c")
    assert one(tmp_path, "@qr {{ outlet or '-' }}").render("one", data) == (QrCode(data="a@b|c"),)


@pytest.mark.parametrize(
    ("source", "place", "reason"),
    [
        ("ok\n@boldd text\n", ":2", "нет директивы @boldd"),
        ("{% if False %}\n@qrcode {{ outlet }}\n{% endif %}\n", ":2", "нет директивы @qrcode"),
        ("{# a\nb #}\n@feed many\n", ":3", "@feed: нужно число"),
        ("@feed 0\n", ":1", "@feed: нужно число"),
        ("@qr\n", ":1", "нечего кодировать"),
        ("{% if customer %}\nx\n", ":2", "Unexpected end of template"),
        ("ok\n{{ customr.first_name }}\n", ":2", "'customr' is undefined"),
        ("ok\n{{ customer.frist_name }}\n", ":2", "frist_name"),
        ("{{ outlet|monney }}\n", ":1", "No filter named 'monney'"),
        ("\n\n{{ earned|points }}\n", ":3", ""),
        ("{{ earned }}\n", ":1", "чего здесь не знают"),
        ("{{ 'a' * 10**9 }}\n", ":1", "только для чисел"),
        ("{{ 'a' * 1000000000 }}\n", ":1", "только для чисел"),
        ("{{ 10 ** 10 }}\n", ":1", "только для чисел"),
        ("{{ '%999999999d' % 1 }}\n", ":1", "только для чисел"),
        ("{{ outlet.ljust(1000000000) }}\n", ":1", "unsafe"),
        ("{{ outlet.__class__ }}\n", ":1", "unsafe"),
        ("{{ now.strftime('%Y') }}\n", ":1", "unsafe"),
        ("{{ range(5) }}\n", ":1", "'range' is undefined"),
        ("{% include '/etc/passwd' %}\n", ":1", "no loader"),
        ("{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}\n", ":1", "recursion"),
        ("x" * 8193, "", "длиннее 8192"),
    ],
)
def test_a_broken_template_is_refused_with_file_line_and_reason(
    tmp_path: Path, source: str, place: str, reason: str
) -> None:
    with pytest.raises(TemplateError) as refused:
        one(tmp_path, source)
    assert f"{tmp_path / 'one.txt'}{place}:" in str(refused.value)
    assert reason in str(refused.value)


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_bytes(b"ok\n" + "Привет".encode("cp1251"))
    with pytest.raises(TemplateError, match=r"one\.txt:2: не UTF-8"):
        Templates(tmp_path)


def test_notepads_mark_and_line_ends_are_taken(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_bytes("@line\r\nПривет\r\n".encode("utf-8-sig"))
    assert Templates(tmp_path).render("one", SAMPLE) == (Rule(), Text(text="Привет"))


def test_a_reload_takes_the_new_set_or_keeps_the_old(tmp_path: Path) -> None:
    templates = one(tmp_path, "старый")
    (tmp_path / "one.txt").write_text("@boom", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"one\.txt:1: .*@boom"):
        templates.reload()
    assert templates.render("one", SAMPLE) == (Text(text="старый"),)
    (tmp_path / "one.txt").write_text("новый", encoding="utf-8")
    assert templates.reload()
    assert templates.render("one", SAMPLE) == (Text(text="новый"),)
    assert not templates.reload(), "nothing has changed since"


def test_of_two_templates_with_a_name_the_shops_own_counts_and_the_others_stay(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder, names in ((shipped, ("sale", "refund")), (own, ("sale",))):
        folder.mkdir()
        for name in names:
            (folder / f"{name}.txt").write_text(f"{folder.name} {name}", encoding="utf-8")
    templates = Templates(shipped, own)
    assert templates.render("sale", SAMPLE) == (Text(text="own sale"),)
    assert templates.render("refund", SAMPLE) == (Text(text="shipped refund"),)
    (own / "sale.txt").rename(own / "refund.txt")
    templates.reload()
    assert templates.render("sale", SAMPLE) == (Text(text="shipped sale"),)


def test_an_empty_folder_and_an_unknown_name_are_errors(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="нет шаблонов"):
        Templates(tmp_path)
    with pytest.raises(TemplateError, match="нет шаблона 'two'; есть one"):
        one(tmp_path, "x").render("two", SAMPLE)


def test_a_template_with_nothing_to_say_gives_no_slip(tmp_path: Path) -> None:
    templates = one(tmp_path, "{% if customer %}\n{{ outlet }}\n{% endif %}\n")
    anonymous: SlipData = replace(SAMPLE, customer=None)
    assert templates.render("one", anonymous) == ()


def test_a_believed_folder_is_made_by_the_first_slip_or_reload_and_the_shops_own_at_once(tmp_path: Path) -> None:
    ours, own = tmp_path / "ours", tmp_path / "own"
    for folder, name in ((ours, "sale"), (ours, "refund"), (own, "coupon")):
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.txt").write_text(f"{name}", encoding="utf-8")
    (ours / "refund.txt").write_text("@boom", encoding="utf-8")
    templates = Templates(ours, own, believed=ours)
    assert templates.names == ("coupon", "refund", "sale")
    assert templates.render("sale", SAMPLE) == (Text(text="sale"),)
    with pytest.raises(TemplateError, match=r"refund\.txt:1: .*@boom"):
        templates.reload()
    (own / "coupon.txt").write_text("@boom", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"coupon\.txt:1: .*@boom"):
        Templates(ours, own, believed=ours)
