"""The server in memory as a two-phase one plays it (Loymax): pay, then bonus and confirm, or cancel the purchase.

The hold is a Payment in an open purchase. The sale pays what is not paid yet, sends the final lines and confirms.
A cancelled purchase is dead and refuses late payments; a confirmed one can neither be cancelled nor sold again.
Operation ids are kept with their purchase and nothing is queued but reports.
"""

from msgspec import json

from adapters.loyalty.memory_server import MemoryServer
from adapters.loyalty.programme import OrderClosed
from gateway.domain.call import Accepted, CancelOrder, Operation, PlaceOfflineOrder, PlaceOrder


class TwoPhaseServer(MemoryServer):
    queued = frozenset({Operation.SHOWN})
    protected = frozenset({Operation.HOLD, Operation.SALE, Operation.OFFLINE_SALE, Operation.REFUND, Operation.SHOWN})

    def _place(self, body: bytes) -> Accepted:
        self._require_open(json.decode(body, type=PlaceOrder).order_id)
        return super()._place(body)

    def _place_as_sold(self, body: bytes) -> Accepted:
        self._require_open(json.decode(body, type=PlaceOfflineOrder).order_id)
        return super()._place_as_sold(body)

    def _cancel(self, body: bytes) -> Accepted:
        """A purchase that was cancelled before answers `OperationIsCanceled`, which is done too."""
        order = self._programme.order(json.decode(body, type=CancelOrder).order_id)
        if order is not None and order.summary not in ("CheckedOut", "Cancelled"):
            raise OrderClosed
        return super()._cancel(body)

    def _require_open(self, order_id: str) -> None:
        order = self._programme.order(order_id)
        if order is not None and order.summary != "CheckedOut":
            raise OrderClosed
