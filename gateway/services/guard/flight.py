"""One question on its way to the loyalty server, and everybody who waits for its answer.

The question lives longer than those who ask it: a till's deadline ends the till's waiting only, and the
answer, when it comes, serves whoever asks the same next. A straggler may be overtaken by a second call.

An error holds the frames it passed. Nothing in those frames may hold the error, or thousands of them at a dead
server wait for the collector, which then stops the loop for a tenth of a second.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from msgspec import Struct

from gateway.domain.deadline import Deadline
from gateway.errors import LoyaltyRejected, LoyaltyUnavailable, NotAsked, TooManyCalls
from gateway.ports import Clock
from gateway.services.guard.breaker import Ticket
from gateway.services.guard.gate import Gate, NoSign
from gateway.services.guard.hedge import Hedge
from gateway.services.guard.late import Subject
from gateway.services.guard.limiter import Limiter, NoPlace

T = TypeVar("T")

FAR = 60.0
"""Seconds; the flight itself ends a call earlier, by the patience it has."""


class Question(Struct, Generic[T], frozen=True):
    """`call` asks the server by a `deadline`, perhaps twice. `hedge` is None where a second call is not allowed."""

    subject: Subject
    asked: object
    call: Callable[..., Awaitable[T]]
    hedge: Hedge | None


class Lane(Struct, frozen=True, kw_only=True):
    """What flights of one kind share. `patience`: seconds after which a silent server counts as dead; `keeps`:
    seconds for which a late answer is worth keeping.
    """

    gate: Gate
    limiter: Limiter
    clock: Clock
    patience: float
    keeps: float
    hedged: Callable[[str], None]


class Flight(Generic[T]):
    """On its way from the moment it is made; `on_end` hears of its end, once."""

    def __init__(
        self,
        question: Question[T],
        lane: Lane,
        ticket: Ticket,
        deadline: Deadline,
        now: float,
        on_end: "Callable[[Flight[T]], None]",
    ) -> None:
        self.question = question
        self.answer: T | None = None
        self.is_answered = self.was_missed = False
        self.lane = lane
        self._ticket = ticket
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._began = now
        self._deadline = deadline.at
        self._waiters: set[asyncio.Future[T]] = set()
        self._sent = self._ended = False
        self._failure: BaseException | None = None
        self._second: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._life: asyncio.TimerHandle | None = None
        self._first: asyncio.Task[None] | None = self._loop.create_task(self._carry(self._ask_first, is_first=True))

    async def wait(self, deadline: Deadline, now: float) -> T:
        """The answer by the deadline. Raises `LoyaltyError`; the question goes on without this waiter."""
        waiter: asyncio.Future[T] = self._loop.create_future()
        self._waiters.add(waiter)
        self._deadline = max(self._deadline, deadline.at)
        timer = self._loop.call_later(deadline.left(now), _too_late, waiter)
        try:
            return await waiter
        finally:
            timer.cancel()
            self._waiters.discard(waiter)
            if not self._ended and self._life is None:  # from now on it may be that nobody else watches the time
                self._life = self._loop.call_later(0, self._look)
            del waiter

    def cancel(self) -> None:
        """Nobody will want the answer: the gateway stops."""
        self._finish(LoyaltyUnavailable("the gateway stops"), counts=False)

    def tasks(self) -> list["asyncio.Task[None]"]:
        return [task for task in (self._first, self._second) if task is not None]

    async def _carry(self, ask: Callable[[], Awaitable[T]], *, is_first: bool) -> None:
        """One call to its end, and what it means: a callback of its task would come a round of the loop later."""
        try:
            answer = await ask()
        except asyncio.CancelledError:
            self._failed(LoyaltyUnavailable("cancelled"), is_first=is_first, counts=False)
            raise
        except Exception as error:  # noqa: BLE001 - those who wait hear of it, whatever it is
            self._failed(error, is_first=is_first)
        else:
            if not self._ended:
                self.answer = answer
                self._finish(None, by=self._first if is_first else self._second)

    async def _ask_first(self) -> T:
        limiter = self.lane.limiter
        is_late = not limiter.try_take()
        if is_late:
            await limiter.take(self._deadline)
            self._began = self.lane.clock.monotonic()
        try:
            if is_late:
                self._ticket = self.lane.gate.enter_late(self._ticket, self._began)
            self._sent = True
            self._plan_second()
            return await self.question.call(deadline=Deadline(self._began + FAR))
        finally:
            limiter.release()

    def _plan_second(self) -> None:
        hedge = self.question.hedge
        delay = hedge.began(self._deadline - self._began) if hedge is not None else None
        if delay is not None and self.lane.gate.is_closed:
            self._timer = self._loop.call_later(delay, self._ask_again)

    def _ask_again(self) -> bool:
        """Send the second call, when there is a token, a place, and a server that is well."""
        hedge, lane = self.question.hedge, self.lane
        if hedge is None or self._second is not None or not lane.gate.is_closed:
            return False
        if not hedge.has_room(self._deadline - lane.clock.monotonic()) or not lane.limiter.try_take():
            return False
        if not hedge.spend():
            lane.limiter.release()
            return False
        self._second = self._loop.create_task(self._carry(self._ask_second, is_first=False))
        self._second.add_done_callback(lambda _task: lane.limiter.release())
        return True

    async def _ask_second(self) -> T:
        return await self.question.call(deadline=Deadline(self.lane.clock.monotonic() + FAR))

    def _failed(self, error: Exception, *, is_first: bool, counts: bool = True) -> None:
        """The first good answer is the answer, a failure only when no other call is left."""
        if self._ended:
            return
        task = self._first if is_first else self._second
        if isinstance(error, LoyaltyRejected | NotAsked | TooManyCalls) or not self._another_try(task):
            self._finish(self._failure or error, by=task, counts=counts)
        else:
            self._failure = error

    def _another_try(self, failed: "asyncio.Task[None] | None") -> bool:
        """Whether the other call is still under way, or can be sent now that this one has failed."""
        other = self._second if failed is self._first else self._first
        if other is not None:
            return not other.done()
        return self._ask_again()

    def _look(self) -> None:
        """Time for all who wait is over, and patience too; or it is not yet."""
        left = max(self._deadline, self._began + self.lane.patience) - self.lane.clock.monotonic()
        if left > 0:
            self._life = self._loop.call_later(left, self._look)
        elif self._sent:
            self._finish(NoSign("no answer from the loyalty server"))
        else:
            self._finish(NoPlace("too many calls to the loyalty server"))

    def _finish(
        self, error: BaseException | None, *, by: "asyncio.Task[None] | None" = None, counts: bool = True
    ) -> None:
        if self._ended:
            return
        self._ended, self.is_answered = True, error is None
        if self._life is not None:
            self._life.cancel()
        if self._timer is not None:
            self._timer.cancel()
        if by is not self._first or self._second is not None:
            self._stop(by)
        self._report(error, by, counts=counts)
        self._tell(error)
        self._first = self._second = self._failure = None
        self._on_end(self)

    def _stop(self, ended: "asyncio.Task[None] | None") -> None:
        """The other call, whose answer nobody waits for any more."""
        for task in self.tasks():
            if task is not ended:
                task.cancel()

    def _report(self, error: BaseException | None, by: "asyncio.Task[None] | None", *, counts: bool) -> None:
        now = self.lane.clock.monotonic()
        seconds = now - self._began
        self.lane.gate.settle(self._ticket, error if counts else asyncio.CancelledError(), seconds, now)
        if self.question.hedge is not None and (error is None or isinstance(error, NoSign)):
            self.question.hedge.learn(seconds)
        if self._second is not None:
            self.lane.hedged("failed" if error else "won" if by is self._second else "lost")

    def _tell(self, error: BaseException | None) -> None:
        self.was_missed = True
        for waiter in self._waiters:
            if waiter.done():
                continue
            self.was_missed = False
            if error is None:
                waiter.set_result(self.answer)  # type: ignore[arg-type]  # an answer may well be None
            else:
                waiter.set_exception(error)


def _too_late(waiter: "asyncio.Future[T]") -> None:
    if not waiter.done():
        waiter.set_exception(LoyaltyUnavailable("no answer from the loyalty server in time"))
