"""Segments with rules: who enters, who leaves. Looked at anew at each question, so nothing has to be kept in step."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from adapters.loyalty.programme.accounts import Account
from adapters.loyalty.programme.seed import SegmentRule, day_of
from gateway.domain.customer import SegmentMembership


def by_rules(rules: Iterable[SegmentRule], account: Account, now: datetime) -> list[SegmentMembership]:
    """The customer is in a segment while all its conditions hold and nothing has sent him out of it."""
    return [
        SegmentMembership(segmentation=rule.segmentation, segment=rule.segment, name=rule.name)
        for rule in rules
        if _enters(rule, account, now) and not _has_left(rule, account, now)
    ]


def _enters(rule: SegmentRule, account: Account, now: datetime) -> bool:
    return (
        account.turnover >= rule.turnover_from
        and (rule.turnover_below is None or account.turnover < rule.turnover_below)
        and (rule.birthday_within_days is None or _birthday_within(account, rule.birthday_within_days, now))
        and (
            rule.bought_within_days is None
            or _since_purchase(account, now) <= timedelta(days=rule.bought_within_days)
        )
        and (
            rule.not_bought_for_days is None
            or _since_purchase(account, now) > timedelta(days=rule.not_bought_for_days)
        )
    )


def _has_left(rule: SegmentRule, account: Account, now: datetime) -> bool:
    """By an action that names the segment, or names none; `back_after_days` later he may enter again."""
    for action in account.actions:
        about = action.fields.get("segment", rule.segment)
        is_over = rule.back_after_days is not None and now - action.at >= timedelta(days=rule.back_after_days)
        if action.name in rule.left_by and about == rule.segment and not is_over:
            return True
    return False


def _since_purchase(account: Account, now: datetime) -> timedelta:
    """Since the last one that brought points; for ever when there was none."""
    last = next((one for one in reversed(account.postings) if one.order_id and one.amount > 0), None)
    return now - last.at if last else timedelta.max


def _birthday_within(account: Account, days: int, now: datetime) -> bool:
    born, today = account.profile.birth_date, day_of(now)
    if born is None:
        return False
    return any(
        timedelta() <= _anniversary(born, year) - today <= timedelta(days=days)
        for year in (today.year, today.year + 1)
    )


def _anniversary(born: date, year: int) -> date:
    """Who was born on 29 February has his birthday on 1 March in other years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
