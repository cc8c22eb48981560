"""The scripts that run on Windows registers: ASCII made from their sources, and nothing newer than ES3."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted((ROOT / "adapters").rglob("*.source.js"))
STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|/\*.*?\*/|//[^\n]*', re.DOTALL)
NEWER = re.compile(
    r"\b(let|const|class|JSON|forEach|trim|toISOString|defineProperty|keys|setTimeout|console)\b|=>|`|,\s*[}\]]"
)
"""What JScript in Windows does not know, or reads as something else."""


def made(source: Path) -> Path:
    return source.with_name(source.name.replace(".source.js", ".js"))


def test_there_are_scripts_to_check() -> None:
    assert SOURCES


def test_every_script_is_what_its_source_makes_of_it() -> None:
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, ROOT / "scripts/windows-scripts", "--check"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_script_is_safe_in_every_code_page(source: Path) -> None:
    content = made(source).read_bytes()
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_script_uses_nothing_newer_than_es3_and_never_evaluates_text(source: Path) -> None:
    code = STRING_OR_COMMENT.sub('""', source.read_text(encoding="utf-8"))
    assert not NEWER.findall(code)
    assert "eval" not in code
