"""The people of the programme in memory: the same rules as the sandboxes', without wire and sockets."""

# ruff: noqa: ARG002 - one programme for all registers, and no network to wait for

from collections.abc import Sequence

from adapters.loyalty.memory_mapping import account_of
from adapters.loyalty.programme import AmbiguousKeys, Programme
from adapters.loyalty.programme.seed import CustomerSeed
from gateway.domain.account import MovementKind, Offer, PointsMovement
from gateway.domain.customer import CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Enrolment
from gateway.domain.receipt import RegisterRef
from gateway.errors import LoyaltyRejected, LoyaltyUnavailable
from gateway.ports import Clock, Participants


class MemoryParticipants:
    """`Participants` over a `Programme`. `tells_codes`: the server returns the codes it sends."""

    def __init__(self, programme: Programme, clock: Clock, *, tells_codes: bool = True) -> None:
        self._programme = programme
        self._clock = clock
        self._tells_codes = tells_codes

    async def enrol(self, application: Application, register: RegisterRef, *, deadline: Deadline) -> Enrolment:
        self._check(deadline)
        try:
            account, is_new = self._programme.enrol(_customer(application), application.rules)
        except AmbiguousKeys:
            raise LoyaltyRejected("Карта уже выдана другому покупателю") from None
        if account.confirmed:
            return Enrolment(customer_id=account.id, already=True)
        code = self._programme.sms.send(account.profile.phone)
        told = code if self._tells_codes else ""
        return Enrolment(customer_id=account.id, already=not is_new, code_sent=True, code=told)

    async def confirm(self, enrolment: Enrolment, code: str, register: RegisterRef, *, deadline: Deadline) -> bool:
        self._check(deadline)
        account = self._programme.account(enrolment.customer_id)
        if account is None:
            return False
        account.confirmed = account.confirmed or self._programme.sms.check(account.profile.phone, code)
        return account.confirmed

    async def send_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> str:
        self._check(deadline)
        account = account_of(self._programme, key)
        if account is None:
            raise LoyaltyRejected("Покупатель не найден")
        sent = self._programme.sms.send(account.profile.phone, code)
        return sent if self._tells_codes else ""

    async def check_code(self, key: CustomerKey, code: str, *, deadline: Deadline) -> bool:
        self._check(deadline)
        account = account_of(self._programme, key)
        return account is not None and self._programme.sms.check(account.profile.phone, code)

    async def movements(self, customer_id: str, limit: int, *, deadline: Deadline) -> Sequence[PointsMovement]:
        self._check(deadline)
        account = self._programme.account(customer_id)
        postings = account.postings[::-1][:limit] if account else []
        return [
            PointsMovement(at=one.at, kind=_kind(one.order_id, spent=one.amount < 0), amount=one.amount)
            for one in postings
        ]

    async def offers(self, customer_id: str, *, deadline: Deadline) -> Sequence[Offer]:
        self._check(deadline)
        account = self._programme.account(customer_id)
        coupons = (self._programme.coupon(code) for code in account.codes) if account else ()
        return [Offer(name=coupon.name or coupon.code, codes=(coupon.code,)) for coupon in coupons if coupon]

    def _check(self, deadline: Deadline) -> None:
        if deadline.left(self._clock.monotonic()) <= 0:
            raise LoyaltyUnavailable("no time left to ask")


def _customer(application: Application) -> CustomerSeed:
    return CustomerSeed(
        id="",
        phone=application.phone,
        email=application.email,
        card=application.card,
        first_name=application.first_name,
        middle_name=application.middle_name,
        last_name=application.last_name,
        birth_date=application.birth_date,
        sex=application.sex or "",
    )


def _kind(order_id: str, *, spent: bool) -> MovementKind:
    if not order_id:
        return MovementKind.GIFT
    return MovementKind.PAYMENT if spent else MovementKind.PURCHASE


_conforms: type[Participants] = MemoryParticipants
