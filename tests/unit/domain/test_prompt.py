"""Rules of prompts: whom, when, and how a prompt moves."""

from datetime import UTC, date, datetime, time

import pytest
from builders import REGISTER, make_customer, make_prompt

from gateway.domain.customer import SegmentMembership
from gateway.domain.hours import hours
from gateway.domain.prompt import FORWARD, PromptState, moved
from gateway.domain.prompt_rule import Moment, PromptRule, Scene, by_priority

TODAY = date(2026, 11, 21)


def on(day: date, at: time = time(12)) -> Scene:
    return Scene(register=REGISTER, at=datetime.combine(day, at, UTC))


def rule(**conditions: object) -> PromptRule:
    return PromptRule(name="rule", text="text", **conditions)  # type: ignore[arg-type]


def born(day: str) -> object:
    return make_customer(birth_date=date.fromisoformat(day))


@pytest.mark.parametrize(
    ("birth", "today", "days"),
    [
        ("1990-11-21", "2026-11-21", 0),
        ("1990-11-24", "2026-11-21", 3),
        ("1990-01-02", "2026-12-30", 3),  # over the year's end
        ("1990-12-31", "2026-12-31", 0),
        ("1990-11-20", "2026-11-21", 364),
        ("1988-02-29", "2028-02-28", 1),  # a leap year
        ("1988-02-29", "2028-02-29", 0),
        ("1988-02-29", "2027-02-28", 1),  # 1 March where there is none
        ("1988-02-29", "2027-03-01", 0),
        ("1988-02-29", "2027-12-31", 60),
    ],
)
def test_a_birthday_is_within_so_many_days_and_not_within_one_fewer(birth: str, today: str, days: int) -> None:
    customer = make_customer(birth_date=date.fromisoformat(birth))
    day = date.fromisoformat(today)
    assert rule(birthday_within_days=days).applies(customer, on(day))
    assert not rule(birthday_within_days=days - 1).applies(customer, on(day))


def test_a_birthday_nobody_knows_is_never_near() -> None:
    assert not rule(birthday_within_days=366).applies(make_customer(birth_date=None), on(TODAY))


@pytest.mark.parametrize(
    ("since", "until", "applies"),
    [
        (None, None, True),
        (date(2026, 11, 21), date(2026, 11, 21), True),
        (date(2026, 11, 22), None, False),
        (None, date(2026, 11, 20), False),
    ],
)
def test_a_window_of_dates_includes_both_ends(since: date | None, until: date | None, *, applies: bool) -> None:
    assert rule(since=since, until=until).applies(make_customer(), on(TODAY)) is applies


@pytest.mark.parametrize(
    ("wanted", "applies"),
    [("gold", True), ("level/gold", True), ("other/gold", False), ("silver", False), ("level", False), ("", True)],
)
def test_a_segment_is_named_alone_or_with_its_segmentation(wanted: str, *, applies: bool) -> None:
    gold = SegmentMembership(segmentation="level", segment="gold", name="silver")
    assert rule(segment=wanted).applies(make_customer(segments=(gold,)), on(TODAY)) is applies


def test_every_condition_must_hold() -> None:
    both = rule(segment="gold", birthday_within_days=5)
    assert both.applies(make_customer(birth_date=date(1990, 11, 22)), on(TODAY))
    assert not both.applies(make_customer(birth_date=date(1990, 1, 1)), on(TODAY))
    assert not both.applies(make_customer(birth_date=date(1990, 11, 22), segments=()), on(TODAY))


@pytest.mark.parametrize("before", PromptState)
@pytest.mark.parametrize("after", PromptState)
def test_a_prompt_moves_by_its_table_only(before: PromptState, after: PromptState) -> None:
    prompt = make_prompt(state=before)
    if after in FORWARD[before]:
        assert moved(prompt, after).state is after
    else:
        with pytest.raises(ValueError, match=f"{before} -> {after}"):
            moved(prompt, after)


def test_a_prompt_is_reported_only_after_it_was_shown_and_shown_only_once() -> None:
    assert PromptState.REPORTED not in FORWARD[PromptState.OFFERED]
    assert PromptState.SHOWN not in FORWARD[PromptState.SHOWN]


@pytest.mark.parametrize(
    ("conditions", "day", "missed"),
    [
        ({"levels": ("Gold",)}, TODAY, ("levels",)),
        ({"levels": ("Gold", "Silver")}, TODAY, ()),
        ({"without_favourite_category": True}, TODAY, ()),
        ({"points_expire_within_days": 7}, date(2026, 11, 23), ()),
        ({"points_expire_within_days": 7}, date(2026, 11, 22), ("points_expire_within_days",)),
        ({"points_expire_within_days": 7}, date(2026, 12, 1), ("points_expire_within_days",)),
        ({"outlets": (REGISTER.outlet,), "registers": (REGISTER.register,)}, TODAY, ()),
        ({"outlets": ("elsewhere",), "registers": ("another",)}, TODAY, ("outlets", "registers")),
        ({"weekdays": ("sat",)}, TODAY, ()),
        ({"weekdays": ("mon", "tue", "wed", "thu", "fri", "sun")}, TODAY, ("weekdays",)),
        ({"hours": hours("10:00-12:00")}, TODAY, ("hours",)),
        ({"hours": hours("12:00-12:01")}, TODAY, ()),
        ({"hours": hours("22:00-12:01")}, TODAY, ()),
        ({"hours": hours("22:00-06:00")}, TODAY, ("hours",)),
    ],
)
def test_a_rule_says_which_of_its_conditions_does_not_hold(
    conditions: dict[str, object], day: date, missed: tuple[str, ...]
) -> None:
    silver = make_customer(level="Silver", favourite_category="", points_expire_on=date(2026, 11, 30))
    assert rule(**conditions).misses(silver, on(day)) == missed


def test_a_favourite_category_nobody_tells_of_is_not_missing() -> None:
    for category in (None, "coffee"):
        customer = make_customer(favourite_category=category)
        assert rule(without_favourite_category=True).misses(customer, on(TODAY)) == ("without_favourite_category",)


def test_the_next_birthday_is_another_occasion_and_the_days_before_it_are_the_same() -> None:
    soon, anna = rule(birthday_within_days=3), make_customer(birth_date=date(1990, 1, 1))
    assert soon.mark(anna, date(2026, 12, 30)) == soon.mark(anna, date(2027, 1, 1)) == "2027"
    assert soon.mark(anna, date(2027, 12, 30)) == "2028"


def test_the_more_important_rule_comes_first_and_of_equals_the_one_written_first() -> None:
    rules = [
        PromptRule(name=name, text="x", priority=priority, moment=moment)
        for name, priority, moment in (
            ("a", 0, Moment.QUOTED),
            ("b", 5, Moment.QUOTED),
            ("c", 9, Moment.IDENTIFIED),
            ("d", 0, Moment.QUOTED),
        )
    ]
    assert [row.name for row in by_priority(rules, Moment.QUOTED)] == ["b", "a", "d"]
