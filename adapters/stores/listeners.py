"""Those who want to hear of new work and of prompts, and what of a change they hear."""

from collections.abc import Callable

from gateway.domain.change import Change
from gateway.domain.work import SOON
from gateway.ports import News


class Listeners:
    """Used on the event loop only."""

    def __init__(self) -> None:
        self._heard: list[Callable[[News], None]] = []

    def add(self, heard: Callable[[News], None]) -> None:
        self._heard.append(heard)

    def tell(self, *news: News) -> None:
        for piece in news:
            for heard in self._heard:
                heard(piece)


def news_of(change: Change) -> tuple[News, ...]:
    """Each lane and each register once. Work put off counts: it may fall due before anything else of its lane.

    What a step plans for later than `SOON` after itself does not: of a close, it is mostly done by then.
    """
    if not (change.work or change.again or change.prompts):
        return ()
    at = max((row.at for row in change.history), default=None)
    lanes = (work.lane for work in (*change.work, *change.again) if at is None or work.due - at < SOON)
    registers = (prompt.register for prompt in change.prompts)
    return tuple(dict.fromkeys((*lanes, *registers)))
