"""What the last reconciliation found, for monitoring: one small file in the gateway's state folder."""

import os
from collections import Counter
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from gateway.domain.till_report import Reconciled

NAME = "reconciled.json"


class LastReconciled(Struct, frozen=True, kw_only=True):
    """`differences` by register and kind, counted; nothing of a receipt or a customer."""

    at: datetime
    receipts: int
    sent: int
    unread: int
    differences: dict[str, dict[str, int]]


class ReconciledFile:
    """Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / NAME

    def keep(self, at: datetime, found: Reconciled) -> None:
        """Whole or not at all. Raises `OSError`."""
        if self._path is None:
            return
        counted: dict[str, Counter[str]] = {}
        for row in found.differences:
            counted.setdefault(row.register.register, Counter())[row.kind] += 1
        last = LastReconciled(
            at=at,
            receipts=found.receipts,
            sent=found.sent,
            unread=len(found.unread),
            differences={register: dict(kinds) for register, kinds in counted.items()},
        )
        draft = self._path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(last))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    def read(self) -> LastReconciled | None:
        """None when there is none, or none that can be read: monitoring is no reason to stop."""
        if self._path is None:
            return None
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=LastReconciled)
        except (OSError, msgspec.MsgspecError):
            return None
