"""That a rule has spoken of a customer: one popup for a customer, a rule, and an entry into its segment."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace


class Occasion(Struct, frozen=True, kw_only=True):
    """`id` is made of rule and customer, and neither can be read from it. `prompt_id` was raised at `at`.

    `holds`: what was said counts, and the rule's conditions held when the customer was looked at last. Once they do
    not, he has left, and entering again is a new occasion. So is another `mark` (`PromptRule.mark`).
    """

    id: str
    at: datetime
    prompt_id: str
    mark: str = ""
    holds: bool = True
    version: int = 0


def is_new(known: Occasion | None, mark: str, now: datetime, again_after: timedelta | None) -> bool:
    """Whether the rule may speak."""
    if known is None or not known.holds or known.mark != mark:
        return True
    return again_after is not None and now - known.at >= again_after


def raised(name: str, known: Occasion | None, prompt_id: str, mark: str, now: datetime) -> Occasion:
    """`name` is the occasion's id."""
    version = 0 if known is None else known.version
    return Occasion(id=name, at=now, prompt_id=prompt_id, mark=mark, version=version)


def open_again(known: Occasion) -> Occasion:
    """The conditions hold no longer, or nobody has told the customer: the rule may speak the next time they hold."""
    return replace(known, holds=False)
