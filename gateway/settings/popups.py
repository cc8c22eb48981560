"""Popups and hints: their times and their rules."""

from datetime import date, timedelta
from typing import Literal

from gateway.domain.hours import hours
from gateway.domain.prompt_rule import Moment, PromptRule
from gateway.settings.section import (
    DayHours,
    Days,
    Duration,
    Parallel,
    Priority,
    Section,
    Text,
    Wait,
    Weekday,
    Window,
)


class Popups(Section, frozen=True, kw_only=True):
    """`at_once`: how many prompts are said at once. A register in use whose screens have not asked for
    `screen_missing_after_seconds` in opening hours is alerted.
    """

    poll_after_close_seconds: Wait = 15
    poll_after_paid_seconds: Wait = 10
    poll_again_after_close_seconds: Wait = 45
    at_once: Parallel = 2
    screen_missing_after_seconds: Duration = 900


class Prompt(Section, frozen=True, kw_only=True):
    """One rule; its texts may use `{{ customer.first_name }}` and the customer's other fields."""

    name: Text
    text: Text
    title: str = ""
    moment: Literal["identified", "quoted", "after_sale"] = "after_sale"
    priority: Priority = 0
    segment: str = ""
    levels: tuple[Text, ...] = ()
    birthday_within_days: Days | None = None
    without_favourite_category: bool = False
    points_expire_within_days: Days | None = None
    outlets: tuple[Text, ...] = ()
    registers: tuple[Text, ...] = ()
    since: date | None = None
    until: date | None = None
    weekdays: tuple[Weekday, ...] = ()
    hours: DayHours = ""
    stays_seconds: Duration = 60
    window_seconds: Window = 120
    click_needed: bool = True
    seen_after_seconds: Duration = 5
    action: Text = "popup-shown"
    fields: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it
    again_after_days: Days | None = None

    def __post_init__(self) -> None:
        """Raises `ValueError` for a rule that no day fits."""
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"since {self.since} позже, чем until {self.until}: правило никогда не сработает")

    def rule(self) -> PromptRule:
        return PromptRule(
            name=self.name,
            text=self.text,
            moment=Moment(self.moment),
            title=self.title,
            priority=self.priority,
            segment=self.segment,
            levels=self.levels,
            birthday_within_days=self.birthday_within_days,
            without_favourite_category=self.without_favourite_category,
            points_expire_within_days=self.points_expire_within_days,
            outlets=self.outlets,
            registers=self.registers,
            since=self.since,
            until=self.until,
            weekdays=self.weekdays,
            hours=hours(self.hours),
            stays=timedelta(seconds=self.stays_seconds),
            window=timedelta(seconds=self.window_seconds),
            click_needed=self.click_needed,
            seen_after=timedelta(seconds=self.seen_after_seconds),
            action=self.action,
            fields=self.fields,
            again_after=None if self.again_after_days is None else timedelta(days=self.again_after_days),
        )
