"""The outbox of the memory store: rows of work, and who has leased them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from msgspec.structs import replace

from gateway.domain.change import Change
from gateway.domain.work import Lane, OutboxRow, Work

VOID = -1
"""A lease that nobody holds: no work carries it."""


class MemoryOutbox:
    def __init__(self) -> None:
        self._rows: dict[str, OutboxRow] = {}
        self._leases = count(1)

    def plan(self, change: Change) -> None:
        """What is over goes first: work planned in the same change stays."""
        for work in change.finished:
            self._rows.pop(work.id, None)
        for work in change.done:
            if self._holds(work) and self._rows[work.id].work.due == work.due:
                del self._rows[work.id]
        for work in change.again:
            if self._holds(work):
                self._put(work, VOID, self._rows[work.id].since)
        for work in change.work:
            known = self._rows.get(work.id)
            self._put(work, VOID if known else 0, min(known.since, work.due) if known else work.due)

    def _holds(self, work: Work) -> bool:
        return work.id in self._rows and self._rows[work.id].work.lease == work.lease

    def _put(self, work: Work, lease: int, since: datetime) -> None:
        self._rows[work.id] = OutboxRow(work=replace(work, lease=lease), since=since, leased_until=None)

    def lease(self, lane: Lane, now: datetime, limit: int, until: datetime) -> list[Work]:
        free = (row.work for row in self if row.work.lane is lane and row.work.due <= now and _is_free(row, now))
        leased = [replace(work, lease=next(self._leases)) for work in sorted(free, key=_urgency)[:limit]]
        for work in leased:
            self._rows[work.id] = replace(self._rows[work.id], work=work, leased_until=until)
        return leased

    def bring_forward(self, by: timedelta) -> None:
        for key, row in self._rows.items():
            until = None if row.leased_until is None else row.leased_until - by
            work = replace(row.work, due=row.work.due - by)
            self._rows[key] = OutboxRow(work=work, since=row.since - by, leased_until=until)

    def next_due(self, lane: Lane) -> datetime | None:
        free = (row.work.due for row in self if row.work.lane is lane and row.leased_until is None)
        return min(free, default=None)

    def __iter__(self) -> Iterator[OutboxRow]:
        return iter(self._rows.values())

    def first(self, limit: int) -> list[OutboxRow]:
        """As the port shows them: a void lease is none."""
        rows = sorted(self, key=lambda row: _urgency(row.work))[:limit]
        return [replace(row, work=replace(row.work, lease=max(0, row.work.lease))) for row in rows]


def _is_free(row: OutboxRow, now: datetime) -> bool:
    return row.leased_until is None or row.leased_until <= now


def _urgency(work: Work) -> tuple[datetime, str]:
    return work.due, work.id
