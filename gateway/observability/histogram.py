"""A histogram for one event loop: no lock, a search instead of a walk, and its text nearly ready for the scrape.

The client library's own takes 4 µs an observation and 9 µs a series at every scrape; both are on the loop.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client.utils import floatToGoString


class Observed:
    """The observations under one set of labels."""

    __slots__ = ("_counts", "_edges", "_lines", "_sum")

    def __init__(self, name: str, labels: str, edges: Sequence[float]) -> None:
        shown = [*(str(floatToGoString(edge)) for edge in edges), "+Inf"]  # type: ignore[no-untyped-call]
        before = f"{labels}," if labels else ""
        after = f"{{{labels}}}" if labels else ""
        self._edges = edges
        self._counts = [0] * len(shown)
        self._sum = 0.0
        self._lines = [f'{name}_bucket{{{before}le="{edge}"}} ' for edge in shown]
        self._lines += [f"{name}_count{after} ", f"{name}_sum{after} "]

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._edges, value)] += 1
        self._sum += value

    def text(self) -> str:
        reached = list(accumulate(self._counts))
        values = (*reached, reached[-1], self._sum)
        return "".join([f"{line}{float(value)}\n" for line, value in zip(self._lines, values, strict=True)])


class Histogram:
    """`edges` in ascending order, in the unit of the name."""

    def __init__(self, name: str, text: str, edges: Sequence[float]) -> None:
        self._name = name
        self._text = text
        self._edges = edges
        self._observed: dict[str, Observed] = {}

    def labels(self, **labels: str) -> Observed:
        """Where to count; to be asked once. Values are words of ours: nothing in them has to be escaped."""
        key = ",".join(f'{name}="{value}"' for name, value in labels.items())
        return self._observed.setdefault(key, Observed(self._name, key, self._edges))

    def pieces(self) -> Iterator[str]:
        """The text in pieces of a score of lines."""
        yield f"# HELP {self._name} {self._text}\n# TYPE {self._name} histogram\n"
        for observed in self._observed.values():
            yield observed.text()
