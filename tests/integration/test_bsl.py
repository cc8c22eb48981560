"""The 1C modules before judges we did not write: they parse, no call waits for ever, and they are formatted.

Both checkers are installed by scripts/install-test-tools, in a Python 3.13 environment of their own (1C:Retail
reference, section 7).
"""

import os
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.bsl

EXTENSION = Path(__file__).parents[2] / "adapters/registers/onec_retail/extension"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
TOOLS = CACHE / "pos-gateway-tests" / "bsl" / "bin"


def run(tool: str, *options: str) -> subprocess.CompletedProcess[str]:
    if not (TOOLS / tool).exists():
        reason = f"{tool} is not installed; run scripts/install-test-tools"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return subprocess.run([TOOLS / tool, *options], capture_output=True, text=True, check=False)  # noqa: S603 - a checker we installed


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return run("onec-hbk-bsl", "check", "--select", "BSL001,BSL253", str(folder))


def test_every_module_parses_and_no_call_waits_for_ever() -> None:
    found = check(EXTENSION)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    "wrong", ["Процедура Никогда(\n", 'Функция А()\n\tВозврат Новый HTTPСоединение("x");\nКонецФункции\n']
)
def test_the_judge_finds_what_is_wrong(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "Module.bsl").write_text(wrong, encoding="utf-8")
    assert check(tmp_path).returncode == 1


def test_every_module_is_formatted() -> None:
    found = run("bslfmt", "--check", *map(str, sorted(EXTENSION.rglob("*.bsl"))))
    assert found.returncode == 0, found.stdout
