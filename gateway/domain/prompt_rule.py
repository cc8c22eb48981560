"""Rules of prompts: whom, when and where, with which words; and why a rule does not speak."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from gateway.domain.birthday import days_to_birthday
from gateway.domain.customer import Customer
from gateway.domain.hours import Hours
from gateway.domain.receipt import RegisterRef

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Moment(StrEnum):
    IDENTIFIED = "identified"
    QUOTED = "quoted"
    AFTER_SALE = "after_sale"


class Scene(Struct, frozen=True, kw_only=True):
    """Where and when (the shop's own time) a rule is asked."""

    register: RegisterRef
    at: datetime


class PromptRule(Struct, frozen=True, kw_only=True):
    """When to prompt whom with what, as the administrator wrote it. Empty conditions always hold.

    `segment` is "segmentation/segment" (external ids) or just the segment's id. `window` is how long after
    the close the popup may be shown and reported. `again_after`: how often one customer gets it while the conditions
    go on holding; None: once. `seen_after`: without a click, after being in sight for so long.
    """

    name: str
    text: str
    title: str = ""
    moment: Moment = Moment.AFTER_SALE
    priority: int = 0
    segment: str = ""
    levels: tuple[str, ...] = ()
    birthday_within_days: int | None = None
    without_favourite_category: bool = False
    points_expire_within_days: int | None = None
    outlets: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    weekdays: tuple[str, ...] = ()
    hours: Hours | None = None
    stays: timedelta = timedelta(seconds=60)
    window: timedelta = timedelta(seconds=120)
    click_needed: bool = True
    seen_after: timedelta = timedelta(seconds=5)
    action: str = "popup-shown"
    fields: dict[str, str] = {}
    again_after: timedelta | None = None

    def applies(self, customer: Customer, scene: Scene) -> bool:
        return not self.misses(customer, scene)

    def misses(self, customer: Customer, scene: Scene) -> tuple[str, ...]:
        """The conditions that do not hold, by their names in the config."""
        return (*self.misses_of(customer, scene.at.date()), *self._misses_here(scene))

    def misses_of(self, customer: Customer, today: date) -> tuple[str, ...]:
        """Of what is asked about the customer: while nothing is missed, it is one and the same occasion."""
        return _missed(
            segment=not self.segment or self._is_in_segment(customer),
            levels=not self.levels or customer.level in self.levels,
            birthday_within_days=_within(days_to_birthday(customer.birth_date, today), self.birthday_within_days),
            without_favourite_category=not self.without_favourite_category or customer.favourite_category == "",
            points_expire_within_days=_within(
                _days_to(customer.points_expire_on, today), self.points_expire_within_days
            ),
        )

    def mark(self, customer: Customer, today: date) -> str:
        """Names the occasion where it has a date: the next birthday is another one."""
        marks = []
        if self.birthday_within_days is not None:
            days = days_to_birthday(customer.birth_date, today) or 0
            marks.append(str((today + timedelta(days=days)).year))
        if self.points_expire_within_days is not None:
            marks.append(str(customer.points_expire_on))
        return " ".join(marks)

    def _misses_here(self, scene: Scene) -> tuple[str, ...]:
        today = scene.at.date()
        return _missed(
            outlets=not self.outlets or scene.register.outlet in self.outlets,
            registers=not self.registers or scene.register.register in self.registers,
            since=self.since is None or today >= self.since,
            until=self.until is None or today <= self.until,
            weekdays=not self.weekdays or WEEKDAYS[scene.at.weekday()] in self.weekdays,
            hours=self.hours is None or self.hours.include(scene.at.time()),
        )

    def _is_in_segment(self, customer: Customer) -> bool:
        return any(self.segment in (row.segment, f"{row.segmentation}/{row.segment}") for row in customer.segments)


def by_priority(rules: Iterable[PromptRule], moment: Moment) -> tuple[PromptRule, ...]:
    """Those of a moment, the most important first; of equals the one that stands first in the file."""
    return tuple(sorted((rule for rule in rules if rule.moment is moment), key=lambda rule: -rule.priority))


def _missed(**holds: bool) -> tuple[str, ...]:
    return tuple(name for name, does in holds.items() if not does)


def _within(days: int | None, most: int | None) -> bool:
    return most is None or (days is not None and 0 <= days <= most)


def _days_to(day: date | None, today: date) -> int | None:
    return None if day is None else (day - today).days
