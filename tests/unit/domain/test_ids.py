"""Identities: the same document is the same sale, however a register spells it."""

from uuid import uuid5

import pytest

from gateway.domain.ids import NAMESPACE, call_key, document_id, numbered_document_id, order_id, prompt_id
from gateway.domain.receipt import RegisterRef

HERE, BESIDE = RegisterRef(outlet="7", register="2"), RegisterRef(outlet="7", register="3")
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    "spelt", [GUID, GUID.upper(), "{" + GUID + "}", GUID.replace("-", ""), f"  {GUID}\n", "{" + GUID.upper() + "}"]
)
def test_a_guid_in_any_spelling_is_the_same_document_at_any_register(spelt: str) -> None:
    assert document_id(spelt, HERE) == GUID
    assert document_id(spelt, BESIDE) == GUID


@pytest.mark.parametrize("text", ["41", "", GUID + "0", GUID[:-1], "{}", GUID.replace("0", "g")])
def test_any_other_text_is_a_document_of_its_register_only(text: str) -> None:
    assert document_id(text, HERE) == document_id(f" {text} ", HERE)
    assert document_id(text, HERE) not in {document_id(text, BESIDE), document_id(text + "x", HERE), text}


def test_numbered_documents_differ_by_register_kind_shift_and_number() -> None:
    ids = {
        numbered_document_id(register, kind, shift, number)
        for register in (HERE, BESIDE)
        for kind in ("sale", "refund")
        for shift in ("1", "2")
        for number in ("10", "11")
    }
    assert len(ids) == 16
    assert numbered_document_id(HERE, "sale", "1", "10") in ids


def test_the_first_generation_is_the_sale_itself_and_every_other_one_has_an_order_of_its_own() -> None:
    assert [order_id("sale", generation) for generation in range(3)] == ["sale", "sale~1", "sale~2"]


def test_keys_differ_by_order_operation_and_attempt_and_never_by_chance() -> None:
    keys = {
        call_key(order, operation, attempt)
        for order in ("sale", "sale~1")
        for operation in ("hold", "sale:quoted", "sale:repriced")
        for attempt in (0, 1)
    }
    assert len(keys) == 12
    assert call_key("sale", "hold") == call_key("sale", "hold", 0)
    assert call_key("sale", "hold") in keys


def test_an_identity_is_the_uuid_of_its_name() -> None:
    assert call_key("заказ", "hold", 2) == str(uuid5(NAMESPACE, "call|заказ|hold|2"))
    assert prompt_id("sale", "gold") == str(uuid5(NAMESPACE, "prompt|sale|gold"))


def test_one_prompt_for_a_sale_and_a_rule() -> None:
    assert prompt_id("sale", "gold") == prompt_id("sale", "gold")
    assert len({prompt_id("sale", "gold"), prompt_id("sale", "silver"), prompt_id("sale-2", "gold")}) == 3
