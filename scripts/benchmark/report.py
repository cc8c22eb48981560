"""The figures for people, for programs, and for the README."""

import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmark.figures import Figure

MARK = "<!-- bench -->"
WORDS = {
    "aim": "[green]aim[/]",
    "must": "[yellow]must[/]",
    "missed": "[red]missed[/]",
    "reported": "[dim]reported[/]",
}


def shown(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def row(figure: Figure) -> list[str]:
    return [
        figure.id,
        figure.name,
        shown(figure.value),
        figure.unit,
        shown(figure.must),
        shown(figure.aim),
        figure.met,
    ]


HEADINGS = ["#", "figure", "value", "unit", "must", "aim", "met"]


def table(figures: Sequence[Figure]) -> None:
    printed = Table(*HEADINGS)
    for figure in figures:
        *cells, met = row(figure)
        printed.add_row(*cells, WORDS[met])
    Console().print(printed)


def save(figures: Sequence[Figure], path: Path) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")


def machine() -> str:
    """What the figures were measured on; no name of it."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((row.partition(":")[2].strip() for row in info if row.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory:.0f} GB, {interpreter()}, {platform.system()}"


def interpreter() -> str:
    """Builds of one version differ by a fifth: the distribution's is the one that the package runs on."""
    whose = "the system's " if Path(sys.executable).resolve().is_relative_to("/usr/bin") else ""
    return f"{whose}Python {platform.python_version()}"


def markdown(figures: Sequence[Figure]) -> str:
    rows = [HEADINGS, ["---"] * len(HEADINGS), *(row(figure) for figure in figures)]
    return f"{machine()}\n\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def write_readme(figures: Sequence[Figure], path: Path) -> None:
    """Between the two marks; nothing else is touched. Raises `ValueError` when the marks are not there."""
    parts = path.read_text().split(MARK)
    if len(parts) != 3:  # noqa: PLR2004 - before, between and after
        raise ValueError(f"{path.name}: needs {MARK} twice")
    path.write_text(f"{parts[0]}{MARK}\n{markdown(figures)}\n{MARK}{parts[2]}")
