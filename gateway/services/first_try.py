"""The close tries to deliver at once: the slip can then carry the server's texts, and most sales are done with."""

from collections.abc import Awaitable, Callable

from gateway.domain.deadline import Deadline
from gateway.domain.sale_events import DeliverySent, Step
from gateway.domain.sale_record import Sale
from gateway.domain.work import Work
from gateway.services.outbox import Outbox

Attempt = Callable[[Sale], Awaitable[Sale]]
"""Delivers a sale that was closed this moment; gives it back as it is then stored."""


class FirstTry:
    """`send`: what a close stores besides itself, so that its delivery costs no transaction of its own."""

    def __init__(self, outbox: Outbox, attempt: Attempt, send: Callable[[Step], DeliverySent | None]) -> None:
        self._outbox = outbox
        self._attempt = attempt
        self.send = send

    async def make(self, closed: Step, deadline: Deadline) -> Sale | None:
        """The sale as it ended; None when that is not known by the deadline. It goes on in the background."""
        ended: list[Sale] = []

        async def attempt(_work: Work) -> bool:
            ended.append(await self._attempt(closed.sale))
            return True

        await self._outbox.try_now(closed.work[0], deadline, attempt)
        return ended[0] if ended else None
