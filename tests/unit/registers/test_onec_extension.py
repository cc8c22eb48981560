"""The 1C extension as files: the dump is whole, its XML is as the table says, nothing in it waits for ever."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[3]
EXTENSION = ROOT / "adapters/registers/onec_retail/extension"
MD = "{http://v8.1c.ru/8.3/MDClasses}"
XMLS = sorted(EXTENSION.rglob("*.xml"))
MODULES = sorted(EXTENSION.rglob("*.bsl"))
FOLDERS = {
    "Language": "Languages",
    "CommonModule": "CommonModules",
    "Role": "Roles",
    "ScheduledJob": "ScheduledJobs",
    "CommonForm": "CommonForms",
    "Constant": "Constants",
    "InformationRegister": "InformationRegisters",
}


def named(path: Path) -> str:
    return path.relative_to(EXTENSION).as_posix()


def listed() -> set[str]:
    configuration = ET.parse(EXTENSION / "Configuration.xml").getroot()  # noqa: S314 - our own file
    children = configuration.find(f"{MD}Configuration/{MD}ChildObjects")
    assert children is not None
    return {f"{FOLDERS[row.tag.removeprefix(MD)]}/{row.text}.xml" for row in children}


@pytest.mark.parametrize("path", XMLS, ids=named)
def test_xml_is_well_formed_and_marked_as_utf_8(path: Path) -> None:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    ET.parse(path)  # noqa: S314 - our own file


def test_what_the_configuration_names_exists_and_the_other_way_round() -> None:
    objects = {named(path) for path in XMLS if path.parent.parent == EXTENSION}
    assert listed() == objects


def test_every_module_belongs_to_an_object_that_is_named() -> None:
    owners = {f"{kind}/{name}.xml" for kind, name, *_ in (path.relative_to(EXTENSION).parts for path in MODULES[:])
              if kind != "hooks"}  # fmt: skip
    assert owners <= listed()
    modules = {row for row in listed() if row.startswith(("CommonModules/", "CommonForms/"))}
    assert modules == owners


def test_the_xml_is_as_the_table_says() -> None:
    command = [sys.executable, str(ROOT / "scripts/onec_extension"), "--check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    assert (found.returncode, found.stdout) == (0, "")


def test_no_object_has_the_id_of_another() -> None:
    ids = [uuid for path in XMLS for uuid in re.findall(r' uuid="([^"]+)"', path.read_text(encoding="utf-8-sig"))]
    assert len(ids) == len(set(ids))


def code_of(path: Path) -> str:
    """Without its comments."""
    return re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8-sig"))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_only_one_module_talks_http_and_always_with_a_time_out(path: Path) -> None:
    calls = re.findall(r"Новый HTTPСоединение\(([^)]*)\)", code_of(path))
    if path.parts[-3] != "шл_Шлюз":
        assert calls == []
        return
    assert calls
    assert all("Таймаут" in call for call in calls)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_nothing_refuses_a_sale_or_speaks_where_nobody_looks(path: Path) -> None:
    """`Сообщить` is hidden by a full-screen РМК; a posting never sets `Отказ`."""
    code = code_of(path)
    assert not re.search(r"\bСообщить\(", code)
    assert not re.search(r"Отказ\s*=\s*Истина", code)


def test_the_posting_makes_no_call() -> None:
    for name in ("шл_Проведение", "шл_ОткрытыйЧек"):
        code = code_of(EXTENSION / f"CommonModules/{name}/Ext/Module.bsl")
        assert "шл_Шлюз." not in code
        assert "ШлюзВызовСервера" not in code


def test_every_call_between_modules_meets_an_export() -> None:
    exports = {
        path.parts[-3]: set(re.findall(r"(?:Функция|Процедура)\s+(\w+)\([^)]*\)\s+Экспорт", code_of(path)))
        for path in MODULES
        if "CommonModules" in path.parts
    }
    for path in MODULES:
        for module, name in re.findall(r"(?<!\.)\b(шл_\w+)\.(\w+)\(", code_of(path)):
            if module in exports:
                assert name in exports[module], f"{named(path)}: {module}.{name}"


def test_every_handler_of_a_form_exists() -> None:
    for xml in EXTENSION.rglob("Form.xml"):
        text = xml.read_text(encoding="utf-8-sig")
        handlers = set(re.findall(r"<Action>(\w+)</Action>|<Event name=\"\w+\">(\w+)</Event>", text))
        code = code_of(xml.parent / "Form" / "Module.bsl")
        for action, event in handlers:
            assert re.search(rf"Процедура {action or event}\(", code), f"{named(xml)}: {action or event}"


METADATA = re.compile(r"\b(Константы|Документы|Справочники|РегистрыСведений|Метаданные|Новый Запрос|ОткрытьФорму)\b")


def test_the_module_that_talks_http_knows_nothing_of_the_base() -> None:
    """So that it runs outside 1C as well (1C:Retail reference, section 7)."""
    assert not METADATA.search(code_of(EXTENSION / "CommonModules/шл_Шлюз/Ext/Module.bsl"))
