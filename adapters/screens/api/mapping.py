"""Our values as the popup API tells them. Pure."""

from hashlib import sha256

from adapters.screens.api import wire
from gateway.domain.desk import DeskView, Popup, PromptAnswer
from gateway.domain.texts import Language, Phrase, say

CHOICES = {PromptAnswer.CONGRATULATED: Phrase.CONGRATULATED, PromptAnswer.LEFT: Phrase.CUSTOMER_LEFT}


def popups(view: DeskView, language: Language) -> wire.Popups:
    shown = tuple(popup(row, language) for row in view.popups)
    return wire.Popups(
        popups=shown,
        receipt_open=view.receipt_open,
        expected=view.expected,
        version=_version(view),
    )


def popup(shown: Popup, language: Language) -> wire.Popup:
    """A popup that may be another customer's by now says so, and can be answered with "he has left"."""
    answers = PromptAnswer if shown.whose else (PromptAnswer.CONGRATULATED,)
    prompt = shown.prompt
    return wire.Popup(
        id=prompt.id,
        title=prompt.title or say(language, Phrase.TELL_CUSTOMER),
        text=prompt.text,
        whose=shown.whose,
        stays_seconds=shown.stays_seconds,
        click_needed=prompt.click_needed,
        seen_after_seconds=prompt.seen_after.total_seconds(),
        answers=tuple(wire.Choice(answer=row.value, text=say(language, CHOICES[row])) for row in answers),
    )


def _version(view: DeskView) -> str:
    """Of everything but the seconds that run down by themselves."""
    said = [f"{row.prompt.id}:{row.prompt.version}:{row.whose}" for row in view.popups]
    return sha256("|".join((*said, str(view.receipt_open), str(view.expected))).encode()).hexdigest()[:16]
