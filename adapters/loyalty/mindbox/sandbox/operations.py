"""What each kind of operation does: a body in, the sections of an answer out."""

from collections.abc import Callable

from msgspec.structs import replace

from adapters.loyalty.mindbox.sandbox.catalogue import Kind
from adapters.loyalty.mindbox.sandbox.customer_answers import (
    NOT_FOUND,
    balances,
    customer_sections,
    found,
    segmentations,
)
from adapters.loyalty.mindbox.sandbox.degraded import Degraded
from adapters.loyalty.mindbox.sandbox.mapping import (
    account_keys,
    basket,
    gift_payments,
    line_status,
    order_id,
    refund_parts,
)
from adapters.loyalty.mindbox.sandbox.order_answers import OrderAnswers
from adapters.loyalty.mindbox.sandbox.people import People
from adapters.loyalty.mindbox.sandbox.possessions import Possessions
from adapters.loyalty.mindbox.sandbox.refusals import BadRequest, Json
from adapters.loyalty.mindbox.sandbox.requests import Body, Ref, status_name
from adapters.loyalty.mindbox.sandbox.seed import MindboxTable
from adapters.loyalty.programme import Account, Basket, LineStatus, Pricing, Programme
from gateway.domain.money import ZERO


class Operations:
    """The project's operations over one programme."""

    def __init__(self, programme: Programme, names: MindboxTable) -> None:
        self._programme = programme
        self._names = names
        self._answers = OrderAnswers(programme, names)
        self.degraded = Degraded()
        self._handlers: dict[Kind, Callable[[Body], Json]] = {
            **People(programme, names).handlers,
            **Possessions(programme).handlers,
            Kind.GET_CUSTOMER: self._get_customer,
            Kind.AUTHORIZED_PREORDER: self._preorder,
            Kind.UNAUTHORIZED_PREORDER: self._unauthorized_preorder,
            Kind.ANONYMOUS_PREORDER: self._anonymous_preorder,
            Kind.AUTHORIZED_ORDER: self._create,
            Kind.ANONYMOUS_ORDER: self._anonymous_create,
            Kind.SAVE_OFFLINE_ORDER: self._save_offline,
            Kind.CHANGE_STATUS: self._change_status,
            Kind.CANCEL: self._cancel,
            Kind.RETURN: self._return,
            Kind.GET_ORDER: self._get_order,
            Kind.SEGMENTS: self._segments,
        }

    def perform(self, kind: Kind, operation: str, body: Body) -> Json:
        """The sections of a successful answer.

        Raises:
            BadRequest: the body says what makes no sense.
            Refusal: the programme says no.

        """
        if kind is Kind.ACTION:
            return self._act(operation, body)
        return self._handlers[kind](body)

    def _account(self, body: Body) -> Account | None:
        """Nobody by a blocked card, and nobody at all while customers cannot be recognised."""
        keys = account_keys(body.customer)
        if not self.degraded.customers or self._programme.cards.is_blocked(keys.card):
            return None
        return self._programme.find(keys)

    def _get_customer(self, body: Body) -> Json:
        account = self._account(body)
        return customer_sections(account, self._programme) if account else {"customer": self._who(None, body)}

    def _segments(self, body: Body) -> Json:
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND}
        asked = [one.first for one in body.segmentations]
        sections = segmentations(self._programme.segments(account), asked)
        return {"customer": found(account), "customerSegmentations": sections}

    def _act(self, operation: str, body: Body) -> Json:
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND}
        fields = {name: str(value) for name, value in body.customer_action.custom_fields.items()}
        self._programme.record_action(account, operation, fields)
        return {"customer": found(account)}

    def _preorder(self, body: Body) -> Json:
        account = self._account(body)
        return self._calculated(basket(body, account.id if account else "", self._names), account, body)

    def _unauthorized_preorder(self, body: Body) -> Json:
        """The customer is recognised, not proven: his prices, but no points to pay with."""
        account = self._account(body)
        asked = basket(body, account.id if account else "", self._names)
        return self._calculated(replace(asked, may_redeem=False), account, body)

    def _anonymous_preorder(self, body: Body) -> Json:
        return {"order": self._answers.calculated(self._priced(basket(body, "", self._names)), None, self.degraded)}

    def _calculated(self, asked: Basket, account: Account | None, body: Body) -> Json:
        section = self._answers.calculated(self._priced(asked), account, self.degraded)
        return {"customer": self._who(account, body), "order": section}

    def _priced(self, asked: Basket) -> Pricing:
        """As far as prices can be computed just now."""
        if self.degraded.discounts == "none":
            return self._programme.price_as_sold(asked)
        if self.degraded.discounts == "public":
            return self._programme.price(replace(asked, account="", coupons=()))
        return self._programme.price(asked if self.degraded.points else replace(asked, points=ZERO, may_redeem=False))

    def _who(self, account: Account | None, body: Body) -> Json:
        if not self.degraded.customers:
            return {"processingStatus": "Unavailable"}
        if account is None and self._programme.cards.is_blocked(account_keys(body.customer).card):
            return {"processingStatus": "DiscountCardIsBlocked"}
        return found(account) if account else NOT_FOUND

    def _create(self, body: Body) -> Json:
        account = self._account(body)
        placed = self._programme.place(self._sold(body, account))
        sections = {"customer": self._who(account, body), "order": self._answers.processed(placed, account)}
        # The balance after the sale, for the receipt (developers docs, "create-order-with-processing").
        return sections | ({"balances": balances(account, self._programme)} if account else {})

    def _anonymous_create(self, body: Body) -> Json:
        placed = self._programme.place(self._sold(body, None))
        return {"order": self._answers.processed(placed, None)}

    def _save_offline(self, body: Body) -> Json:
        self._programme.place_as_sold(self._sold(body, self._account(body)))
        return {}

    def _sold(self, body: Body, account: Account | None) -> Basket:
        """The basket of a call that makes an order: it needs an id, and goods."""
        asked = basket(body, account.id if account else "", self._names)
        if not asked.order_id or not asked.lines:
            raise BadRequest("the order has no external id or no lines")
        if any(line.line_number is None for line in body.order.lines):
            raise BadRequest("lineNumber is required")
        return asked

    def _change_status(self, body: Body) -> Json:
        self._check_shape(body.order_lines_status)
        status = line_status(status_name(body.order_lines_status), self._names)
        self._programme.change_status(order_id(body.order), status, body.at)
        return {}

    def _check_shape(self, status: str | Ref | None) -> None:
        wanted = self._programme.variants.status_shape
        if wanted != "any" and (wanted == "string") is not isinstance(status, str):
            raise BadRequest(f"orderLinesStatus must be of the form: {wanted}")

    def _cancel(self, body: Body) -> Json:
        """`Frontol.CancelOrder`: the status may be left out, its own is meant then."""
        if body.order_lines_status is not None:
            return self._change_status(body)
        self._programme.change_status(order_id(body.order), LineStatus.CANCELLED, body.at)
        return {}

    def _return(self, body: Body) -> Json:
        parts = refund_parts(body)
        if not parts:
            raise BadRequest("the return has no lines")
        gifts = gift_payments(body.order.returned_payments, self._names)
        self._programme.refund(order_id(body.order), parts, body.at, gifts)
        return {}

    def _get_order(self, body: Body) -> Json:
        order = self._programme.order(order_id(body.order))
        return {"order": self._answers.found(order) if order else NOT_FOUND}
