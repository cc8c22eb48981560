"""What is kept of a sale once nobody needs to know whose it was: goods, sums, pieces, outcome; no person.

A refund needs lines and pieces, a repeated close the digest, a dispute the history. None of them needs a phone,
a card, a name or a code.
"""

from msgspec.structs import replace

from gateway.domain.call import Accepted
from gateway.domain.receipt import Receipt
from gateway.domain.refund import RefundRecord
from gateway.domain.sale_record import Close, Sale


def stripped_sale(sale: Sale) -> Sale:
    """`sale` without its customer, its codes, its texts and the bytes that quoted them."""
    return replace(
        sale,
        close=_close(sale.close) if sale.close else None,
        priced=None,
        hold=None,
        delivery=None,
        outcome=_outcome(sale.outcome) if sale.outcome else None,
        sold=tuple(replace(piece, gift_card="") for piece in sale.sold),
        refusal="",
        stripped=True,
    )


def _close(close: Close) -> Close:
    return replace(close, receipt=_receipt(close.receipt), raw=b"", coupons=(), quote=None, quoted=None)


def _receipt(receipt: Receipt) -> Receipt:
    lines = tuple(replace(line, coupons=(), gift_card="") for line in receipt.lines)
    tenders = tuple(replace(tender, gift_card="") for tender in receipt.tenders)
    return replace(receipt, customer=None, coupons=(), lines=lines, tenders=tenders)


def _outcome(outcome: Accepted) -> Accepted:
    return replace(outcome, texts=(), coupons=())


def stripped_refund(refund: RefundRecord) -> RefundRecord:
    """`refund` with what was returned, and of whom nothing."""
    document = _receipt(refund.refund.document)
    return replace(
        refund, refund=replace(refund.refund, document=document), raw=b"", body=b"", refusal="", stripped=True
    )
