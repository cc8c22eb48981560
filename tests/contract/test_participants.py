"""What every programme promises about people: joining, codes, histories. Over memory and both families of Mindbox."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date

import aiohttp
import pytest
from builders import REGISTER
from loyalty_worlds import SEED, mindbox_client
from mindbox_caller import Caller
from msgspec import Struct

from adapters.loyalty.memory_participants import MemoryParticipants
from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.programme import Programme, read_seed
from gateway.clock import SystemClock
from gateway.domain.account import MovementKind
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Sex
from gateway.errors import LoyaltyRejected, LoyaltyUnavailable
from gateway.ports import Participants

NEW = Application(
    phone="79261112233",
    first_name="Ирина",
    last_name="Лесная",
    email="irina@example.org",
    birth_date=date(1990, 5, 6),
    sex=Sex.FEMALE,
    rules="2026-09",
)
OLGA = CustomerKey(KeyKind.PHONE, "79603334455")
NOBODY = CustomerKey(KeyKind.PHONE, "79990000000")
OLGAS_ID = "80014"


class World(Struct, frozen=True):
    """A programme's people, and the phone on which the customer reads the last code."""

    people: Participants
    phone: Callable[[], Awaitable[str]]
    tells_codes: bool
    checks_codes: bool


@asynccontextmanager
async def memory() -> AsyncIterator[World]:
    clock = SystemClock()
    programme = Programme(read_seed(SEED, SandboxSeed), clock.now)

    async def phone() -> str:
        return programme.sms.sent[-1].code

    yield World(MemoryParticipants(programme, clock), phone, tells_codes=True, checks_codes=True)


@asynccontextmanager
async def mindbox(preset: str) -> AsyncIterator[World]:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        caller = Caller(session, sandbox.url)

        async def phone() -> str:
            return str((await caller.look("codes"))[-1]["code"])

        client = mindbox_client(sandbox.url, preset=preset.lower(), endpoint=f"Demo.{preset}")
        is_frontol = preset == "Frontol"
        yield World(client.people, phone, tells_codes=is_frontol, checks_codes=not is_frontol)
        await client.close()


WORLDS: dict[str, Callable[[], AbstractAsyncContextManager[World]]] = {
    "memory": memory,
    "mindbox": lambda: mindbox("Offline"),
    "mindbox-frontol": lambda: mindbox("Frontol"),
}


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with WORLDS[request.param]() as opened:
        yield opened


def soon() -> Deadline:
    return Deadline(time.monotonic() + 3)


async def test_who_joins_gets_a_code_and_confirms_with_it_once_or_twice(world: World) -> None:
    taken = await world.people.enrol(NEW, REGISTER, deadline=soon())
    assert taken.customer_id
    assert (taken.already, taken.code_sent) == (False, True)
    assert not await world.people.confirm(taken, "wrong", REGISTER, deadline=soon())
    code = await world.phone()
    for _ in range(2):
        assert await world.people.confirm(taken, code, REGISTER, deadline=soon())


async def test_who_takes_part_already_is_told_so_and_gets_no_code(world: World) -> None:
    taken = await world.people.enrol(Application(phone=OLGA.value), REGISTER, deadline=soon())
    assert (taken.customer_id, taken.already, taken.code_sent) == (OLGAS_ID, True, False)


async def test_an_application_sent_twice_is_one_customer(world: World) -> None:
    first = await world.people.enrol(NEW, REGISTER, deadline=soon())
    again = await world.people.enrol(NEW, REGISTER, deadline=soon())
    assert (again.customer_id, again.already) == (first.customer_id, True)


async def test_a_code_for_points_reaches_the_phone_and_is_checked_once(world: World) -> None:
    told = await world.people.send_code(OLGA, "", deadline=soon())
    sent = await world.phone()
    assert told == (sent if world.tells_codes else "")
    if not world.checks_codes:
        with pytest.raises(LoyaltyUnavailable):
            await world.people.check_code(OLGA, sent, deadline=soon())
        return
    assert not await world.people.check_code(OLGA, "wrong", deadline=soon())
    assert await world.people.check_code(OLGA, sent, deadline=soon())
    assert not await world.people.check_code(OLGA, sent, deadline=soon())


async def test_a_code_of_ours_is_sent_as_it_is(world: World) -> None:
    await world.people.send_code(OLGA, "7531", deadline=soon())
    assert await world.phone() == "7531"


async def test_nobody_gets_no_code_and_has_none(world: World) -> None:
    with pytest.raises(LoyaltyRejected):
        await world.people.send_code(NOBODY, "", deadline=soon())
    if world.checks_codes:
        assert not await world.people.check_code(NOBODY, "1234", deadline=soon())


async def test_points_have_a_history(world: World) -> None:
    (opening,) = await world.people.movements(OLGAS_ID, 5, deadline=soon())
    assert (opening.kind, opening.amount) == (MovementKind.GIFT, 1500)
    assert opening.at.tzinfo is not None
    assert await world.people.movements(OLGAS_ID, 0, deadline=soon()) == []


async def test_offers_are_read_and_a_stranger_has_none(world: World) -> None:
    offers = await world.people.offers(OLGAS_ID, deadline=soon())
    assert all(offer.name for offer in offers)
    assert await world.people.offers("1", deadline=soon()) == []


async def test_a_deadline_that_has_passed_asks_nobody(world: World) -> None:
    with pytest.raises(LoyaltyUnavailable):
        await world.people.enrol(NEW, REGISTER, deadline=Deadline(0.0))
