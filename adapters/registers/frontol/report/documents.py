"""Rows put together again: a document is real once it was closed (Frontol reference, 3.5). Nothing is guessed."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from adapters.registers.frontol.report.wire import Row, Type
from gateway.domain.till_report import Unread

OPEN_AT_ONCE = 100
"""Documents open at the same time at most: one for each till, and some that were never finished."""

Shift = tuple[str, str]
"""Till and its number of the shift."""


class Document(Struct):
    """All rows of one document, each once. `doubt`: why its rows may not be all there were."""

    rows: dict[str, Row]
    doubt: str = ""

    @property
    def first(self) -> Row:
        return next(iter(self.rows.values()))

    @property
    def last(self) -> Row:
        return next(reversed(self.rows.values()))

    def of(self, *types: Type) -> list[Row]:
        return [row for row in self.rows.values() if row.type in types]


class Outline(Struct):
    """What a first reading tells, by the till's clock: when shifts were `closed`, `since` when it tells of a till.

    A shift that is not here may still go on; one that is may have begun before the report.
    """

    closed: dict[Shift, datetime] = {}
    since: dict[str, datetime] = {}


def outline(found: Iterable[Row | Unread]) -> Outline:
    outlined = Outline()
    for row in found:
        if isinstance(row, Row):
            outlined.since.setdefault(row.till, row.at)
            if row.type == Type.SHIFT_CLOSED:
                outlined.closed[row.till, row.shift] = row.at
    return outlined


class Documents:
    """`unread` fills up while the documents are taken: lines nobody understands, documents without an end."""

    def __init__(self) -> None:
        self.unread: list[Unread] = []
        self._open: dict[tuple[str, str, str], Document] = {}
        self._done: set[tuple[str, str, str]] = set()

    def take(self, found: Iterable[Row | Unread]) -> Iterator[Document]:
        """Closed documents in the order of their closing. One that the report repeats comes once."""
        for row in found:
            if isinstance(row, Unread):
                self._not_read(row)
            elif row.document and (done := self._take(row)) is not None:
                yield done
        for document in self._open.values():
            self._unfinished(document)
        self._open.clear()

    def _take(self, row: Row) -> Document | None:
        key = (row.till, row.shift, row.document)
        if key in self._done or row.type == Type.SHIFT_CLOSED:
            return None
        document = self._open.setdefault(key, Document({}))
        document.rows.setdefault(row.id, row)
        if row.type not in (Type.CLOSED, Type.CANCELLED):
            self._bound()
            return None
        self._done.add(key)
        del self._open[key]
        if row.type == Type.CANCELLED:
            return None
        if document.first.type != Type.OPENED:
            document.doubt = document.doubt or "в отчёте нет начала чека"
        return document

    def _not_read(self, unread: Unread) -> None:
        """The line may belong to any document that is open."""
        self.unread.append(unread)
        for document in self._open.values():
            document.doubt = f"строка {unread.line} отчёта не прочитана"

    def _bound(self) -> None:
        if len(self._open) > OPEN_AT_ONCE:
            self._unfinished(self._open.pop(next(iter(self._open))))

    def _unfinished(self, document: Document) -> None:
        last = document.last
        self.unread.append(Unread(line=last.line, reason=f"чек {last.document} без конца, не учтён"))
