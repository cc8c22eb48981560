"""How long a register still waits: a moment of the monotonic clock, handed down with every waiting call."""

from msgspec import Struct


class Deadline(Struct, frozen=True):
    """`at` is in seconds of the monotonic clock, the one the event loop runs on."""

    at: float

    def left(self, now: float) -> float:
        """Seconds left at the moment `now` of the same clock; never negative."""
        return max(0.0, self.at - now)

    def less(self, reserve: float) -> "Deadline":
        """An earlier one: what a called party may use so that `reserve` seconds remain for the caller."""
        return Deadline(self.at - reserve)
