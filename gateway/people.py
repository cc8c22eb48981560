"""The services about customers put together: who a key is, what he may spend, codes, registration, information."""

from collections.abc import Callable

from msgspec import Struct

from gateway.domain.receipt import RegisterRef
from gateway.ports import Clock, LoyaltyProgram, Meter, Participants
from gateway.services.codes import Codes
from gateway.services.enrolling import Enrolling
from gateway.services.guard.front_participants import FrontParticipants
from gateway.services.identifying import Identifying, Informing
from gateway.services.limited_mode import LimitedMode
from gateway.services.open_receipts import OpenReceipts
from gateway.services.side_slips import SideSlips
from gateway.services.spending import SpendingRules
from gateway.services.wording import Wording
from gateway.settings import Settings


class People(Struct, frozen=True, kw_only=True):
    """`enrolling` and `informing` are what registers ask; the rest serves the checkout."""

    identifying: Identifying
    codes: Codes
    spending: SpendingRules
    enrolling: Enrolling
    informing: Informing


def build_people(
    settings: Settings,
    program: LoyaltyProgram,
    server: Participants,
    limited: LimitedMode,
    receipts: OpenReceipts,
    wording: Wording,
    slips: SideSlips,
    clock: Clock,
    meter: Meter,
) -> People:
    participants = FrontParticipants(server, lambda: limited.is_manual)
    codes = Codes(participants, settings.codes.rules(settings.budgets.code), clock, meter)
    compares, enrolment = _comparing(settings), settings.enrolment
    identifying = Identifying(settings.identification.rules(), participants, clock)
    return People(
        identifying=identifying,
        codes=codes,
        spending=SpendingRules(codes, receipts, wording, compares),
        enrolling=Enrolling(
            enrolment.form(), enrolment.welcome, participants, codes, clock, wording, slips, meter, compares
        ),
        informing=Informing(program, participants, identifying, wording),
    )


def _comparing(settings: Settings) -> Callable[[RegisterRef], bool]:
    """Whether a register compares codes itself: a habit of its kind, or a choice of the administrator."""
    rows = settings.registers
    comparing = {
        RegisterRef(outlet=row.outlet or settings.outlet.id, register=row.id)
        for row in rows
        if row.kind in settings.codes.registers_compare
    }
    return comparing.__contains__
