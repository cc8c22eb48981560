"""The history checker is seen to fail: made-up histories, each wrong in one thing."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace
from torture_run.checker import check
from torture_run.findings import Fault, Findings
from torture_run.histories import (
    Server,
    ServerCustomer,
    ServerOrder,
    Store,
    StoredPrompt,
    StoredRefund,
    StoredRelease,
    StoredSale,
    Tills,
    ToldClose,
    ToldRefund,
)

HUNDRED, TEN, ONE, ZERO = Decimal(100), Decimal(10), Decimal(1), Decimal(0)

# A receipt of 100 roubles in money and 10 points, held anew once: generation 1 was paid. It earned one point, one
# of its pieces came back, and the cashier has seen its popup.
PAID = ServerOrder(
    id="a~1", status="PartlyReturned", total=HUNDRED, spent=TEN, earned=ONE, customer="80001", returned=ONE
)
GIVEN_UP = ServerOrder(id="a", status="Cancelled", total=HUNDRED, customer="80001")
OLGA = ServerCustomer(id="80001", began_with=HUNDRED, has=Decimal(91), reported=("a",))
SERVER = Server(orders=(GIVEN_UP, PAID), customers=(OLGA,))

SALE = StoredSale(
    id="a", state="delivered", delivered_order="a~1", releases=(StoredRelease(generation=0, state="released"),)
)
REFUND = StoredRefund(id="r", sale_id="a", state="done")
STORE = Store(sales=(SALE,), refunds=(REFUND,), prompts=(StoredPrompt(id="p", sale_id="a", state="reported"),))


def told(*, acknowledged: bool = True) -> Tills:
    return Tills(
        opened={"a"},
        closes={"a": ToldClose(uid="a", customer="+7911", total=HUNDRED, points=TEN, acknowledged=acknowledged)},
        refunds={"r": ToldRefund(uid="r", of="a", quantity=ONE, acknowledged=True)},
        shown={"p"},
    )


def with_orders(*orders: ServerOrder) -> tuple[Tills, Server, Store]:
    return told(), replace(SERVER, orders=orders), STORE


def with_sale(**changes: object) -> tuple[Tills, Server, Store]:
    return told(), SERVER, replace(STORE, sales=(replace(SALE, **changes),))


def with_customer(**changes: object) -> tuple[Tills, Server, Store]:
    return told(), replace(SERVER, customers=(replace(OLGA, **changes),)), STORE


def with_store(**changes: object) -> tuple[Tills, Server, Store]:
    return told(), SERVER, replace(STORE, **changes)


def with_tills(change: Callable[[Tills], object]) -> tuple[Tills, Server, Store]:
    tills = told()
    change(tills)
    return tills, SERVER, STORE


def faults(findings: Findings) -> set[Fault]:
    return {one.fault for one in findings.violations}


def test_a_history_in_order_has_no_fault_and_is_counted() -> None:
    found = check(told(), SERVER, STORE)
    assert found == Findings(acknowledged=1, delivered=1, released=1, violations=())


def test_a_close_that_was_never_acknowledged_may_be_missing_or_there() -> None:
    nothing = Server(customers=(replace(OLGA, has=HUNDRED, reported=()),))
    tills = told(acknowledged=False)
    tills.refunds.clear()
    assert check(tills, nothing, Store()).violations == ()
    assert check(told(acknowledged=False), SERVER, STORE).violations == ()


RELEASE_DUE = (StoredRelease(generation=0, state="due"),)

BROKEN = {
    "no order at all": (with_orders(), Fault.LOST),
    "only a cancelled one": (with_orders(GIVEN_UP), Fault.LOST),
    "paid in two generations": (with_orders(replace(GIVEN_UP, status="Paid"), PAID), Fault.DOUBLED),
    "created twice": (with_orders(GIVEN_UP, replace(PAID, created_times=2)), Fault.DOUBLED),
    "another total": (with_orders(GIVEN_UP, replace(PAID, total=Decimal("99.99"))), Fault.WRONG),
    "more points": (with_orders(GIVEN_UP, replace(PAID, spent=Decimal(11))), Fault.WRONG),
    "fewer points": (with_orders(GIVEN_UP, replace(PAID, status="Paid", spent=ONE, returned=ZERO)), Fault.WRONG),
    "a hold left hanging": (with_orders(replace(GIVEN_UP, status="CheckedOut"), PAID), Fault.HANGING),
    "a given-up order alive": (with_orders(replace(GIVEN_UP, status="CheckedOut"), PAID), Fault.DOUBLED),
    "an order nobody sold": (with_orders(GIVEN_UP, PAID, replace(PAID, id="b")), Fault.STRAY),
    "a kopeck too few": (with_customer(has=Decimal("90.99")), Fault.WRONG),
    "shown told twice": (with_customer(reported=("a", "a")), Fault.DOUBLED),
    "shown told of another sale": (with_customer(reported=("a", "b")), Fault.STRAY),
    "shown not told": (with_customer(reported=()), Fault.LOST),
    "nobody saw the popup": (with_tills(lambda tills: tills.shown.clear()), Fault.STRAY),
    "a refund twice": (with_orders(GIVEN_UP, replace(PAID, returned=Decimal(2))), Fault.DOUBLED),
    "a refund lost": (with_orders(GIVEN_UP, replace(PAID, returned=ZERO)), Fault.LOST),
    "a refund nobody took": (with_tills(lambda tills: tills.refunds.clear()), Fault.STRAY),
    "a redemption without an end": (with_sale(state="redeeming"), Fault.HANGING),
    "a close without an end": (with_sale(state="delivering"), Fault.HANGING),
    "a parked sale": (with_sale(state="parked"), Fault.HANGING),
    "a release without an end": (with_sale(releases=RELEASE_DUE), Fault.HANGING),
    "delivered as another order": (with_sale(delivered_order="a"), Fault.WRONG),
    "a refund without an end": (with_store(refunds=(replace(REFUND, state="checking"),)), Fault.HANGING),
    "work left over": (with_store(work=("deliver:a",)), Fault.HANGING),
    "a parked document": (with_store(documents=1), Fault.STRAY),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_fault_is_found(name: str) -> None:
    (tills, server, store), fault = BROKEN[name]
    assert fault in faults(check(tills, server, store))


def test_a_report_that_the_server_lost_in_its_queue_is_no_fault() -> None:
    reported = replace(STORE.prompts[0], key="key")
    unreported = replace(SERVER, customers=(replace(OLGA, reported=()),))
    store = replace(STORE, prompts=(reported,))
    assert faults(check(told(), unreported, store)) == {Fault.LOST}
    assert check(told(), replace(unreported, dropped=frozenset({"key"})), store).violations == ()


def test_points_the_server_refused_are_no_fault_when_the_shop_is_alerted() -> None:
    orders = (GIVEN_UP, replace(PAID, total=Decimal(110), spent=ZERO))
    server = Server(orders=orders, customers=(replace(OLGA, has=Decimal(101)),))
    alerted = replace(STORE, sales=(replace(SALE, alerts=("points_owed",)),))
    assert check(told(), server, alerted).violations == ()
    assert faults(check(told(), server, STORE)) == {Fault.WRONG}
