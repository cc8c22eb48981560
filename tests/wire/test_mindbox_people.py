"""The Mindbox client about people: bytes of its requests, and every variant of the answers (reference, section 6)."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import msgspec
import pytest
from builders import REGISTER
from loyalty_worlds import SEED, mindbox_client
from mindbox_caller import Caller

from adapters.loyalty.mindbox import MindboxSettings
from adapters.loyalty.mindbox.composing import customer
from adapters.loyalty.mindbox.people import MindboxPeople, composing, mapping
from adapters.loyalty.mindbox.people.wire import decode_people
from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.loyalty.transport import Reply
from gateway.domain.account import MovementKind, Offer, PointsMovement
from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Sex
from gateway.domain.loyalty_card import CardAnswer
from gateway.errors import LoyaltyProtocolError, LoyaltyRejected, LoyaltyUnavailable

SETTINGS = MindboxSettings(kind="mindbox", url="127.0.0.1", endpoint="e", secret_key_file="k", allow_plain_http=True)
NEW = Application(phone="79261112233")


class Script:
    """A server that answers what it was told to, in order; remembers what it was asked."""

    def __init__(self, *bodies: bytes) -> None:
        self._bodies = list(bodies)
        self.asked: list[str] = []

    async def ask(self, operation: str, body: bytes, deadline: Deadline) -> Reply:  # noqa: ARG002 - it plays a script
        self.asked.append(operation)
        return Reply(200, self._bodies.pop(0), "")

    async def tell(self, operation: str, body: bytes, deadline: Deadline) -> Reply:
        return await self.ask(operation, body, deadline)


def people(*bodies: bytes) -> tuple[MindboxPeople, Script]:
    script = Script(*bodies)
    return MindboxPeople(SETTINGS, script), script


def soon() -> Deadline:
    return Deadline(time.monotonic() + 3)


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        yield Caller(session, sandbox.url)


# -- requests: strict writing (2.4)


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (CustomerKey(KeyKind.PHONE, "79115550123"), b'{"mobilePhone":"79115550123"}'),
        (CustomerKey(KeyKind.CARD, "2200"), b'{"discountCard":{"ids":{"number":"2200"}}}'),
        (CustomerKey(KeyKind.WALLET, "2200"), b'{"discountCard":{"ids":{"number":"2200"}}}'),
        (CustomerKey(KeyKind.EMAIL, "a@b.test"), b'{"email":"a@b.test"}'),
        (CustomerKey(KeyKind.EXTERNAL, "u-551"), b'{"ids":{"externalId":"u-551"}}'),
        (CustomerKey(KeyKind.ONE_TIME, "QR:79115550123:4831"), b'{"mobilePhone":"79115550123"}'),
    ],
)
def test_6_1_a_customer_is_asked_for_by_one_key_and_a_one_time_code_is_never_told(
    key: CustomerKey, body: bytes
) -> None:
    assert msgspec.json.encode(customer(key, SETTINGS)) == body


def test_6_2_a_registration_says_what_the_customer_said_and_which_rules_he_agreed_to() -> None:
    application = Application(
        phone="79261112233",
        first_name="Ирина",
        birth_date=date(1990, 5, 6),
        sex=Sex.FEMALE,
        card="2200",
        rules="2026-09",
        fields={"pet": "cat"},
    )
    assert composing.register(application, REGISTER, SETTINGS).decode() == (
        f'{{"pointOfContact":"{REGISTER.outlet}","customer":{{"mobilePhone":"79261112233","firstName":"Ирина",'
        '"birthDate":"1990-05-06","sex":"female","discountCard":{"ids":{"number":"2200"}},'
        '"customFields":{"pet":"cat","rulesVersion":"2026-09"}}}'
    )


def test_6_2_an_edit_says_what_changed_and_what_is_to_be_erased() -> None:
    """Reference 2.4: `%CLEAR%` as a value erases a field."""
    changed = Application(
        phone="",
        last_name="Новая",
        email="x@example.org",
        fields={"pet": "dog"},
        cleared=frozenset({"email", "birth_date", "size"}),
    )
    assert composing.edit("7", changed, REGISTER, SETTINGS).decode() == (
        f'{{"pointOfContact":"{REGISTER.outlet}","customer":{{"ids":{{"mindboxId":"7"}},"lastName":"Новая",'
        '"email":"%CLEAR%","customFields":{"pet":"dog","size":"%CLEAR%"},"birthDate":"%CLEAR%"}}'
    )


def test_6_3_codes_are_spelt_as_the_server_spells_them() -> None:
    assert composing.confirm("80014", "730155") == (
        b'{"customer":{"ids":{"mindboxId":"80014"}},"smsConfirmation":{"code":"730155"}}'
    )
    key = CustomerKey(KeyKind.PHONE, "79115550123")
    assert composing.code(key, "4831", SETTINGS) == (
        b'{"customer":{"mobilePhone":"79115550123"},"authentificationCode":"4831"}'
    )
    assert composing.code(key, "", SETTINGS) == b'{"customer":{"mobilePhone":"79115550123"}}'


# -- answers: lenient reading


@pytest.mark.parametrize(
    ("status", "confirmed"),
    [
        ("MobilePhoneConfirmed", True),
        ("SubscriptionAndMobilePhoneConfirmed", True),
        ("AlreadyConfirmed", True),
        ("SubscriptionConfirmed", False),
        ("IncorrectConfirmationCode", False),
        ("NotFound", False),
        ("Whatever", False),
    ],
)
def test_6_3_a_wrong_confirmation_code_comes_as_a_success(status: str, *, confirmed: bool) -> None:
    body = {"status": "Success", "smsConfirmation": {"processingStatus": status}}
    assert mapping.is_confirmed(decode_people(msgspec.json.encode(body))) is confirmed


def test_6_5_history_in_every_spelling_of_numbers_and_times() -> None:
    answer = decode_people(
        b'{"status":"Success","customerActionsCount":"2","customerActions":['
        b'{"ids":{"mindboxId":1},"dateTimeUtc":"2026-03-01 10:20:30.123","pointOfContact":{"ids":{"externalId":"7"}},'
        b'"customerBalanceChanges":[{"changeAmount":"-12.50","balanceChangeKind":{"systemName":"RetailOrderPayment"},'
        b'"balanceType":{"ids":{"systemName":"Main"}}},{"changeAmount":5,"balanceType":{"ids":{"systemName":"Other"}}}]},'
        b'{"dateTimeUtc":"2027-05-01T12:00:00.0000000Z","customerBalanceChanges":[{"changeAmount":3,'
        b'"expirationDateTimeUtc":"2028-01-01T00:00:00Z","comment":null,"balanceChangeKind":{"systemName":"Expired"}}]}]}'
    )
    assert mapping.movements(answer, SETTINGS) == [
        PointsMovement(
            at=datetime(2027, 5, 1, 12, tzinfo=UTC),
            kind=MovementKind.EXPIRED,
            amount=Decimal(3),
            expires=datetime(2028, 1, 1, tzinfo=UTC),
        ),
        PointsMovement(
            at=datetime(2026, 3, 1, 10, 20, 30, 123000, tzinfo=UTC),
            kind=MovementKind.PAYMENT,
            amount=Decimal("-12.50"),
            outlet="7",
        ),
    ]


def test_6_5_promotions_with_their_personal_codes() -> None:
    answer = decode_people(
        b'{"status":"Success","promoActions":[{"ids":{"externalId":"p"},"name":"Gift","description":"A cup",'
        b'"endDateTimeUtc":"2026-12-31T21:00:00.0000000Z","limits":[],"promoCodes":[{"ids":{"value":"C-1"}},{"ids":{}}]},'
        b'{"ids":{"externalId":"nameless"}}]}'
    )
    assert mapping.offers(answer) == [
        Offer(name="Gift", description="A cup", until=datetime(2026, 12, 31, 21, tzinfo=UTC), codes=("C-1",))
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Bound", CardAnswer.BOUND),
        ("AlreadyBoundToCurrentCustomer", CardAnswer.BOUND),
        ("AlreadyBoundToAnotherCustomer", CardAnswer.ANOTHERS),
        ("NotFound", CardAnswer.UNKNOWN),
        ("NotProcessed", CardAnswer.NOT_NOW),
        ("SomethingNew", CardAnswer.NOT_NOW),
    ],
)
def test_6_4_what_became_of_a_card(status: str, outcome: CardAnswer) -> None:
    body = {"status": "Success", "discountCard": {"processingStatus": status}}
    assert mapping.card(decode_people(msgspec.json.encode(body))) is outcome


FOUND = (
    b'{"status":"Success","customer":{"processingStatus":"Found","ids":{"mindboxId":7},'
    b'"isMobilePhoneConfirmed":"%b"}}'
)
REFUSED = b'{"status":"ValidationError","validationMessages":[{"message":"no","location":"/customer/mobilePhone"}]}'
NOT_FOUND = b'{"status":"Success","customer":{"processingStatus":"NotFound"}}'


async def test_6_2_a_bare_success_is_looked_up_by_phone() -> None:
    desk, script = people(b'{"status":"Success"}', FOUND % b"false")
    taken = await desk.enrol(NEW, REGISTER, deadline=soon())
    assert (taken.customer_id, taken.already, taken.code_sent) == ("7", False, True)
    assert script.asked == ["Offline.RegisterCustomer", "Offline.GetCustomerInfo"]


async def test_12_5_a_refusal_because_the_phone_is_known_is_somebody_who_takes_part_already() -> None:
    desk, _ = people(REFUSED, FOUND % b"true")
    taken = await desk.enrol(NEW, REGISTER, deadline=soon())
    assert (taken.customer_id, taken.already, taken.code_sent) == ("7", True, False)


async def test_6_2_a_refusal_of_a_stranger_is_told_in_the_servers_words() -> None:
    desk, _ = people(REFUSED, NOT_FOUND)
    with pytest.raises(LoyaltyRejected, match=r"^no$"):
        await desk.enrol(NEW, REGISTER, deadline=soon())


async def test_who_is_nowhere_to_be_found_after_joining_has_not_joined() -> None:
    desk, _ = people(b'{"status":"Success"}', NOT_FOUND)
    with pytest.raises(LoyaltyUnavailable):
        await desk.enrol(NEW, REGISTER, deadline=soon())


async def test_who_joined_and_never_confirmed_gets_his_code_again() -> None:
    exists = b'{"status":"Success","customer":{"processingStatus":"AlreadyExists","ids":{"mindboxId":7},'
    desk, script = people(exists + b'"isMobilePhoneConfirmed":false}}', b'{"status":"Success"}')
    taken = await desk.enrol(NEW, REGISTER, deadline=soon())
    assert (taken.already, taken.code_sent) == (True, True)
    assert script.asked[-1] == "Offline.ResendMobilePhoneConfirmationCode"


@pytest.mark.parametrize("field", ["walletLink", "WalletLink"])
async def test_the_wallet_cards_address_comes_with_whatever_first_letter(field: str) -> None:
    customer = {"processingStatus": "Created", "ids": {"mindboxId": 7}, "customFields": {field: "https://w.test/7"}}
    desk, _ = people(msgspec.json.encode({"status": "Success", "customer": customer}))
    taken = await desk.enrol(NEW, REGISTER, deadline=soon())
    assert taken.wallet_link == "https://w.test/7"


@pytest.mark.parametrize("variant", ["validation_error", "no_customer", "customer_not_found"])
async def test_12_4_a_wrong_code_is_a_wrong_code_however_it_is_told(caller: Caller, variant: str) -> None:
    await caller.control("variants", wrong_code=variant)
    client = mindbox_client(caller.url)
    key = CustomerKey(KeyKind.PHONE, "79217654321")
    assert not await client.people.check_code(key, "0000", deadline=soon())
    await caller.control("codes", phone="79217654321", code="4831")
    assert await client.people.check_code(key, "4831", deadline=soon())
    await client.close()


@pytest.mark.parametrize("known", ["already_exists", "validation_error"])
async def test_12_5_both_ways_of_saying_that_a_phone_is_known(caller: Caller, known: str) -> None:
    await caller.control("variants", known_phone=known)
    client = mindbox_client(caller.url)
    taken = await client.people.enrol(Application(phone="79217654321"), REGISTER, deadline=soon())
    assert (taken.customer_id, taken.already) == ("80016", True)
    await client.close()


async def test_6_2_an_edit_erases_what_it_is_told_to(caller: Caller) -> None:
    client = mindbox_client(caller.url)
    born = Application(phone="", birth_date=date(1990, 5, 6), sex=Sex.FEMALE, fields={"pet": "cat"})
    await client.people.edit("80016", born, REGISTER, deadline=soon())
    nothing = Application(phone="", cleared=frozenset({"birth_date", "sex", "email", "pet"}))
    await client.people.edit("80016", nothing, REGISTER, deadline=soon())
    asked = {"customer": {"ids": {"mindboxId": 80016}}}
    found = (await caller.done("Offline.GetCustomerInfo", asked))["customer"]
    assert not {"birthDate", "sex", "email"} & set(found)
    assert "pet" not in found.get("customFields", {})
    assert found["lastName"] == "Петрова"
    await client.close()


async def test_cards_are_shown_given_replaced_and_a_customers_data_changed(caller: Caller) -> None:
    client = mindbox_client(caller.url)
    desk = client.people
    card = await desk.card("2900009001", deadline=soon())
    assert card is not None
    assert (card.status, "2900009001" in repr(card)) == ("NotIssued", False)
    assert await desk.card("1", deadline=soon()) is None
    assert await desk.bind_card("80016", "2900009001", "", deadline=soon()) is CardAnswer.BOUND
    assert await desk.bind_card("80015", "2900009001", "", deadline=soon()) is CardAnswer.ANOTHERS
    assert await desk.bind_card("80015", "", "", deadline=soon()) is CardAnswer.BOUND
    assert await desk.replace_card("2900009001", "2900009002", deadline=soon()) is CardAnswer.BOUND
    changed = Application(phone="", last_name="Новая")
    assert await desk.edit("80016", changed, REGISTER, deadline=soon())
    assert not await desk.edit("1", changed, REGISTER, deadline=soon())
    assert (await caller.look("customers/79217654321"))["cards"] == ["2900004417", "2900009001", "2900009002"]
    await client.close()


@pytest.mark.parametrize("status", ["TransactionAlreadyProcessed", "InternalServerError", "ProtocolError"])
async def test_3_a_status_nobody_expects_of_a_question_is_no_answer(status: str) -> None:
    desk, _ = people(msgspec.json.encode({"status": status}))
    with pytest.raises(LoyaltyProtocolError):
        await desk.offers("7", deadline=soon())


async def test_an_operation_the_project_does_not_have_is_not_asked_for(caller: Caller) -> None:
    client = mindbox_client(caller.url, operations={"check_code": ""})
    await caller.forget_calls()
    with pytest.raises(LoyaltyUnavailable, match=r"loyalty\.operations"):
        await client.people.check_code(CustomerKey(KeyKind.PHONE, "79217654321"), "1", deadline=soon())
    assert await caller.look("calls") == []
    await client.close()


async def test_2_5_the_servers_words_about_bad_data_reach_the_cashier(caller: Caller) -> None:
    client = mindbox_client(caller.url)
    with pytest.raises(LoyaltyRejected, match="Укажите номер"):
        await client.people.enrol(Application(phone="12"), REGISTER, deadline=soon())
    await client.close()


def test_nothing_about_a_person_is_read_from_a_mangled_answer() -> None:
    body: Any = b'{"customer": 5}'
    with pytest.raises(LoyaltyProtocolError):
        decode_people(body)
