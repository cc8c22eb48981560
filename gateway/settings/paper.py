"""Slips: their templates and their printing."""

from datetime import timedelta

from gateway.services.printing import PaperTerms
from gateway.settings.section import Days, Duration, Section, Wait


class Templates(Section, frozen=True, kw_only=True):
    """`folder` with the shop's own slip templates, each in place of the shipped one of its name.

    A birthday greeting follows a sale when the birthday is no more than `birthday_within_days` away.
    """

    folder: str = ""
    birthday_within_days: Days = 0


class Printing(Section, frozen=True, kw_only=True):
    """`job_life_seconds`: how long a slip waits for a printer that does not print. What the loyalty server says of
    a receipt is printed until `late_texts_seconds` after it; a slip of ours waits `wait_for_texts_seconds` for that.
    """

    job_life_seconds: Duration = 180
    late_texts_seconds: Wait = 30
    wait_for_texts_seconds: Wait = 5

    def terms(self) -> PaperTerms:
        return PaperTerms(
            life=timedelta(seconds=self.job_life_seconds),
            worth=timedelta(seconds=self.late_texts_seconds),
            patience=timedelta(seconds=self.wait_for_texts_seconds),
        )
