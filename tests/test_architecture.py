"""The rules of the house that imports alone cannot hold (import-linter holds the others)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("gateway", "adapters") for path in (ROOT / folder).rglob("*.py"))
PURE = {"wire.py", "mapping.py", "composing.py", "compose.py", "answers.py", "authentication.py"}
CLOCK_OWNERS = {"gateway/clock.py"}
WALL_CLOCK = {"now", "utcnow", "today"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name in PURE], ids=name)
def test_a_pure_file_never_waits(path: Path) -> None:
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert not [node.lineno for node in nodes(path) if isinstance(node, waits)]


@pytest.mark.parametrize("path", [path for path in SOURCES if "domain" in path.parts], ids=name)
def test_the_domain_never_waits(path: Path) -> None:
    assert not [node.lineno for node in nodes(path) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]


@pytest.mark.parametrize("path", [path for path in SOURCES if name(path).startswith("gateway/")], ids=name)
def test_wall_time_comes_from_the_clock(path: Path) -> None:
    """So that a test can move it, and so that nobody mixes it with the monotonic one."""
    if name(path) in CLOCK_OWNERS:
        return
    asked = [
        node.lineno
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WALL_CLOCK
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date", "time")
    ]
    assert not asked


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_room_is_a_lumber_room(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_stay_readable(path: Path) -> None:
    """Files split at 400 lines; no function above 60 (house style: median 7 to 9)."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno < 60, f"{name(path)}: {node.name}"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
