"""Texts of the marketer's placeholders: which the cashier reads, which are printed, which nobody needs. Pure.

A placeholder is a named output area, at the order or at a line (Mindbox developers docs, "preorder").
"""

from collections.abc import Sequence

from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import ContentBlock, LineBlock, OrderBlock, PlaceholderBlock, PossibleDiscounts
from gateway.domain.receipt import LineItem

Texts = tuple[str, ...]


def texts(order: OrderBlock, lines: Sequence[LineItem], settings: MindboxSettings) -> tuple[Texts, Texts]:
    """For the cashier and for the slip, each once, in the server's order.

    `lines` as they were asked about: a hint at a line says which goods it is about.
    """
    hints: dict[str, None] = {}
    printed: dict[str, None] = {}
    for placeholder in order.placeholders:
        _sort(placeholder, "", hints, printed, settings)
    for line in order.lines:
        for placeholder in line.placeholders:
            _sort(placeholder, _goods(line, lines), hints, printed, settings)
    return tuple(hints), tuple(printed)


def _goods(priced: LineBlock, lines: Sequence[LineItem]) -> str:
    """The name of a line's goods."""
    asked = (line for line in lines if str(line.index) == str(priced.line_id))
    return next((line.name or line.sku for line in asked), "")


def _sort(
    placeholder: PlaceholderBlock,
    about: str,
    hints: dict[str, None],
    printed: dict[str, None],
    settings: MindboxSettings,
) -> None:
    name = placeholder.id("externalId")
    if name in settings.hidden_placeholders:
        return
    said = [text for content in placeholder.content if (text := _message(content))]
    if name in settings.slip_placeholders:
        printed.update(dict.fromkeys(said))
    else:
        hints.update(dict.fromkeys(f"{about}: {text}" if about else text for text in said))


def _message(content: ContentBlock) -> str:
    if content.type == "possibleDiscounts" and content.possible_discounts is not None:
        return _add_one(content.possible_discounts)
    return content.message or ""


def _add_one(possible: PossibleDiscounts) -> str:
    """`Добавьте одно из: пакет, носки — скидка 15 %`; goods without a name go by their code."""
    names = [product.name or next(map(str, product.ids.values()), "") for product in possible.products]
    names = [name for name in names if name]
    if not names:
        return ""
    which = f"Добавьте {names[0]}" if len(names) == 1 else f"Добавьте одно из: {', '.join(names)}"
    discount = possible.discount
    if not discount.amount:
        return which
    unit = "%" if discount.amount_type.lower() == "percent" else "руб."
    return f"{which} — скидка {format(discount.amount.normalize(), 'f').replace('.', ',')} {unit}"
