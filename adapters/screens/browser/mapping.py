"""Our values as the cashier's page shows them. Pure."""

from adapters.screens.api.mapping import popup
from adapters.screens.browser.wire import Card, View
from gateway.domain.desk import CustomerCard, DeskView
from gateway.domain.texts import Language, points


def view(seen: DeskView, language: Language) -> View:
    return View(
        popups=tuple(popup(row, language) for row in seen.popups),
        receipt_open=seen.receipt_open,
        card=None if seen.card is None else _card(seen.card, language),
        limited=seen.limited,
    )


def _card(card: CustomerCard, language: Language) -> Card:
    return Card(name=card.name, level=card.level, balance=points(language, card.balance), hints=card.hints)
