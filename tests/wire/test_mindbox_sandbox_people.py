"""The sandbox's customers: registration, codes, cards, histories (Mindbox reference, sections 2.5 and 6)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from mindbox_caller import MARIA, SEED, Caller, order, seeded

from adapters.loyalty.mindbox.sandbox import Sandbox

NEW = {"mobilePhone": "+7 (926) 111-22-33", "firstName": "Ирина", "lastName": "Лесная", "sex": "w"}


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        yield Caller(session, sandbox.url)


async def last_code(caller: Caller) -> str:
    return str((await caller.look("codes"))[-1]["code"])


async def registered(caller: Caller, **more: Any) -> Any:
    return (await caller.done("Offline.RegisterCustomer", {"customer": NEW | more, "pointOfContact": "7"}))[
        "customer"
    ]


# -- 6.2 register and edit


async def test_6_2_a_new_customer_is_created_and_found_by_phone(caller: Caller) -> None:
    created = await registered(caller, customFields={"rulesVersion": "2026-09", "pet": "cat"})
    assert created["processingStatus"] == "Created"
    assert created["customFields"]["walletLink"] == f"https://wallet.example.org/card/{created['ids']['mindboxId']}"
    found = (await caller.done("Offline.GetCustomerInfo", {"customer": {"mobilePhone": "89261112233"}}))["customer"]
    assert (found["firstName"], found["sex"], found["isMobilePhoneConfirmed"]) == ("Ирина", "female", False)
    assert found["customFields"]["pet"] == "cat"
    assert (await caller.look("customers/79261112233"))["rulesVersion"] == "2026-09"


@pytest.mark.parametrize(("known", "told"), [("already_exists", "AlreadyExists"), ("validation_error", None)])
async def test_12_5_a_phone_that_is_registered_already(caller: Caller, known: str, told: str | None) -> None:
    await caller.control("variants", known_phone=known)
    http, answer = await caller.ask("Offline.RegisterCustomer", {"customer": MARIA})
    assert http == 200
    if told:
        assert answer["customer"]["processingStatus"] == told
    else:
        assert answer["status"] == "ValidationError"
        assert answer["validationMessages"][0]["location"] == "/customer/mobilePhone"


@pytest.mark.parametrize("wrong", [{"mobilePhone": "12"}, {"firstName": "x" * 101}])
async def test_2_5_what_cannot_be_taken_is_a_validation_error(caller: Caller, wrong: dict[str, Any]) -> None:
    http, answer = await caller.ask("Offline.RegisterCustomer", {"customer": NEW | wrong})
    assert (http, answer["status"]) == (200, "ValidationError")
    assert answer["validationMessages"][0]["message"]


async def test_2_5_a_field_that_makes_no_sense_is_dropped(caller: Caller) -> None:
    await registered(caller, birthDate="soon", sex="?", email="x" * 250 + "@example.org")
    found = (await caller.done("Offline.GetCustomerInfo", {"customer": {"mobilePhone": "79261112233"}}))["customer"]
    assert not {"birthDate", "sex", "email"} & set(found)


async def test_6_2_an_edit_changes_clears_and_says_when_nothing_changed(caller: Caller) -> None:
    body = {"customer": {"ids": {"mindboxId": 80016}, "lastName": "Иванова", "email": "%CLEAR%"}}
    assert (await caller.done("Offline.EditCustomer", body))["customer"]["processingStatus"] == "Changed"
    assert (await caller.done("Offline.EditCustomer", body))["customer"]["processingStatus"] == "NotChanged"
    found = (await caller.done("Offline.GetCustomerInfo", {"customer": MARIA}))["customer"]
    assert (found["lastName"], "email" in found) == ("Иванова", False)
    stranger = {"customer": {"ids": {"mindboxId": 1}, "lastName": "X"}}
    assert (await caller.done("Offline.EditCustomer", stranger))["customer"]["processingStatus"] == "NotFound"


async def test_6_2_custom_fields_come_back_as_they_were_told(caller: Caller) -> None:
    """Numbers, booleans, and several values of one field (reference 2.4)."""
    fields = {"pets": ["cat", "dog"], "size": 42, "vegan": True, "rank": "gold"}
    await caller.done("Offline.EditCustomer", {"customer": {"ids": {"mindboxId": 80016}, "customFields": fields}})
    found = (await caller.done("Offline.GetCustomerInfo", {"customer": MARIA}))["customer"]["customFields"]
    assert {name: found[name] for name in fields} == fields


async def test_6_2_a_new_phone_must_be_confirmed_anew(caller: Caller) -> None:
    body = {"customer": {"ids": {"mindboxId": 80016}, "mobilePhone": "79260000001"}}
    assert (await caller.done("Offline.EditCustomer", body))["customer"]["isMobilePhoneConfirmed"] is False
    assert await caller.look("customers/79217654321") is None
    assert (await caller.look("customers/79260000001"))["mindboxId"] == "80016"


# -- 6.3 codes


@pytest.mark.parametrize("operation", ["Offline.ConfirmMobilePhone", "Frontol.CommitRegisterCustomer"])
async def test_6_3_a_phone_is_confirmed_by_the_code_sent_to_it(caller: Caller, operation: str) -> None:
    await registered(caller)
    who = {"customer": {"mobilePhone": "79261112233"}}

    async def told(code: str, customer: Any = who) -> str:
        answer = await caller.done(operation, {**customer, "smsConfirmation": {"code": code}})
        return str(answer["smsConfirmation"]["processingStatus"])

    assert await told("wrong") == "IncorrectConfirmationCode"
    assert await told(await last_code(caller)) == "MobilePhoneConfirmed"
    assert await told("whatever") == "AlreadyConfirmed"
    assert await told("1", {"customer": {"mobilePhone": "79990000000"}}) == "NotFound"


async def test_6_3_the_confirmation_code_may_be_sent_again_and_the_old_one_is_void(caller: Caller) -> None:
    await registered(caller)
    first = await last_code(caller)
    who = {"customer": {"mobilePhone": "79261112233"}}
    await caller.done("Offline.ResendMobilePhoneConfirmationCode", who)
    assert await last_code(caller) != first
    answer = await caller.done("Offline.ConfirmMobilePhone", {**who, "smsConfirmation": {"code": first}})
    assert answer["smsConfirmation"]["processingStatus"] == "IncorrectConfirmationCode"


async def test_6_3_an_authorization_code_is_sent_and_checked_once(caller: Caller) -> None:
    sent = await caller.done("Offline.SendMobilePhoneAuthorizationCode", {"customer": MARIA})
    assert "authenticationCode" not in sent
    body = {"customer": MARIA, "authentificationCode": await last_code(caller)}
    answer = await caller.done("Offline.CheckMobilePhoneAuthorizationCode", body)
    assert answer["customer"] == {"processingStatus": "Found", "ids": {"mindboxId": 80016}}
    assert (await caller.ask("Offline.CheckMobilePhoneAuthorizationCode", body))[1]["status"] == "ValidationError"


async def test_6_3_codes_of_the_two_mechanisms_are_not_each_others(caller: Caller) -> None:
    await registered(caller)
    body = {"customer": {"mobilePhone": "79261112233"}, "authentificationCode": await last_code(caller)}
    assert (await caller.ask("Offline.CheckMobilePhoneAuthorizationCode", body))[1]["status"] == "ValidationError"


async def test_the_frontol_family_tells_the_code_it_sends(caller: Caller) -> None:
    sent = await caller.done("Frontol.SendMobilePhoneAuthorizationCode", {"customer": MARIA})
    assert sent["authenticationCode"] == await last_code(caller)


async def test_6_3_a_one_time_qr_is_phone_and_code(caller: Caller) -> None:
    await caller.control("codes", phone="79217654321", code="4831")
    body = {"customer": MARIA, "authentificationCode": "4831"}
    answer = await caller.done("Offline.CheckMobilePhoneAuthorizationCode", body)
    assert answer["customer"]["processingStatus"] == "Found"


@pytest.mark.parametrize(
    ("variant", "answer"),
    [
        ("no_customer", {"status": "Success"}),
        ("customer_not_found", {"status": "Success", "customer": {"processingStatus": "NotFound"}}),
    ],
)
async def test_12_4_a_wrong_code_is_told_in_other_ways(caller: Caller, variant: str, answer: Any) -> None:
    await caller.control("variants", wrong_code=variant)
    body = {"customer": MARIA, "authentificationCode": "0000"}
    assert (await caller.ask("Offline.CheckMobilePhoneAuthorizationCode", body))[1] == answer


async def test_6_3_a_code_does_not_live_for_ever(caller: Caller) -> None:
    await caller.done("Offline.SendMobilePhoneAuthorizationCode", {"customer": MARIA})
    await caller.control("clock", move_seconds=3600)
    body = {"customer": MARIA, "authentificationCode": await last_code(caller)}
    assert (await caller.ask("Offline.CheckMobilePhoneAuthorizationCode", body))[1]["status"] == "ValidationError"


# -- 6.4 cards


async def card_status(caller: Caller, operation: str, **body: Any) -> str:
    return str((await caller.done(operation, body))["discountCard"]["processingStatus"])


async def test_6_4_a_card_is_shown_bound_and_found(caller: Caller) -> None:
    card = {"ids": {"number": "2900009001"}}
    shown = (await caller.done("Offline.GetDiscountCard", {"discountCard": card}))["discountCard"]
    assert (shown["processingStatus"], shown["status"]) == ("Found", {"ids": {"systemName": "NotIssued"}})
    bind = "Offline.ActivateDiscountCard"
    assert await card_status(caller, bind, customer=MARIA, discountCard=card) == "Bound"
    assert await card_status(caller, bind, customer=MARIA, discountCard=card) == "AlreadyBoundToCurrentCustomer"
    other = {"mobilePhone": "79115550123"}
    assert await card_status(caller, bind, customer=other, discountCard=card) == "AlreadyBoundToAnotherCustomer"
    unknown = {"ids": {"number": "1"}}
    assert await card_status(caller, bind, customer=MARIA, discountCard=unknown) == "NotFound"
    assert await card_status(caller, "Offline.GetDiscountCard", discountCard=unknown) == "NotFound"
    found = await caller.done("Offline.GetCustomerInfo", {"customer": {"discountCard": card}})
    assert found["customer"]["ids"] == {"mindboxId": 80016}
    assert len((await caller.done("Offline.GetCustomerDiscountCards", {"customer": MARIA}))["discountCards"]) == 2


async def test_6_4_a_virtual_card_is_given_from_the_pool_while_there_are_any(caller: Caller) -> None:
    issue = "Offline.ActivateVirtualDiscountCard"
    given = (await caller.done(issue, {"customer": MARIA}))["discountCard"]
    assert (given["processingStatus"], given["ids"]) == ("Bound", {"number": "V-0001"})
    assert await card_status(caller, issue, customer=MARIA) == "NotProcessed"


async def test_6_4_a_card_is_replaced_and_the_old_one_blocked(caller: Caller) -> None:
    body = {
        "oldDiscountCard": {"ids": {"number": "2900004417"}},
        "newDiscountCard": {"ids": {"number": "2900009002"}},
    }
    assert await card_status(caller, "Offline.ReplaceDiscountCard", **body) == "Bound"
    old = {"customer": {"discountCard": {"ids": {"number": "2900004417"}}}}
    assert (await caller.done("Offline.GetCustomerInfo", old))["customer"] == {
        "processingStatus": "DiscountCardIsBlocked"
    }
    preorder = await caller.done("Offline.AuthorizedPreorder", {**old, "order": order()})
    assert preorder["customer"]["processingStatus"] == "DiscountCardIsBlocked"
    block = "Offline.BlockDiscountCard"
    new = {"ids": {"number": "2900009002"}}
    assert await card_status(caller, block, discountCard=new) == "Changed"
    assert await card_status(caller, block, discountCard=new) == "NotChanged"
    assert await card_status(caller, block, discountCard={"ids": {"number": "2900009001"}}) == "NotBoundToCustomer"


# -- 6.5 balances, promotions, promo codes


async def test_6_5_the_history_of_points_comes_in_pages_newest_first(caller: Caller) -> None:
    changes = [{"changeAmount": amount, "comment": f"no. {amount}"} for amount in (10, -3)]
    given = await caller.done("Offline.ChangeCustomerBalance", {"customer": MARIA, "balanceChanges": changes})
    assert given["balances"][0]["available"] == 222
    body = {"customer": MARIA, "page": {"pageNumber": 1, "itemsPerPage": 2}}
    history = await caller.done("Offline.GetCustomerBalanceHistory", body)
    assert history["customerActionsCount"] == 3
    newest = [action["customerBalanceChanges"][0] for action in history["customerActions"]]
    assert [one["changeAmount"] for one in newest] == [-3, 10]
    assert newest[0]["balanceChangeKind"] == {"systemName": "Custom"}
    second = await caller.done("Offline.GetCustomerBalanceHistory", {**body, "page": {"pageNumber": 2}})
    assert second["customerActions"] == []
    old = {"customer": MARIA, "page": {"tillDateTimeUtc": "2020-01-01 00:00:00.000"}}
    assert (await caller.done("Offline.GetCustomerBalanceHistory", old))["customerActionsCount"] == 0


async def test_6_5_a_sale_stands_in_the_history_as_payment_and_bonus(caller: Caller) -> None:
    body = {"customer": MARIA, "order": order(points=50, status="Paid")}
    await caller.done("Offline.CreateAuthorizedOrder", body)
    history = await caller.done("Offline.GetCustomerBalanceHistory", {"customer": MARIA})
    assert [one["actionTemplate"]["systemName"] for one in history["customerActions"]] == [
        "RetailOrderBonus",
        "RetailOrderPayment",
        "Custom",
    ]


async def test_6_5_promotions_of_a_customer_and_his_codes(caller: Caller) -> None:
    await caller.done("Offline.CreateAuthorizedOrder", {"customer": MARIA, "order": order(status="Paid")})
    shown = (await caller.done("Offline.GetCustomerPromotions", {"customer": MARIA}))["promoActions"]
    by_id = {one["ids"]["externalId"]: one for one in shown}
    assert by_id["thanks"]["promoCodes"] == [{"ids": {"value": "460123456789"}}]
    assert "spring-coffee" not in by_id
    codes = (await caller.done("Offline.GetCustomerPromoCodes", {"customer": MARIA}))["promoCodes"]
    assert codes == [{"ids": {"value": "460123456789"}, "status": "Active", "isUsed": False}]
    http, _ = await caller.ask("Offline.GetCustomerPromoCodes", {"customer": {"mobilePhone": "79990000000"}})
    assert http == 400


@pytest.mark.parametrize(
    "operation", ["GetCustomerDiscountCards", "GetCustomerBalanceHistory", "GetCustomerPromotions", "EditCustomer"]
)
async def test_nobody_has_nothing(caller: Caller, operation: str) -> None:
    answer = await caller.done(f"Offline.{operation}", {"customer": {"mobilePhone": "79990000000"}})
    assert answer["customer"] == {"processingStatus": "NotFound"}


async def test_7_3_a_create_without_line_numbers_and_a_fraction_without_its_type_are_400(caller: Caller) -> None:
    line = {"quantity": 1, "basePricePerItem": 5, "product": {"ids": {"system1c": "1"}}}
    assert (await caller.ask("Offline.CreateAnonymousOrder", {"order": order(lines=[line])}))[0] == 400
    assert (await caller.ask("Offline.AnonymousPreorder", {"order": order(lines=[line])}))[0] == 200
    half = {"order": order(lines=[line | {"quantity": 0.5}])}
    assert (await caller.ask("Offline.AnonymousPreorder", half))[0] == 400


async def test_7_1_what_might_be_added_comes_as_possible_discounts(tmp_path: Path) -> None:
    table = '[[suggestions]]\nid = "care"\nname = "Care"\nskus = ["5001", "x"]\npercent = 15\n\n[points]'
    seed = seeded(tmp_path, ("[points]", table))
    async with Sandbox(seed_path=seed) as sandbox, aiohttp.ClientSession() as session:
        caller = Caller(session, sandbox.url)
        section = (await caller.done("Offline.AnonymousPreorder", {"order": order()}))["order"]
    (content,) = section["placeholders"][-1]["content"]
    assert content["type"] == "possibleDiscounts"
    assert content["possibleDiscounts"] == {
        "discountsCount": 1,
        "discount": {"amount": 15, "amountType": "Percent"},
        "products": [{"ids": {"system1c": "5001"}, "name": "Крем для рук"}, {"ids": {"system1c": "x"}}],
    }
