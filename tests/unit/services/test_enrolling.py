"""A new participant at the register: in every mode of codes, repeated, interrupted, refused."""

import asyncio
from typing import Any

import pytest
from builders import REGISTER
from shop_floor import OLGA, Shop
from unit.services.test_codes import COMPARING
from unit.services.test_slip_printing import printed, with_printer

from adapters.loyalty.memory_participants import MemoryParticipants
from adapters.loyalty.programme import AccountKeys
from gateway.core import Loyalty
from gateway.domain.code import CodeMode
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Sex
from gateway.domain.enrolment_form import FormFault, application
from gateway.domain.receipt import RegisterRef
from gateway.domain.told import Begun, Declined, DeclineReason, Enrolled
from gateway.settings.people import Codes, Enrolment, EnrolmentChoice, EnrolmentField

FIELDS = (
    EnrolmentField(name="name", means="first_name", caption="Имя", pattern=".{2,60}", required=True),
    EnrolmentField(name="born", means="birth_date", caption="Дата рождения"),
    EnrolmentField(
        name="sex",
        caption="Пол",
        choices=(EnrolmentChoice(value="f", text="Женский"), EnrolmentChoice(value="m", text="Мужской")),
    ),
    EnrolmentField(name="pet", caption="Питомец"),
)
PHONE = "79031112233"
VALUES = {"name": "Игорь", "born": "02.04.1991", "sex": "m", "pet": "кот"}


def make_shop(mode: CodeMode = CodeMode.OFF, *, comparing: bool = False, enabled: bool = True) -> Shop:
    shop = Shop(
        codes=Codes(enrolment=mode),
        enrolment=Enrolment(enabled=enabled, rules="2026-03", fields=FIELDS),
        registers=COMPARING if comparing else (),
    )
    shop.participants = MemoryParticipants(shop.programme, shop.clock, tells_codes=mode is not CodeMode.SERVER)
    shop.loyalty = Loyalty(program=shop.program, participants=shop.participants)
    shop.restart()
    return shop


def told(shop: Shop, phone: str = PHONE, **values: str) -> Any:
    form = shop.core.people.enrolling.form()
    assert form is not None
    return application(form, phone, VALUES | values)


async def begin(shop: Shop, **values: str) -> Begun | Declined:
    return await shop.core.people.enrolling.begin(told(shop, **values), REGISTER, shop.soon(3))


async def finish(shop: Shop, code: str = "", **values: str) -> Enrolled | Declined:
    return await shop.core.people.enrolling.finish(told(shop, **values), code, REGISTER, shop.soon(3))


def sent(shop: Shop) -> list[str]:
    return [message.code for message in shop.programme.sms.sent if message.phone == PHONE]


def test_the_form_makes_an_application_of_what_was_answered() -> None:
    made = told(make_shop())
    assert (made.phone, made.first_name, made.sex, made.rules) == (PHONE, "Игорь", Sex.MALE, "2026-03")
    assert (str(made.birth_date), made.fields) == ("1991-04-02", {"pet": "кот"})


@pytest.mark.parametrize(
    ("wrong", "caption"),
    [({"name": ""}, "Имя"), ({"name": "И"}, "Имя"), ({"born": "31.02.1991"}, "Дата рождения"), ({"sex": "x"}, "Пол")],
)
def test_a_wrong_answer_is_named_by_its_caption_and_never_repeated(wrong: dict[str, str], caption: str) -> None:
    with pytest.raises(FormFault) as fault:
        told(make_shop(), **wrong)
    assert str(fault.value) == caption


async def test_nobody_is_born_tomorrow() -> None:
    refused = await finish(make_shop(), born="01.01.2099")
    assert isinstance(refused, Declined)
    assert refused.reason is DeclineReason.MALFORMED


async def test_without_codes_only_the_finish_enrols_and_may_be_repeated() -> None:
    shop = make_shop()
    assert await begin(shop) == Begun()
    assert shop.programme.find(AccountKeys(phone=PHONE)) is None
    first = await finish(shop)
    assert isinstance(first, Enrolled)
    assert not first.already
    assert first.slip
    again = await finish(shop)
    assert isinstance(again, Enrolled)
    assert again.customer_id == first.customer_id


@pytest.mark.parametrize("mode", [CodeMode.RETURNED, CodeMode.GENERATED])
async def test_a_register_that_compares_is_told_the_code_and_finishes_without_it(mode: CodeMode) -> None:
    shop = make_shop(mode, comparing=True)
    begun = await begin(shop)
    await shop.wait_for_background()
    assert isinstance(begun, Begun)
    assert begun.code == sent(shop)[-1]
    assert await begin(shop) == begun
    count = len(sent(shop))
    for _ in range(2):
        assert isinstance(await finish(shop), Enrolled)
    assert len(sent(shop)) == count


@pytest.mark.parametrize("mode", [CodeMode.RETURNED, CodeMode.GENERATED, CodeMode.SERVER])
async def test_a_register_that_does_not_compare_hands_on_what_the_customer_said(mode: CodeMode) -> None:
    shop = make_shop(mode)
    begun = await begin(shop)
    await shop.wait_for_background()
    assert isinstance(begun, Begun)
    assert (begun.code_needed, begun.code) == (True, "")
    for said, reason in (("", DeclineReason.CODE_NEEDED), ("no", DeclineReason.WRONG_CODE)):
        refused = await finish(shop, said)
        assert isinstance(refused, Declined)
        assert refused.reason is reason
    assert isinstance(await finish(shop, sent(shop)[-1]), Enrolled)


@pytest.mark.parametrize("mode", list(CodeMode))
async def test_a_repeated_finish_tells_the_welcome_again_and_prints_it_once(mode: CodeMode) -> None:
    shop = make_shop(mode)
    printer = with_printer(shop)
    await begin(shop)
    await shop.wait_for_background()
    code = sent(shop)[-1] if mode is not CodeMode.OFF else ""
    both = await asyncio.gather(finish(shop, code), finish(shop, code))
    assert all(isinstance(one, Enrolled) for one in both)
    assert isinstance(await finish(shop, code), Enrolled)
    assert await printed(shop, printer) == 1


async def test_three_wrong_codes_end_it() -> None:
    shop = make_shop(CodeMode.RETURNED)
    await begin(shop)
    for _ in range(3):
        await finish(shop, "no")
    assert isinstance(await finish(shop, sent(shop)[-1]), Declined)


async def test_after_a_restart_the_finish_asks_to_begin_again() -> None:
    shop = make_shop(CodeMode.RETURNED, comparing=True)
    await begin(shop)
    shop.restart()
    refused = await finish(shop)
    assert isinstance(refused, Declined)
    assert refused.reason is DeclineReason.CODE_NEEDED
    assert isinstance(await finish(shop), Enrolled), "the till has begun again and compared the new code"


async def test_a_participant_of_before_is_told_so_and_sent_nothing() -> None:
    shop = make_shop(CodeMode.RETURNED)
    begun = await begin(shop, phone=OLGA.value)
    assert isinstance(begun, Begun)
    assert not begun.code_needed
    done = await finish(shop, phone=OLGA.value)
    assert isinstance(done, Enrolled)
    assert done.already


async def test_a_shop_that_enrols_nobody_says_so() -> None:
    shop = make_shop(enabled=False)
    assert shop.core.people.enrolling.form() is None
    refused = await shop.core.people.enrolling.begin(told(make_shop()), REGISTER, shop.soon())
    assert isinstance(refused, Declined)
    assert refused.reason is DeclineReason.NOT_ALLOWED


async def test_in_limited_mode_by_hand_nobody_is_enrolled() -> None:
    shop = make_shop(CodeMode.RETURNED)
    shop.core.limited.switch(on=True)
    refused = await begin(shop)
    assert isinstance(refused, Declined)
    assert refused.reason is DeclineReason.UNAVAILABLE


async def test_staff_are_told_who_it_is_what_he_earned_and_what_he_may_use() -> None:
    shop = make_shop()
    about = await shop.core.people.informing.about(OLGA, REGISTER, shop.soon())
    assert not isinstance(about, Declined)
    assert (about.customer.first_name, len(about.movements)) == ("Ольга", 1)


class Slow(MemoryParticipants):
    """An application takes a moment on its way."""

    async def enrol(self, application: Application, register: RegisterRef, *, deadline: Deadline) -> Any:
        await asyncio.sleep(0)
        return await super().enrol(application, register, deadline=deadline)


async def test_a_double_press_sends_one_code() -> None:
    shop = make_shop(CodeMode.RETURNED)
    shop.participants = Slow(shop.programme, shop.clock)
    shop.loyalty = Loyalty(program=shop.program, participants=shop.participants)
    shop.restart()
    first, second = await asyncio.gather(begin(shop), begin(shop))
    assert first == second
    assert len(sent(shop)) == 1
