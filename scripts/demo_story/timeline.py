"""The timeline on the terminal: when, who to whom, what."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.status import Status
from rich.table import Table
from words import Words

COLOURS = {"till": "cyan", "gateway": "yellow", "mindbox": "magenta", "cashier": "green", "customer": "blue"}
PLAIN_WIDTH = 110
"""Columns where there is no terminal to ask."""


class Timeline:
    """Times are seconds since the story began."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._console = Console(highlight=False)
        if not self._console.is_terminal:
            self._console = Console(highlight=False, width=PLAIN_WIDTH)
        self._began: datetime | None = None

    def say(self, at: datetime, who: str, whom: str, *texts: str) -> None:
        """One line of the timeline; further texts stand under the first."""
        self._began = self._began or at
        seconds = f"{(at - self._began).total_seconds():8.3f}"
        for place, text in enumerate(texts):
            self._console.print(self._row(seconds if not place else "", who if not place else "", whom, escape(text)))

    def _row(self, seconds: str, who: str, whom: str, text: str) -> Table:
        row = Table.grid(padding=(0, 1))
        for width in (8, 10, 1, 10):
            row.add_column(width=width)
        row.add_column()
        parties = (self._party(who), "→", self._party(whom)) if who else ("", "", "")
        row.add_row(f"[dim]{seconds}[/dim]", *parties, text)
        return row

    def _party(self, name: str) -> str:
        return f"[{COLOURS[name]}]{self.words(name)}[/]"

    def now(self, who: str, whom: str, *texts: str) -> None:
        self.say(datetime.now(UTC), who, whom, *texts)

    def line(self, text: str, style: str = "") -> None:
        self._console.print(escape(text), style=style, soft_wrap=True)

    def heading(self, text: str) -> None:
        self._console.print(Rule(escape(text), align="left", style="dim"))

    def checked(self, text: str, *, good: bool) -> None:
        mark, colour = ("✓", "green") if good else ("✗", "bold red")
        self._console.print(f"  [{colour}]{mark}[/] {escape(text)}")

    def paper(self, drawn: str) -> None:
        self.heading(self.words("slip"))
        for row in drawn.splitlines():
            self._console.print(f"          {escape(row)}", no_wrap=True, overflow="ignore", crop=False)

    @contextmanager
    def waiting(self, text: str) -> Iterator[Status]:
        """A spinner whose text may change; without a terminal one line that says it."""
        if not self._console.is_terminal:
            self.line(f"… {text}")
        with self._console.status(escape(text)) as status:
            yield status
