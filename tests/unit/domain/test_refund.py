"""How much of a sale comes back, and which of the server's pieces."""

from decimal import Decimal

import pytest
from builders import make_line, make_piece, make_receipt, make_refund
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.call import ReturnedPiece
from gateway.domain.receipt import LineItem, Refund
from gateway.domain.refund import FORWARD, RefundState, moved, returned_pieces, split

SOLD = (make_line(1, quantity=Decimal(3), total=Decimal(300)), make_line(2, quantity=Decimal("0.5")))
TWO_AND_ONE = (
    make_piece(1, quantity=Decimal(2), total=Decimal(200)),
    make_piece(2, quantity=Decimal(1), total=Decimal(0)),
)


def back(of: int | None, quantity: str, total: str = "0") -> LineItem:
    return make_line(1, original_index=of, quantity=Decimal(quantity), total=Decimal(total))


def piece(number: int, quantity: str) -> ReturnedPiece:
    return ReturnedPiece(number=number, quantity=Decimal(quantity))


def amounts(lines: tuple[LineItem, ...]) -> list[tuple[int | None, Decimal]]:
    return [(line.original_index, line.quantity) for line in lines]


def test_up_to_what_was_sold_all_may_come_back() -> None:
    lines = (back(1, "3"), back(2, "0.5"))
    assert split(lines, SOLD, ()) == (lines, ())


def test_what_is_more_than_was_sold_is_parted_off_with_its_share_of_the_money() -> None:
    within, beyond = split((back(1, "3", "300"),), SOLD, (back(1, "1"),))
    assert within == (back(1, "2", "200"),)
    assert beyond == (back(1, "1", "100"),)


def test_a_line_the_sale_does_not_have_is_all_too_much() -> None:
    lines = (back(7, "1"), back(None, "1"))
    assert split(lines, SOLD, ()) == ((), lines)


def test_two_lines_of_one_document_for_the_same_goods_count_together() -> None:
    within, beyond = split((back(1, "2"), back(1, "2")), SOLD, ())
    assert (amounts(within), amounts(beyond)) == ([(1, Decimal(2)), (1, Decimal(1))], [(1, Decimal(1))])


QUANTITIES = st.lists(st.tuples(st.sampled_from([1, 2]), st.decimals("0.001", 5, places=3)), max_size=5)


@given(QUANTITIES, QUANTITIES)
def test_nothing_is_lost_and_no_line_gives_back_more_than_was_sold(
    asked: list[tuple[int, Decimal]], before: list[tuple[int, Decimal]]
) -> None:
    lines = tuple(back(index, str(quantity)) for index, quantity in asked)
    earlier, _ = split(tuple(back(index, str(quantity)) for index, quantity in before), SOLD, ())
    within, beyond = split(lines, SOLD, earlier)
    for sold in SOLD:
        taken = sum(line.quantity for line in (*within, *earlier) if line.original_index == sold.index)
        assert taken <= sold.quantity
    assert sum(line.quantity for line in (*within, *beyond)) == sum(line.quantity for line in lines)


def test_pieces_of_a_split_line_come_back_in_the_servers_order() -> None:
    assert returned_pieces((back(1, "1"),), TWO_AND_ONE[::-1], ()) == (piece(1, "1"),)
    assert returned_pieces((back(1, "3"),), TWO_AND_ONE, ()) == (piece(1, "2"), piece(2, "1"))


def test_pieces_that_came_back_earlier_are_gone() -> None:
    assert returned_pieces((back(1, "2"),), TWO_AND_ONE, (piece(1, "1"),)) == (piece(1, "1"), piece(2, "1"))
    assert returned_pieces((back(1, "1"),), TWO_AND_ONE, (piece(1, "1"), piece(1, "1"))) == (piece(2, "1"),)


def test_one_document_takes_no_piece_twice() -> None:
    assert returned_pieces((back(1, "2"), back(1, "1")), TWO_AND_ONE, ()) == (piece(1, "2"), piece(2, "1"))


def test_pieces_of_other_lines_stay() -> None:
    other = make_piece(9, index=2, quantity=Decimal(1))
    assert returned_pieces((back(2, "1"),), (*TWO_AND_ONE, other), ()) == (piece(9, "1"),)


@pytest.mark.parametrize("before", RefundState)
@pytest.mark.parametrize("after", RefundState)
def test_a_refund_moves_by_its_table_only(before: RefundState, after: RefundState) -> None:
    refund = make_refund(state=before)
    if after in FORWARD[before]:
        assert moved(refund, after, refusal="why").state is after
    else:
        with pytest.raises(ValueError, match=f"{before} -> {after}"):
            moved(refund, after)


def test_a_refund_that_is_done_stays_done() -> None:
    assert FORWARD[RefundState.DONE] == frozenset()


def test_a_refund_belongs_to_the_shift_of_its_document() -> None:
    document = make_receipt("refund-1", shift="91")
    record = make_refund(refund=Refund(document=document, original_id="receipt-1"))
    assert record.shift == "91"
