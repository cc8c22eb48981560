"""What a refund on Frontol's wire says of its sale: the document id that the register has sold it under."""

import json

from adapters.registers.frontol import mapping, wire
from gateway.domain.ids import document_id
from gateway.domain.receipt import Refund, RegisterRef

FIRST = RegisterRef(outlet="SPB-07", register="KASSA-1")
SECOND = RegisterRef(outlet="SPB-07", register="KASSA-2")
THIRD = RegisterRef(outlet="SPB-07", register="KASSA-3")
FAR = RegisterRef(outlet="MSK-01", register="KASSA-1")

REFUND = b"""{"action": "confirm", "type": "refundReceipt", "businessUnit": "SPB-07", "workPlace": "KASSA-2",
 "uid": "{A2D94E17-0C58-4B63-9F21-7E3D5586C0AB}", "referenceUid": "%s", "number": 530, "shift": 90,
 "positions": [{"index": 1, "id": "1033", "price": "849.00", "quantity": "0.342", "totalAmount": "222.18",
 "referenceIndex": 2}], "payments": []}"""


def refund(reference: bytes) -> Refund:
    request = wire.read(json.loads(REFUND % reference))
    return mapping.refund(request, SECOND, (FIRST, SECOND, THIRD, FAR))


def test_a_guid_names_the_sale_at_every_register() -> None:
    told = refund(b"{6F1C2A90-3B7E-4D15-8E0A-51B7C9D2E834}")
    assert (told.original_id, told.elsewhere) == ("6f1c2a90-3b7e-4d15-8e0a-51b7c9d2e834", ())


def test_any_other_text_may_name_the_sale_of_another_register_of_the_outlet() -> None:
    told = refund(b"90/529")
    assert told.original_id == document_id("90/529", SECOND)
    assert set(told.elsewhere) == {document_id("90/529", FIRST), document_id("90/529", THIRD)}
