"""A register's report against what the gateway was told: the missing are sent once, the uncertain are listed."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from builders import REGISTER, make_line, make_receipt, make_tender
from msgspec.structs import replace
from shop_floor import OLGA, SHAMPOO, START, Shop, paid, plain_basket

from gateway.domain.customer import CustomerKey, KeyKind
from gateway.domain.ids import reported_document_id
from gateway.domain.receipt import Receipt, TenderKind
from gateway.domain.sale_record import State, Terms
from gateway.domain.till_report import DifferenceKind, Reconciled, Reported, Unread
from gateway.services.reconciling import Reconciling
from gateway.services.records import Records

CARD = CustomerKey(KeyKind.CARD, "2900004455")  # Olga's
LATE = timedelta(hours=3)


class Report:
    """What a report says; `unread` as a reader fills it, `since` as if it began with the till's day."""

    def __init__(self, rows: Sequence[Reported], since: datetime = START) -> None:
        self.unread: list[Unread] = []
        self.since = {REGISTER: since}
        self._rows = rows

    def receipts(self, closed_before: datetime, line: Callable[[int], None]) -> Iterator[Reported]:
        for number, row in enumerate(self._rows):
            line(number)
            if row.receipt.at is None or row.receipt.at <= closed_before:
                yield row


def reported(number: str, at: datetime = START, **overrides: Any) -> Reported:
    doubt, is_refund = overrides.pop("doubt", ""), overrides.pop("is_refund", False)
    values = {"number": number, "shift": "3", "at": at, "customer": CARD, "lines": (SHAMPOO,), "tenders": ()}
    receipt = make_receipt(reported_document_id(REGISTER, at.year, "3", number), **values | overrides)
    return Reported(receipt=receipt, doubt=doubt, is_refund=is_refund)


@pytest.fixture
async def shop() -> Shop:
    """It was told of receipt 1 of shift 3."""
    shop = Shop()
    await sell(shop, "receipt-1", "1")
    await shop.pass_time(hours=4)
    return shop


async def sell(shop: Shop, sale_id: str, number: str, shift: str = "3") -> Receipt:
    receipt = replace(await shop.priced(plain_basket(sale_id)), number=number, shift=shift)
    await shop.complete(paid(receipt))
    return receipt


async def reconcile(shop: Shop, *rows: Reported, send: bool = True) -> Reconciled:
    records = Records(shop.store, shop.clock, Terms())
    return await Reconciling(records, timedelta(hours=1)).reconcile(Report(rows), send=send)


def kinds(found: Reconciled) -> list[DifferenceKind]:
    return [row.kind for row in found.differences]


async def test_what_was_told_agrees(shop: Shop) -> None:
    found = await reconcile(shop, reported("1"))
    assert (found.receipts, found.agreed, found.sent, found.differences) == (1, 1, 0, ())


async def test_what_was_never_told_reaches_the_server_with_its_own_time_and_card(shop: Shop) -> None:
    at = START + timedelta(minutes=30)
    missing = reported("2", at)
    found = await reconcile(shop, reported("1"), missing)
    assert (kinds(found), found.sent) == ([DifferenceKind.MISSING], 1)
    await shop.pass_time(minutes=2)
    order = shop.order(missing.receipt.id)
    assert order is not None
    assert (order.at, order.is_paid, order.created_times) == (at, True, 1)
    olga = shop.order("receipt-1")
    assert olga is not None
    assert order.account == olga.account


async def test_nothing_is_sent_twice(shop: Shop) -> None:
    rows = (reported("1"), reported("2", START + timedelta(minutes=30)))
    await reconcile(shop, *rows)
    await shop.pass_time(minutes=2)
    again = await reconcile(shop, *rows)
    assert (again.agreed, again.sent, again.differences) == (2, 0, ())


async def test_a_dry_run_sends_nothing(shop: Shop) -> None:
    missing = reported("2", START + timedelta(minutes=30))
    found = await reconcile(shop, reported("1"), missing, send=False)
    assert (kinds(found), found.sent) == ([DifferenceKind.MISSING], 0)
    assert await shop.store.sale(missing.receipt.id) is None


async def test_the_receipts_own_late_close_is_no_second_sale(shop: Shop) -> None:
    missing = reported("2", START + timedelta(minutes=30))
    await reconcile(shop, reported("1"), missing)
    late = replace(missing.receipt, id="guid-of-the-till")
    await shop.core.checkout.complete(late, b"raw", shop.soon())
    await shop.pass_time(minutes=2)
    assert await shop.store.sale("guid-of-the-till") is None
    assert len(shop.programme.orders) == 2


async def test_a_late_close_with_another_sum_is_parked_for_a_person(shop: Shop) -> None:
    missing = reported("2", START + timedelta(minutes=30))
    await reconcile(shop, reported("1"), missing)
    dearer = make_line(sku="5002", quantity=Decimal(1), unit_price=Decimal(500), total=Decimal(500))
    await shop.core.checkout.complete(replace(missing.receipt, id="guid", lines=(dearer,)), b"raw", shop.soon())
    (document,) = await shop.store.documents()
    assert "отчёту кассы" in document.reason


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (reported("1", lines=(replace(SHAMPOO, total=Decimal(1)),)), DifferenceKind.TOTAL),
        (reported("2", START + LATE / 2, customer=None), DifferenceKind.ANONYMOUS),
        (reported("2", START + LATE / 2, doubt="строка 5 отчёта не прочитана"), DifferenceKind.UNCERTAIN),
        (reported("2", START + LATE / 2, is_refund=True), DifferenceKind.REFUND),
        (reported("2", START + timedelta(minutes=1)), DifferenceKind.UNCERTAIN),
        (
            reported("2", START + LATE / 2, tenders=(make_tender(kind=TenderKind.POINTS, amount=Decimal(5)),)),
            DifferenceKind.UNCERTAIN,
        ),
    ],
    ids=["another sum", "no card", "rows in doubt", "a refund", "same sum, same time", "paid with points"],
)
async def test_what_is_not_surely_unknown_is_listed_and_not_sent(
    row: Reported, kind: DifferenceKind, shop: Shop
) -> None:
    found = await reconcile(shop, row)
    assert (kinds(found)[0], found.sent) == (kind, 0)
    assert len(shop.programme.orders) == 1


async def test_a_till_that_numbers_its_shifts_otherwise_sends_nothing() -> None:
    """A wrong till in the config would double a whole day."""
    shop = Shop()
    await sell(shop, "receipt-1", "1", shift="501")
    await shop.pass_time(hours=4)
    found = await reconcile(shop, reported("2", START + LATE / 2))
    assert (kinds(found), found.sent) == ([DifferenceKind.UNCERTAIN], 0)
    assert "frontol_report.tills" in found.differences[0].why


async def test_what_the_report_does_not_have_is_said(shop: Shop) -> None:
    await sell(shop, "receipt-9", "9")
    found = await reconcile(shop, reported("1"))
    assert [(row.kind, row.number) for row in found.differences] == [(DifferenceKind.UNREPORTED, "9")]
    assert found.agreed == 1


async def test_a_shift_that_began_before_the_report_misses_nothing_of_it(shop: Shop) -> None:
    """Over midnight: its beginning stands in the report of the day before."""
    after_midnight = START + timedelta(hours=1)
    records = Records(shop.store, shop.clock, Terms())
    report = Report([reported("2", after_midnight)], since=after_midnight)
    found = await Reconciling(records, timedelta(hours=1)).reconcile(report, send=False)
    assert kinds(found) == [DifferenceKind.MISSING], "receipt 1 was told before the report begins"


async def test_a_shift_that_still_goes_on_is_left_alone(shop: Shop) -> None:
    found = await reconcile(shop, reported("2", shop.clock.now() - timedelta(minutes=5)))
    assert found.receipts == 0


async def test_a_reported_sale_is_a_sale_like_any_other(shop: Shop) -> None:
    missing = reported("2", START + timedelta(minutes=30))
    await reconcile(shop, reported("1"), missing)
    await shop.pass_time(minutes=2)
    sale = await shop.sale(missing.receipt.id)
    assert sale.state is State.DELIVERED
    assert next(iter(await shop.store.history(sale.id))).who == "report"
    assert OLGA.value not in repr(sale.close)
