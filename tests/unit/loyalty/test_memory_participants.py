"""People of the programme in memory: joining, codes, history. The contract suite runs over it and over Mindbox."""

from datetime import UTC, datetime

import pytest
from builders import REGISTER
from loyalty_worlds import SEED

from adapters.loyalty.memory_participants import MemoryParticipants
from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.programme import Programme, read_seed
from gateway.clock import SystemClock
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application
from gateway.errors import LoyaltyRejected

NEW = Application(phone="79261112233", first_name="Ирина", rules="2026-09")
OLGA = CustomerKey(KeyKind.PHONE, "79603334455")
NEVER = Deadline(float("inf"))


@pytest.fixture
def programme() -> Programme:
    return Programme(read_seed(SEED, SandboxSeed), lambda: datetime(2026, 3, 14, 15, 5, tzinfo=UTC))


@pytest.fixture
def people(programme: Programme) -> MemoryParticipants:
    return MemoryParticipants(programme, SystemClock())


async def test_who_joins_tells_the_code(people: MemoryParticipants, programme: Programme) -> None:
    taken = await people.enrol(NEW, REGISTER, deadline=NEVER)
    assert not await people.confirm(taken, "no", REGISTER, deadline=NEVER)
    assert await people.confirm(taken, taken.code, REGISTER, deadline=NEVER)
    account = programme.account(taken.customer_id)
    assert account is not None
    assert (account.confirmed, account.rules) == (True, "2026-09")


async def test_a_repeated_application_makes_no_second_participant(people: MemoryParticipants) -> None:
    first = await people.enrol(NEW, REGISTER, deadline=NEVER)
    again = await people.enrol(NEW, REGISTER, deadline=NEVER)
    assert (again.customer_id, again.already) == (first.customer_id, True)


async def test_a_code_is_used_up_by_being_right(people: MemoryParticipants) -> None:
    code = await people.send_code(OLGA, "", deadline=NEVER)
    assert await people.check_code(OLGA, code, deadline=NEVER)
    assert not await people.check_code(OLGA, code, deadline=NEVER)


async def test_nobody_gets_no_code(people: MemoryParticipants) -> None:
    with pytest.raises(LoyaltyRejected):
        await people.send_code(CustomerKey(KeyKind.PHONE, "70000000000"), "", deadline=NEVER)


def test_an_application_shows_nothing_personal() -> None:
    assert "7926" not in repr(NEW)
