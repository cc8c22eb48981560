"""The popup after the sale: asked for (`polling`), shown and answered (`desk`), told to the server (`reporting`).

A popup is worth something for two minutes only: later it would greet the wrong customer. Everything here
survives a restart, and nothing is shown or reported after its deadline.
"""

from collections.abc import Callable

from msgspec import Struct

from gateway.domain.prompt_rule import PromptRule
from gateway.domain.texts import Phrase
from gateway.ports import LoyaltyProgram, Meter
from gateway.services.popups.desk import PopupDesk
from gateway.services.popups.floor import Floor
from gateway.services.popups.polling import PopupPolling, PopupTerms
from gateway.services.popups.raising import Raising
from gateway.services.popups.reporting import PopupReporting
from gateway.services.popups.screens import ScreenRules, Screens
from gateway.services.records import Records
from gateway.services.telling import Telling
from gateway.services.wording import Wording

__all__ = [
    "Floor",
    "PopupDesk",
    "PopupPolling",
    "PopupReporting",
    "PopupTerms",
    "Popups",
    "ScreenRules",
    "Screens",
    "popups_after_sales",
]


class Popups(Struct, frozen=True, kw_only=True):
    """The parts, and what they share: what goes on at the registers (`floor`)."""

    floor: Floor
    polling: PopupPolling
    screens: Screens
    desk: PopupDesk
    reporting: PopupReporting


def popups_after_sales(
    program: LoyaltyProgram,
    records: Records,
    wording: Wording,
    meter: Meter,
    rules: tuple[PromptRule, ...],
    terms: PopupTerms,
    limited: Callable[[], Phrase | None],
) -> Popups:
    """`program` is asked and told past the breaker that guards the registers: a popup has its own two minutes."""
    polling = PopupPolling(program, records, Raising(records, wording, meter, terms.at_once), meter, rules, terms)
    floor = Floor(records.clock, polling.window)
    screens = Screens(records.clock, meter, terms.screens, floor.asked_at, lambda: polling.has_rules)
    return Popups(
        floor=floor,
        polling=polling,
        screens=screens,
        desk=PopupDesk(program, records, floor, wording, meter, limited, screens),
        reporting=PopupReporting(records, Telling(program), meter),
    )
