"""How an answer looks on the wire where the documents leave it open: one answer, dressed as a project may do it."""

from decimal import Decimal

from adapters.loyalty.mindbox.sandbox.refusals import Answer, Json
from adapters.loyalty.programme import Variants

PRICE_CHANGED = "PriceHasBeenChanged"
HALF_DOCUMENTED = ("totalBonusPointsInfo",)
OTHER_BALANCE: Json = {
    "total": 7,
    "available": 7,
    "blocked": 0,
    "systemName": "Stickers",
    "balanceType": {"ids": {"systemName": "Stickers"}, "name": "Фишки"},
}
OPTIONAL_OF_ORDER = ("bonusPointsChanges", "bonusPointsInfoPerBalanceTypes")


def dressed(answer: Answer, variants: Variants) -> Answer:
    """`answer` in the variant's clothes; what was done is not changed by them."""
    body = _chosen(answer.body, variants)
    if variants.extra_fields:
        body = {"unheardOf": {"ids": {"someone": 1}, "list": [None, 1.5, "x"]}, **body}
    if variants.more_balances and "balances" in body:
        body = {**body, "balances": [OTHER_BALANCE, *body["balances"]]}
    return Answer(http=answer.http, body=_spelt(body, variants))


def _chosen(body: Json, variants: Variants) -> Json:
    """Which blocks there are, and which of the documented words is used."""
    order = dict(body.get("order", {}))
    if not order:
        return body
    if order.get("processingStatus") == "Processed":
        order["processingStatus"] = variants.saved_status
        if not variants.optional_blocks:
            order = {name: value for name, value in order.items() if name not in OPTIONAL_OF_ORDER}
            body = {name: value for name, value in body.items() if name not in ("customer", "balances")}
    if order.get("processingStatus") == PRICE_CHANGED and not variants.total_with_new_price:
        order.pop("totalPrice", None)
    if not variants.half_documented:
        order = {name: value for name, value in order.items() if name not in HALF_DOCUMENTED}
    return {**body, "order": order}


def _spelt(body: Json, variants: Variants) -> Json:
    if not variants.quoted_scalars and not variants.capital_ids:
        return body
    return {name: _respelt(value, variants, of_ids=False) for name, value in body.items()}


def _respelt(value: object, variants: Variants, *, of_ids: bool) -> object:
    match value:
        case dict():
            return {
                _name(name, capital=of_ids and variants.capital_ids): _respelt(inner, variants, of_ids=name == "ids")
                for name, inner in value.items()
            }
        case list():
            return [_respelt(inner, variants, of_ids=False) for inner in value]
        case int() | float() | Decimal() if variants.quoted_scalars and not isinstance(value, bool):
            return str(value)
        case _:
            return value


def _name(name: str, *, capital: bool) -> str:
    return name[:1].upper() + name[1:] if capital else name
