"""A Frontol register under Wine: our scenario inside a Frontol of our own (`till.js`), at a whole shop."""

import re
from pathlib import Path

from shop import ACCESS_KEY, ROOT
from wine import script_host

SCENARIO = ROOT / "adapters/registers/frontol/scenario/pos-gateway.js"
TILL, CHECK = Path(__file__).parent / "till.js", Path(__file__).parent / "check.js"


class FrontolTill:
    """`await till.sells("till.scan('5002', 400);", ...)` gives what happened, in order, as (name, text)."""

    def __init__(self, place: Path, address: str, **settings: str) -> None:
        self._folder = place
        self.kept = place / "kept" / "closed"
        own = {
            "url": f'"{address}/frontol"',
            "key": f'"{ACCESS_KEY}"',
            "outlet": '"MAG-3"',
            "register": '"KASSA-2"',
            "pointsPayment": "7",
            "folder": '"' + script_host.windows_path(self.kept).replace("\\", "\\\\") + '"',
            **settings,
        }
        self._scenario = place / "scenario.js"
        self._scenario.write_text(filled(SCENARIO.read_text(encoding="ascii"), own), encoding="ascii")

    async def sells(self, *steps: str, seconds: float = 20) -> list[tuple[str, str]]:
        sale = self._folder / "sale.js"
        sale.write_text("\n".join(steps), encoding="ascii")
        out = await script_host.run(TILL, self._scenario, sale, seconds=seconds)
        rows = [line.split("\t", 1) for line in out.splitlines()]
        happened = [(name, text.encode().decode("unicode_escape")) for name, text in rows]
        assert happened[-1][0] == "end", f"the sale was broken off: {happened}"
        assert not [text for name, text in happened if name == "broken"], happened
        return happened

    async def checks(self) -> str:
        """What the scenario says when it is run outside Frontol."""
        out = await script_host.run(CHECK, self._scenario)
        return re.sub("%u(....)|%(..)", lambda found: chr(int(found[1] or found[2], 16)), out.splitlines()[-1])

    def kept_files(self) -> list[Path]:
        return sorted(self.kept.iterdir()) if self.kept.is_dir() else []


def filled(scenario: str, settings: dict[str, str]) -> str:
    """The scenario with its settings filled in, as an administrator does: one line each."""
    rows = scenario.splitlines()
    for name, value in settings.items():
        [place] = [at for at, row in enumerate(rows) if row.startswith(f"  {name}: ") and at < 25]
        comma = "," if name != "folder" else ""
        rows[place] = f"  {name}: {value}{comma}"
    return "\r\n".join(rows)


def said(happened: list[tuple[str, str]], name: str) -> list[str]:
    """All texts of that name."""
    return [text for row, text in happened if row == name]
