"""The sandbox's own view of its state, for tests and administrators; not a part of Mindbox."""

from msgspec.structs import asdict

from adapters.loyalty.mindbox.sandbox.mapping import phone_digits
from adapters.loyalty.mindbox.sandbox.refusals import Json
from adapters.loyalty.mindbox.sandbox.seed import MindboxTable
from adapters.loyalty.programme import Account, AccountKeys, Order, OrderLine, Programme


class Inspection:
    """Reads the programme."""

    def __init__(self, programme: Programme, names: MindboxTable) -> None:
        self._programme = programme
        self._names = names

    def orders(self) -> list[Json]:
        """`total` is what was sold, whatever came back later; `spent` and `earned` are as they stand now."""
        return [self._order(order) for order in self._programme.orders]

    def customers(self) -> list[Json]:
        return [self._customer(account) for account in self._programme.accounts]

    def codes(self) -> list[Json]:
        """What was "sent by SMS", the oldest first: the sandbox is the customer's phone, too."""
        return [asdict(sent) for sent in self._programme.sms.sent]

    def customer(self, phone: str) -> Json | None:
        account = self._programme.find(AccountKeys(phone=phone_digits(phone)))
        return self._customer(account) if account else None

    def _order(self, order: Order) -> Json:
        return {
            "orderId": order.id,
            "mindboxId": order.number,
            "status": order.summary,
            "customer": order.account or None,
            "total": order.total,
            "spent": order.effect.redeemed,
            "earned": order.effect.accrued,
            "coupons": order.codes,
            "createdTimes": order.created_times,
            "at": order.at,
            "lines": [self._line(line) for line in order.lines],
        }

    def _line(self, line: OrderLine) -> Json:
        piece = line.piece
        return {
            "lineNumber": line.number,
            "lineId": piece.line.line_id,
            "product": piece.line.sku,
            "quantity": piece.quantity,
            "status": self._names.status_name(line.status),
            "total": piece.total,
            "spent": piece.redeemed,
            "earned": piece.accrued,
        }

    def _customer(self, account: Account) -> Json:
        balance = self._programme.balance(account)
        return {
            "mindboxId": account.id,
            "level": self._programme.level(account).id,
            "turnover": account.turnover,
            "available": balance.available,
            "pending": balance.pending,
            "segments": [
                {"segmentation": one.segmentation, "segment": one.segment, "name": one.name}
                for one in self._programme.segments(account)
            ],
            "promoCodes": account.codes,
            "isPhoneConfirmed": account.confirmed,
            "rulesVersion": account.rules,
            "customFields": account.fields,
            "cards": account.cards,
            "actions": [{"operation": one.name, "at": one.at, "customFields": one.fields} for one in account.actions],
        }
