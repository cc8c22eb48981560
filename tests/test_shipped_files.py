"""What is shipped beside the code: configs that load, texts that render, pages whose links lead somewhere."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from msgspec import Struct
from msgspec.structs import asdict, fields

from adapters.loyalty.mindbox import MindboxSettings
from adapters.loyalty.mindbox.presets import OFFLINE, Operations
from adapters.mail import MailSettings
from adapters.printers import PrinterSettings
from adapters.registers.frontol import Style
from adapters.registers.frontol.report import ReportSettings
from adapters.registers.onec_retail import Style as OneCStyle
from adapters.stores import SqliteSettings
from gateway import bootstrap
from gateway.config_file import ConfigFile
from gateway.domain.customer import Customer
from gateway.settings import Settings
from gateway.slips.lines import line

ROOT = Path(__file__).parent.parent
FULL = ROOT / "config" / "gateway.toml"
SEED = ROOT / "config" / "examples" / "sandbox-seed.toml"
CONFIGS = [FULL, *sorted(path for path in (ROOT / "config/examples").glob("*.toml") if path != SEED)]
COMMENTED = re.compile(r"^#(?=[a-z\[])", re.MULTILINE)
"""A key that is commented out has no blank after its `#`; a sentence has one."""

ADAPTERS: dict[str, type[Struct]] = {
    "frontol": Style,
    "frontol_report": ReportSettings,
    "onec_retail": OneCStyle,
    "loyalty": MindboxSettings,
    "loyalty.operations": Operations,
    "mail": MailSettings,
    "store": SqliteSettings,
    "printers": PrinterSettings,
}
"""Tables whose shape an adapter knows."""

OWN_KEYS = {"frontol_report.tills"}
"""Tables whose keys are the shop's own."""

ENGLISH, RUSSIAN = ROOT / "README.md", ROOT / "README.ru.md"
PAGES = sorted(
    {
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "receipt_templates").glob("*.md"),
        *(ROOT / "adapters").rglob("*.md"),
        *ROOT.glob("scripts/*.md"),
    }
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
FENCE = re.compile(r"^```(?:bash|sh|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def with_secrets(source: Path, folder: Path, text: str | None = None) -> ConfigFile:
    """`source` in a folder where every secret file it names exists."""
    path = folder / source.name
    path.write_text(source.read_text(encoding="utf-8") if text is None else text, encoding="utf-8")
    for name in re.findall(r'^\w+_file = "(.+?)"', path.read_text(encoding="utf-8"), re.MULTILINE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("secret\n")
    return ConfigFile(path)


def uncommented() -> str:
    return COMMENTED.sub("", FULL.read_text(encoding="utf-8"))


def shape(kind: Any) -> type[Struct] | None:
    """The struct of a table, or of each table of a list."""
    inner = next(iter(get_args(kind)), kind)
    return inner if isinstance(inner, type) and issubclass(inner, Struct) else None


def every_key(kind: type[Struct], table: str = "") -> Iterator[str]:
    for name, inner in get_type_hints(kind).items():
        key = f"{table}.{name}".lstrip(".")
        yield key
        below = ADAPTERS.get(key) or shape(inner)
        if below is not None:
            yield from every_key(below, key)


def keys_of(table: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, value in table.items():
        key = f"{above}.{name}".lstrip(".")
        yield key
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and key not in OWN_KEYS:
                yield from keys_of(inner, key)


def test_there_are_configs_to_check() -> None:
    assert len(CONFIGS) >= 2


@pytest.mark.parametrize("source", CONFIGS, ids=named)
def test_a_shipped_config_is_right(source: Path, tmp_path: Path) -> None:
    config = with_secrets(source, tmp_path)
    bootstrap.check(config)
    assert config.settings.registers


@pytest.mark.parametrize("source", [path for path in CONFIGS if path != FULL], ids=named)
def test_an_example_brings_its_own_secrets(source: Path) -> None:
    bootstrap.check(ConfigFile(source))


def test_the_full_config_is_right_with_every_key_uncommented(tmp_path: Path) -> None:
    bootstrap.check(with_secrets(FULL, tmp_path, uncommented()))


def test_the_full_config_names_every_key_and_no_other() -> None:
    shown = set(keys_of(tomllib.loads(uncommented())))
    known = {*every_key(Settings), "printers.name", "store.kind"}  # both are read before the adapter's own keys
    assert sorted(known - shown) == []
    assert sorted(shown - known) == []


@pytest.mark.parametrize("section", ["server", "budgets", "sale", "popups", "alarms", "log", "templates"])
def test_the_full_config_shows_the_defaults(section: str) -> None:
    default = next(field.default for field in fields(Settings) if field.name == section)
    assert tomllib.loads(uncommented())[section] == asdict(default)


@pytest.mark.parametrize("section", ["frontol", "onec_retail", "loyalty", "printers"])
def test_the_full_config_shows_the_defaults_of_adapters(section: str) -> None:
    table = tomllib.loads(uncommented())[section]
    table = table[0] if isinstance(table, list) else table
    plain = {
        field.name: field.default
        for field in fields(ADAPTERS[section])
        if isinstance(field.default, str | int | float)
    }
    shown = {name: value for name, value in table.items() if name in plain and name not in ("kind", "address")}
    assert shown
    assert shown == {name: plain[name] for name in shown}


def test_the_full_config_shows_the_names_of_the_first_preset() -> None:
    assert tomllib.loads(uncommented())["loyalty"]["operations"] == asdict(OFFLINE)


@pytest.mark.parametrize("source", CONFIGS, ids=named)
def test_every_text_of_a_rule_speaks_to_a_customer(source: Path, tmp_path: Path) -> None:
    text = uncommented() if source == FULL else None
    rules = with_secrets(source, tmp_path, text).settings.prompts
    assert rules
    for rule in rules:
        said = line(rule.text, Customer(id="1", first_name="Анна"))
        assert "Анна" in said
        assert "{" not in said


def test_every_sentence_of_the_full_config_fits_a_screen() -> None:
    assert [row for row in FULL.read_text(encoding="utf-8").splitlines() if len(row) > 118] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_link_leads_to_a_file_that_is_there(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_both_readmes_name_the_same_commands_and_sections() -> None:
    english, russian = (page.read_text(encoding="utf-8") for page in (ENGLISH, RUSSIAN))
    assert FENCE.findall(english) == FENCE.findall(russian) != []
    assert [row.count("#") for row in re.findall(r"^#+ ", english, re.MULTILINE)] == [
        row.count("#") for row in re.findall(r"^#+ ", russian, re.MULTILINE)
    ]


@pytest.mark.parametrize("page", [ENGLISH, RUSSIAN], ids=named)
def test_a_readme_names_files_and_metrics_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "gateway/observability").glob("*.py"))
    metrics = re.findall(r"`(?:pos_gateway_)(\w+?)(?:_total|_seconds)?[`{]", text)
    assert metrics
    assert [name for name in metrics if name not in source] == []
    assert [
        name
        for name in re.findall(r"`((?:gateway|adapters|tests|docs|config)/[\w/.-]+)`", text)
        if not (ROOT / name).exists()
    ] == []


def test_a_readme_shows_a_rule_that_the_gateway_takes(tmp_path: Path) -> None:
    example = CONFIGS[1]
    for page in (ENGLISH, RUSSIAN):
        blocks = re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        assert blocks
        for number, block in enumerate(blocks):
            folder = tmp_path / f"{page.stem}-{number}"
            shutil.copytree(ROOT / "config/examples/secrets", folder / "secrets")
            text = f"{example.read_text(encoding='utf-8')}\n{block}"
            bootstrap.check(with_secrets(example, folder, text))
