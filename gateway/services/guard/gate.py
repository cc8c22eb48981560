"""One kind of operation at the loyalty server: may it be asked, what became of it, how long does it take."""

from collections.abc import Callable

import structlog

from gateway.errors import (
    LoyaltyError,
    LoyaltyProtocolError,
    LoyaltyRejected,
    LoyaltyUnavailable,
    NotAsked,
    OutcomeUnknown,
)
from gateway.ports import Clock, Meter
from gateway.services.guard.breaker import Breaker, BreakerRules, BreakerState, Ticket
from gateway.services.guard.latencies import Latencies

log = structlog.get_logger()

MEASURED = 1000
"""Answers the advice on budgets is made of."""

OUTCOMES: dict[type[BaseException], str] = {
    LoyaltyRejected: "refused",
    LoyaltyProtocolError: "unreadable",
    OutcomeUnknown: "unknown",
}


class NoSign(LoyaltyUnavailable):
    """The loyalty server gave no sign of life for longer than anybody has patience."""


class Gate:
    """`on_change` hears the kind and the new state whenever the breaker moves."""

    def __init__(
        self, kind: str, rules: BreakerRules, clock: Clock, meter: Meter, on_change: Callable[["Gate"], None]
    ) -> None:
        self.kind = kind
        self.breaker = Breaker(rules)
        self.measured = Latencies(MEASURED)
        self._clock = clock
        self._meter = meter
        self._on_change = on_change
        self._seen = BreakerState.CLOSED

    @property
    def is_closed(self) -> bool:
        return self.breaker.state is BreakerState.CLOSED

    def rest(self) -> float:
        """Seconds until a call would be let through."""
        return self.breaker.rest(self._clock.monotonic())

    def enter(self, now: float) -> Ticket:
        """Ask to make a call. Raises `LoyaltyUnavailable` when nobody should wait for this server now."""
        ticket = self.breaker.enter(now)
        if ticket is None:
            raise LoyaltyUnavailable("the loyalty server has failed too often", retry_after=self.breaker.rest(now))
        if self.breaker.state is not self._seen:
            self._look()
        return ticket

    def enter_late(self, ticket: Ticket, now: float) -> Ticket:
        """As `enter`, after a wait for a place, with the ticket from before it. Raises `NotAsked` when the server was
        given up in the meantime: those who waited would all call it at once, and make new connections for it.
        """
        if self.breaker.still_admits(ticket):
            return ticket
        try:
            return self.enter(now)
        except LoyaltyUnavailable as error:
            raise NotAsked(str(error), retry_after=error.retry_after) from None

    def settle(
        self, ticket: Ticket, error: BaseException | None, seconds: float, now: float, *, cut_short: bool = False
    ) -> None:
        """The call ended after `seconds`, with `error` or well; `cut_short`: it would have taken longer.

        Each call settles once, however often it was sent.
        """
        if error is None or isinstance(error, LoyaltyRejected):
            self.breaker.succeeded(ticket, now)
        elif isinstance(error, NotAsked) or not isinstance(error, Exception):
            self.breaker.abandoned(ticket)
            return
        else:
            self.breaker.failed(ticket, now)
        if cut_short or error is None or isinstance(error, LoyaltyRejected | NoSign):
            self.measured.add(seconds)
        self._meter.call(self.kind, _outcome(error), seconds)
        if self.breaker.state is not self._seen:
            self._look()

    def _look(self) -> None:
        """The breaker has moved: say so."""
        self._seen = state = self.breaker.state
        rest = round(self.rest())
        log.warning("loyalty_breaker", operation=self.kind, state=state.name.lower(), seconds=rest)
        self._meter.count("loyalty_breaker_changes", operation=self.kind, state=state.name.lower())
        self._on_change(self)


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "ok"
    if isinstance(error, LoyaltyError):
        return OUTCOMES.get(type(error), "unavailable")
    return "broken"
