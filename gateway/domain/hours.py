"""A part of the day, as the shop's clock shows it."""

from datetime import time

from msgspec import Struct


class Hours(Struct, frozen=True):
    """From `begins` until just before `ends`; over midnight when it ends before it begins."""

    begins: time
    ends: time

    def include(self, at: time) -> bool:
        moment = at.replace(tzinfo=None)
        if self.begins < self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


def hours(text: str) -> Hours | None:
    """`"10:00-22:00"`; None for an empty text: the whole day. Raises `ValueError`."""
    if not text:
        return None
    begins, _, ends = text.partition("-")
    return Hours(time.fromisoformat(begins), time() if ends == "24:00" else time.fromisoformat(ends))
