"""A receipt is closed: one durable write, then the answer; the loyalty server hears of it when it can."""

from hashlib import sha256

import structlog
from msgspec.structs import replace

from gateway.domain.change import Change, ParkedDocument
from gateway.domain.deadline import Deadline
from gateway.domain.ids import reported_document_id
from gateway.domain.quote import costs_what, same_goods
from gateway.domain.receipt import Receipt, RegisterRef, content_digest
from gateway.domain.sale_events import CloseAsked, Step, Verdict
from gateway.domain.sale_record import Close, Priced, Sale
from gateway.domain.told import Closed
from gateway.errors import StoreError
from gateway.ports import Meter
from gateway.services.after_sale import AfterSale, Answer
from gateway.services.first_try import FirstTry
from gateway.services.open_receipts import OpenReceipts
from gateway.services.quoting import RESERVE
from gateway.services.records import More, Records
from gateway.services.till_clocks import ClosedAt, TillClocks
from gateway.services.wording import Wording

log = structlog.get_logger()


class Closing:
    def __init__(
        self,
        records: Records,
        receipts: OpenReceipts,
        clocks: TillClocks,
        first_try: FirstTry,
        wording: Wording,
        after_sale: AfterSale,
        meter: Meter,
    ) -> None:
        self._records = records
        self._receipts = receipts
        self._clocks = clocks
        self._first_try = first_try
        self._wording = wording
        self._after_sale = after_sale
        self._meter = meter

    async def complete(self, receipt: Receipt, raw: bytes, deadline: Deadline) -> Closed:
        """Store the close, then use what is left of the budget to deliver it at once."""
        answer = self._after_sale.answering(receipt.id)
        try:
            return await self._complete(receipt, raw, deadline, answer)
        finally:
            self._after_sale.answered(receipt.id, answer)

    async def _complete(self, receipt: Receipt, raw: bytes, deadline: Deadline, answer: Answer) -> Closed:
        closed = self._clocks.closed(receipt)
        if closed.is_late and await self._is_reported(receipt, raw):
            return Closed()
        step = await self._records.apply(
            receipt.id,
            receipt.register,
            lambda sale: CloseAsked(close=self._close(sale, receipt, raw, closed)),
            who=str(receipt.register),
            more=self._kept_if_different(receipt, raw),
            then=self._first_try.send,
            known=self._unheard_of(receipt),
        )
        self._meter.count("closes", verdict=step.verdict)
        sale, close = step.sale, step.sale.close
        if step.verdict is Verdict.DIFFERENT or close is None:
            log.error("close_differs", sale=receipt.id, register=str(receipt.register))
            return Closed()
        if step.verdict is Verdict.DONE:
            sale = await self._first_try.make(step, deadline.less(RESERVE)) or await self._stored(sale)
        answer.is_first = step.verdict is Verdict.DONE
        return self._told(sale, close, answer)

    def _unheard_of(self, receipt: Receipt) -> Sale | None:
        """Most closes are the first that the store hears of their sale; where not, it says so, and the sale is read.

        Points are mostly taken as a discount, which a confirm does not name: that they were asked for is remembered.
        """
        if receipt.points or self._receipts.recall(receipt.id).is_stored:
            return None
        return Sale(id=receipt.id, register=receipt.register)

    def _close(self, sale: Sale, receipt: Receipt, raw: bytes, closed: ClosedAt) -> Close:
        """With the prices the register was told, as far as they are known: in memory, or with the redemption."""
        priced = self._receipts.recall(receipt.id).priced or sale.priced
        quoted = priced.receipt if priced and same_goods(receipt, priced.receipt) else None
        digest = content_digest(receipt)
        if receipt.customer is None and receipt.points and priced is not None:
            receipt = replace(receipt, customer=priced.receipt.customer)  # points are somebody's
        return Close(
            receipt=receipt,
            digest=digest,
            raw=raw,
            at=closed.at,
            taken_at=self._records.clock.now(),
            told_at=closed.told,
            coupons=receipt.coupons or (priced.receipt.coupons if priced else ()),
            quote=priced.quote if priced and quoted and _is_carried(receipt, priced) else None,
            quoted=quoted,
        )

    async def _is_reported(self, receipt: Receipt, raw: bytes) -> bool:
        """Whether the register's own report told of it before it came (`reconciling.py`): it is on its way."""
        at = receipt.at or self._records.clock.now()
        known = reported_document_id(receipt.register, at.year, receipt.shift, receipt.number)
        sale = await self._records.store.sale(known)
        if sale is None or sale.close is None:
            return False
        told = sale.close.receipt.total
        if receipt.total not in (told, told - receipt.points, told + receipt.points):
            reason = f"чек {receipt.number} смены {receipt.shift} доставлен по отчёту кассы с другой суммой"
            await self._records.commit(Change(documents=(self._document(receipt.register, raw, reason),)))
        self._meter.count("closes", verdict="reported")
        return True

    def _kept_if_different(self, receipt: Receipt, raw: bytes) -> More:
        def more(step: Step) -> Change:
            if step.verdict is not Verdict.DIFFERENT:
                return Change()
            return Change(
                documents=(self._document(receipt.register, raw, f"другой чек под тем же номером {receipt.id}"),)
            )

        return more

    async def _stored(self, closed: Sale) -> Sale:
        """As far as its delivery has come."""
        try:
            return await self._records.store.sale(closed.id) or closed
        except StoreError:  # it is stored all the same
            return closed

    def _told(self, sale: Sale, close: Close, answer: Answer) -> Closed:
        """Rendered anew from what is stored, so that a repeated close hears the same."""
        told = sale.close or close
        customer = self._receipts.recall(sale.id).customer_of(told.receipt.customer)
        slip = self._wording.slips.sale(told, sale.outcome, customer)
        answer.sale, answer.slip, answer.customer = sale, slip, customer
        return Closed(slip=slip)

    async def park(self, register: RegisterRef, raw: bytes, reason: str) -> Closed:
        """The receipt is closed at the register already: keep it for a person, and let the register go on."""
        await self._records.commit(Change(documents=(self._document(register, raw, reason),)))
        self._meter.count("closes", verdict="parked")
        log.error("document_parked", register=str(register), reason=reason)
        return Closed()

    def _document(self, register: RegisterRef, raw: bytes, reason: str) -> ParkedDocument:
        name = sha256(f"{register}|".encode() + raw).hexdigest()
        return ParkedDocument(id=name, register=register, at=self._records.clock.now(), reason=reason, raw=raw)


def _is_carried(receipt: Receipt, priced: Priced) -> bool:
    """Whether a receipt of the goods that were priced carries the prices its register was told: the server will come
    to the same total.
    """
    same_customer = receipt.customer == priced.receipt.customer
    return priced.quote.complete and same_customer and costs_what(receipt, priced.quote)
