"""Moments as whole microseconds since 1970 in UTC: they order rightly in any database, whatever their zone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from gateway.domain.change import Change

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """ValueError for a time without a zone: it would be stored as some moment, and hours off."""
    if at.utcoffset() is None:
        raise ValueError(f"a time without a zone cannot be stored: {at}")
    return (at - EPOCH) // MICROSECOND


def instant(count: int) -> datetime:
    return EPOCH + count * MICROSECOND


def instants_of(change: Change) -> Iterator[datetime]:
    """The times of a change that a store orders or compares by."""
    if change.sale is not None and change.sale.changed_at is not None:
        yield change.sale.changed_at
    yield from (refund.at for refund in change.refunds)
    yield from (prompt.offered_at for prompt in change.prompts)
    yield from (occasion.at for occasion in change.occasions)
    yield from (job.made_at for job in change.jobs)
    yield from (document.at for document in (*change.documents, *change.dropped))
    yield from (row.at for row in change.history)
    yield from (work.due for work in (*change.work, *change.done, *change.again))
