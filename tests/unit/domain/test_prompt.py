"""Rules of prompts: whom, when, and how a prompt moves."""

from datetime import date

import pytest
from builders import make_customer, make_prompt

from gateway.domain.customer import SegmentMembership
from gateway.domain.prompt import FORWARD, PromptRule, PromptState, moved

TODAY = date(2026, 11, 21)


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
    assert rule(birthday_within_days=days).applies(customer, day)
    assert not rule(birthday_within_days=days - 1).applies(customer, day)


def test_a_birthday_nobody_knows_is_never_near() -> None:
    assert not rule(birthday_within_days=366).applies(make_customer(birth_date=None), TODAY)


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
    assert rule(since=since, until=until).applies(make_customer(), TODAY) is applies


@pytest.mark.parametrize(
    ("wanted", "applies"),
    [("gold", True), ("level/gold", True), ("other/gold", False), ("silver", False), ("level", False), ("", True)],
)
def test_a_segment_is_named_alone_or_with_its_segmentation(wanted: str, *, applies: bool) -> None:
    gold = SegmentMembership(segmentation="level", segment="gold", name="silver")
    assert rule(segment=wanted).applies(make_customer(segments=(gold,)), TODAY) is applies


def test_every_condition_must_hold() -> None:
    both = rule(segment="gold", birthday_within_days=5)
    assert both.applies(make_customer(birth_date=date(1990, 11, 22)), TODAY)
    assert not both.applies(make_customer(birth_date=date(1990, 1, 1)), TODAY)
    assert not both.applies(make_customer(birth_date=date(1990, 11, 22), segments=()), TODAY)


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
