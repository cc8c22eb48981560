"""What an order does to its customer, posted as differences: points, turnover, a rise to a new level."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from adapters.loyalty.programme.accounts import Account, Accounts, level_at
from adapters.loyalty.programme.orders import NO_EFFECT, Effect, Order
from adapters.loyalty.programme.seed import Level, ProgrammeSeed
from adapters.loyalty.programme.segments import rise


class Settlement:
    """Keeps accounts in step with orders."""

    def __init__(
        self,
        seed: ProgrammeSeed,
        accounts: Accounts,
        now: Callable[[], datetime],
        speed: float,
        gives_back: Callable[[], bool],
    ) -> None:
        """`gives_back`: whether a cancelled order gives the points back that it was paid with."""
        self._seed = seed
        self._accounts = accounts
        self._now = now
        self._speed = speed
        self._gives_back = gives_back

    def settle(self, before: Order | None, after: Order) -> None:
        """Post the difference of effects; an order that changed hands is taken from the first customer whole."""
        if before and before.account != after.account:
            self._post(before, before.effect, NO_EFFECT)
            before = None
        self._post(after, before.effect if before else NO_EFFECT, after.effect)

    def _post(self, order: Order, old: Effect, new: Effect) -> None:
        account = self._accounts.get(order.account)
        if account is None:
            return
        if order.is_cancelled and not self._gives_back():
            new = replace(new, redeemed=old.redeemed)
        now = self._now()
        earned_at = min(order.paid_at or now, now)
        activation = timedelta(seconds=self._seed.points.pending_seconds / self._speed)
        account.post(order.id, old.redeemed - new.redeemed, now)
        # Points taken back count from the same moment as when they were given, so that pending cancels pending.
        account.post(order.id, new.accrued - old.accrued, now, since=earned_at + activation)
        level = level_at(self._seed.levels, account.turnover)
        account.turnover += new.turnover - old.turnover
        self._follow_level(account, level, earned_at)

    def _follow_level(self, account: Account, old: Level, sold_at: datetime) -> None:
        new = level_at(self._seed.levels, account.turnover)
        if new.turnover < old.turnover:  # fallen again, by a refund: there is nothing to congratulate on
            account.transitions = [one for one in account.transitions if one.level != old.id]
        if new.turnover > old.turnover:
            for transition in account.transitions:  # one congratulation at a time: the newest
                transition.is_left = True
            terms, now = self._seed.transitions, self._now()
            account.transitions.append(rise(old, new, sold_at=sold_at, now=now, terms=terms, speed=self._speed))
