"""Where alarms outlive a restart: one small file in the gateway's state folder."""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gateway.domain.alarm import Alarm
from gateway.ports import AlarmBook

NAME = "alarms.json"


class AlarmFile:
    """Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / NAME

    def read(self) -> Sequence[Alarm]:
        """Nothing of a file that cannot be understood: then a mail comes twice."""
        if self._path is None or not self._path.is_file():
            return ()
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[Alarm, ...])
        except (OSError, msgspec.DecodeError):
            return ()

    def keep(self, alarms: Sequence[Alarm]) -> None:
        """Whole or not at all. Raises `OSError`."""
        if self._path is None:
            return
        draft = self._path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(alarms))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


CONFORMS: type[AlarmBook] = AlarmFile
