"""What this run does and how it says so: which figures, how many rounds, progress, and what makes it void."""

from collections.abc import Iterator

from rich.console import Console


class Plan:
    """`scale` below 1 shortens every round: for trying the bench itself, not for figures."""

    def __init__(self, only: set[str], *, soak: bool, scale: float, calculates_per_receipt: int) -> None:
        self._only = only
        self.soak = soak
        self._scale = scale
        self.calculates_per_receipt = calculates_per_receipt
        self.void: list[str] = []
        self._console = Console(stderr=True, highlight=False)

    def wants(self, *ids: str) -> bool:
        """Whether one of the figures is asked for, by its own number or by that of its family."""
        return not self._only or any(id_ in self._only or id_.split(".")[0] in self._only for id_ in ids)

    def scaled(self, count: int) -> int:
        return max(20, int(count * self._scale))

    def rounds(self, name: str, count: int) -> Iterator[int]:
        """Numbers of rounds, each announced."""
        count = max(2, round(count * min(1.0, self._scale * 2)))
        for number in range(1, count + 1):
            self._console.print(f"{name}: {number} of {count}", end="  ")
            yield number

    def note(self, text: str) -> None:
        self._console.print(f"  {text}", style="dim")

    def check(self, name: str, value: float, limit: float) -> None:
        self.note(f"{name}: {value:.1f}")
        if value > limit:
            self.void.append(f"{name} is {value:.1f}, above {limit:.0f}: the machine was not calm, take no figure")
