"""What the last answers took, per kind of operation: learned from, and shown to the administrator."""

from collections import deque

EVERY = 20
"""The order is taken anew after so many answers: sorting at each would cost more than it tells."""


class Latencies:
    """The last `kept` durations in seconds; one that was cut short counts as at least its length."""

    def __init__(self, kept: int) -> None:
        self._last: deque[float] = deque(maxlen=kept)
        self._sorted: list[float] = []
        self._new = 0

    def __len__(self) -> int:
        return len(self._last)

    def add(self, seconds: float) -> bool:
        """Whether enough were added since `ordered` was asked to ask it again."""
        self._last.append(seconds)
        self._new += 1
        return self._new >= EVERY

    def ordered(self) -> list[float]:
        """Shortest first; up to `EVERY` answers old."""
        if self._new >= EVERY or len(self._sorted) < EVERY:
            self._sorted, self._new = sorted(self._last), 0
        return self._sorted

    def quantile(self, share: float) -> float:
        """The duration that `share` of the answers did not exceed; 0 when there were none."""
        ordered = self.ordered()
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
