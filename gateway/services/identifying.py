"""Who a scanned or typed text is, and what he may do with his points; the history of a customer for the staff."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Sequence
from hashlib import sha256
from typing import TypeVar

from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.identification import Identification, Spending
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Phrase
from gateway.domain.told import About, Declined, DeclineReason
from gateway.errors import LoyaltyError
from gateway.ports import Clock, LoyaltyProgram, Participants
from gateway.services.quoting import RESERVE
from gateway.services.wording import Wording

T = TypeVar("T")

KEPT = 2000
"""One-time codes remembered as checked, by their digest; the oldest goes first."""

VISIT = 600.0
"""Seconds a one-time code counts as checked: one visit to the till. A picture of it is worth nothing tomorrow."""

MOVEMENTS = 20
"""Changes of points that are shown: more than a screen."""


class Identifying:
    """Registers give whatever was scanned as a card; here it becomes what it is."""

    def __init__(self, rules: Identification, participants: Participants, clock: Clock) -> None:
        self._rules = rules
        self._participants = participants
        self._clock = clock
        self._checked: OrderedDict[bytes, tuple[bool, float]] = OrderedDict()

    def read(self, key: CustomerKey) -> CustomerKey:
        """A card's text as what it is; any other key as it came."""
        return self._rules.scanned(key.value) if key.kind is KeyKind.CARD else key

    def person(self, key: CustomerKey) -> CustomerKey:
        """By what the customer is known from here on: of a one-time code only its phone is left."""
        if key.kind is not KeyKind.ONE_TIME:
            return key
        return CustomerKey(KeyKind.PHONE, self._rules.one_time_parts(key)[0])

    async def check(self, key: CustomerKey, deadline: Deadline) -> Phrase | None:
        """Ask once whether a one-time code is good; what the cashier should know when it is not."""
        if key.kind is not KeyKind.ONE_TIME:
            return None
        if (known := self._known(key)) is None:
            try:
                _, code = self._rules.one_time_parts(key)
                right = await self._participants.check_code(self.person(key), code, deadline=deadline)
            except LoyaltyError:
                return None  # it may be asked again; until then he is who the phone says
            known = self._keep(key, right=right)
        return None if known else Phrase.ONE_TIME_REFUSED

    def _known(self, key: CustomerKey) -> bool | None:
        """What the server said of this code in this visit; None when it has to be asked."""
        right, at = self._checked.get(sha256(key.value.encode()).digest(), (None, 0.0))
        return right if self._clock.monotonic() - at < VISIT else None

    def _keep(self, key: CustomerKey, *, right: bool) -> bool:
        name = sha256(key.value.encode()).digest()
        self._checked[name] = right, self._clock.monotonic()
        self._checked.move_to_end(name)
        if len(self._checked) > KEPT:
            self._checked.popitem(last=False)
        return right

    def spending(self, key: CustomerKey) -> Spending:
        """A one-time code that was not found good proves nothing: then the phone's rule holds."""
        if key.kind is KeyKind.ONE_TIME and not self._known(key):
            return self._rules.may(KeyKind.PHONE)
        return self._rules.may(key.kind)

    def scrubbed(self, raw: bytes) -> bytes:
        """A register's own words without the one-time codes in them: they are never stored."""
        if not self._rules.one_time:
            return raw
        text = raw.decode("utf-8", "surrogateescape")
        return re.sub(self._rules.one_time, _without_code, text).encode("utf-8", "surrogateescape")


def _without_code(found: "re.Match[str]") -> str:
    return found[0].replace(found["code"], "*" * len(found["code"]))


class Informing:
    """`StaffDesk`: what the programme knows about a customer, as far as it answers in time."""

    def __init__(
        self, program: LoyaltyProgram, participants: Participants, identifying: Identifying, wording: Wording
    ) -> None:
        self._program = program
        self._participants = participants
        self._identifying = identifying
        self._wording = wording

    async def about(self, key: CustomerKey, register: RegisterRef, deadline: Deadline) -> About | Declined:
        """The customer; his movements and offers are empty where the server has none or is too slow."""
        person, until = self._identifying.person(self._identifying.read(key)), deadline.less(RESERVE)
        try:
            customer = await self._program.identify(person, register, deadline=until)
        except LoyaltyError:
            return Declined(reason=DeclineReason.UNAVAILABLE, text=self._wording.say(Phrase.SERVER_AWAY))
        if customer is None:
            return Declined(reason=DeclineReason.UNKNOWN, text=self._wording.say(Phrase.CUSTOMER_UNKNOWN))
        movements, offers = await asyncio.gather(
            _or_empty(self._participants.movements(customer.id, MOVEMENTS, deadline=until)),
            _or_empty(self._participants.offers(customer.id, deadline=until)),
        )
        return About(customer=customer, movements=movements, offers=offers)


async def _or_empty(question: Awaitable[Sequence[T]]) -> Sequence[T]:
    try:
        return await question
    except LoyaltyError:
        return ()
