"""Where limited mode by hand outlives a restart: one small file in the gateway's state folder."""

import os
from datetime import UTC, datetime
from pathlib import Path

NAME = "limited-mode"


class LimitedFile:
    """The file holds since when; there is none while the switch is off. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / NAME

    def read(self) -> datetime | None:
        """Since when. A file that cannot be understood still says "on": its own time is taken."""
        if self._path is None or not self._path.is_file():
            return None
        written = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        try:
            since = datetime.fromisoformat(self._path.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return written
        return since if since.tzinfo is not None else written

    def keep(self, since: datetime | None) -> None:
        """Whole or not at all, and on disk when it returns. Raises `OSError`."""
        if self._path is None:
            return
        if since is None:
            self._path.unlink(missing_ok=True)
            return
        draft = self._path.with_suffix(".new")
        with draft.open("w", encoding="ascii") as file:
            file.write(since.isoformat() + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
