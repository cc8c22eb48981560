"""Answers that came when nobody waited any longer: kept a short while for the very same question."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from msgspec import Struct

Subject = tuple[Hashable, ...]
"""What a question is about: its kind, and the order or the customer. One answer is kept for each."""


class Kept(Struct, frozen=True):
    """`asked` is the whole question: another basket of the same receipt is another question."""

    asked: object
    answer: Any
    until: float


class LateAnswers:
    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Subject, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, subject: Subject, kept: Kept) -> None:
        self._kept[subject] = kept
        self._kept.move_to_end(subject)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def take(self, subject: Subject, asked: object, now: float) -> Kept | None:
        """The answer to this very question, once; an old one, or one to another question, is dropped."""
        if not self._kept:
            return None
        kept = self._kept.pop(subject, None)
        return kept if kept is not None and now < kept.until and kept.asked == asked else None

    def drop(self, subject: Subject) -> None:
        """Something changed there: what was answered before is no answer any more."""
        self._kept.pop(subject, None)
