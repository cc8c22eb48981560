"""The extension and the adapter use the same words.

No interpreter of 1C's language can be installed from a registry, so the names that the modules write and read are
held against what the adapter reads and writes.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec import Struct

from adapters.registers.onec_retail import mapping, wire
from adapters.registers.onec_retail.mapping import Style
from adapters.registers.onec_retail.server import FINAL, OneCServer
from adapters.screens.api.wire import Popup, Popups, Refusal, Stored
from gateway.domain.account import MovementKind, Offer, PointsMovement
from gateway.domain.customer import Customer
from gateway.domain.desk import PromptAnswer
from gateway.domain.enrolment_form import OWN
from gateway.domain.slip import Cut, Ean13, QrCode, Text
from gateway.domain.told import About, Begun, Closed, Identified, Quoted, Redeemed

EXTENSION = Path(__file__).parents[3] / "adapters/registers/onec_retail/extension"
ROUTINE = re.compile(r"^(?:Функция|Процедура) (\w+)\(.*?^Конец(?:Функции|Процедуры)", re.MULTILINE | re.DOTALL)
WRITTEN = re.compile(r'Вставить\("([a-z_]+)"|Новый Структура\("([a-z_, ]+)"')
READ = re.compile(r'\["([a-z_]+)"\]|Значение\([\w.]+, "([a-z_]+)"')


def code_of(place: str) -> str:
    return re.sub(r"//[^\n]*", "", (EXTENSION / place / "Module.bsl").read_text(encoding="utf-8-sig"))


MODULES = {path.parent.relative_to(EXTENSION).as_posix() for path in EXTENSION.rglob("Module.bsl")}
CALLS = code_of("CommonModules/шл_ШлюзВызовСервера/Ext")
RECEIPT = code_of("CommonModules/шл_Чек/Ext")
FORM = code_of("CommonForms/шл_Покупатель/Ext/Form")


def written(code: str, *routines: str) -> set[str]:
    """Names that these routines put into structures; all routines where none is named."""
    parts = [found[0] for found in ROUTINE.finditer(code) if not routines or found[1] in routines]
    names = [name for part in parts for row in WRITTEN.findall(part) for name in "".join(row).split(", ")]
    assert names, f"nobody writes anything in {routines}"
    return set(names)


def members(kind: type[Struct]) -> set[str]:
    return set(kind.__struct_fields__)


NOT_WRITTEN = {"minimum_price", "gift_card"}
"""For a chain's own extension: ours does not know where its configuration keeps them."""


def test_a_receipt_says_only_what_the_adapter_reads() -> None:
    assert written(RECEIPT, "ДляШлюза") <= members(wire.Request)
    assert written(RECEIPT, "Строки") | {"sale_key"} == members(wire.Line) - NOT_WRITTEN
    assert written(RECEIPT, "ВозвратДляШлюза") == {"sale", "sale_key"}
    assert written(RECEIPT, "Оплаты") == members(wire.Payment) - NOT_WRITTEN
    assert written(RECEIPT, "Клиент") == members(wire.Client)
    assert (
        written(code_of("CommonModules/шл_Проведение/Ext"), "ПоставитьПродажу") == members(wire.Payment) - NOT_WRITTEN
    )


def test_a_request_says_only_what_the_adapter_reads() -> None:
    assert written(CALLS) <= members(wire.Request)
    assert written(FORM, "Анкета") <= {*wire.OWN, *OWN}


@pytest.mark.parametrize("place", sorted(MODULES))
def test_a_customer_is_never_a_bare_text(place: str) -> None:
    """The adapter takes one for a card: a phone would be nobody's."""
    for given in re.findall(r'"client", ([\w.]+)', code_of(place)):
        assert given.split(".")[-1] == "Клиент", f'{place}: "client", {given}'


def test_every_operation_that_is_asked_for_is_served() -> None:
    asked = set(re.findall(r'Вызвать\("(\w+)"', CALLS))
    queued = set(re.findall(r'Поставить\("(\w+)"', code_of("CommonModules/шл_Проведение/Ext")))
    assert queued == FINAL
    assert asked | queued == operations()


def operations() -> set[str]:
    nothing: Any = None
    server = OneCServer(nothing, nothing, nothing, {}, (), nothing, Style(), nothing, nothing, nothing)
    return set(server._operations)


def test_every_answer_that_is_read_is_one_the_adapter_gives() -> None:
    given = {name for answer in answers() for name in names(answer)}
    for kind in (Popups, Popup, Stored, Refusal):
        given |= members(kind)
    for place in sorted(MODULES):
        read = {"".join(row) for row in READ.findall(code_of(place))}
        assert read <= given, f"{place}: {read - given}"


def answers() -> Iterator[dict[str, Any]]:
    """One of each kind, with everything in it."""
    customer = Customer(id="1", first_name="А", phone="79115550123")
    slip = (Text(text="Спасибо"), QrCode(data="1"), Ean13(data="4600000000017"), Cut())
    style = Style(slips=get_args(mapping.Place))
    asked = wire.read({"lines": [{"key": "1", "code": "5", "quantity": "1", "sum": "10"}]})
    told: dict[str, Any] = {"notices": ("слово",), "slip": slip}
    yield mapping.identified(Identified(customer=customer, known=True, **told), style)
    bought = PointsMovement(at=datetime(2026, 3, 14, tzinfo=UTC), kind=MovementKind.PURCHASE, amount=Decimal(9))
    yield mapping.about(About(customer=customer, movements=(bought,), offers=(Offer(name="Весна"),)))
    yield mapping.quoted(Quoted(customer=customer, discounts={1: Decimal(1)}, **told), asked, style)
    yield mapping.redeemed(Redeemed(points=Decimal(1), by_line={1: Decimal(1)}), asked)
    yield mapping.begun(Begun(code_needed=True))
    yield mapping.closed(Closed(**told), "complete", style)
    yield mapping.refused("malformed", "нет")


def names(answer: object) -> Iterator[str]:
    if isinstance(answer, Mapping):
        yield from map(str, answer)
        answer = list(answer.values())
    if isinstance(answer, list | tuple):
        for inner in answer:
            yield from names(inner)


def test_every_kind_of_movement_has_its_word() -> None:
    assert written(FORM, "ТекстИстории") == {kind.value for kind in MovementKind}


def test_a_popup_is_answered_in_the_popup_apis_words() -> None:
    screen = code_of("CommonModules/шл_КассаКлиент/Ext")
    sent = set(re.findall(r'Ответ = "(\w+)"', screen))
    assert sent == {answer.value for answer in PromptAnswer}
