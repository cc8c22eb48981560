"""One gateway per file: a second one would void the leases of the first and work on the same outbox beside it."""

import fcntl
import os
from pathlib import Path

from gateway.errors import StoreError, StoreUnavailable

PRIVATE_FILE = 0o600
PRIVATE_DIRECTORY = 0o700


class Ownership:
    """Held from the start to the end of a process, however it ends: the kernel lets go of it.

    On a file of its own: SQLite loses its locks on the database when anybody in the process closes that.
    """

    def __init__(self, database: Path) -> None:
        """Raises `StoreError` when another process has it."""
        path = database.with_name(f"{database.name}.owner")
        try:
            path.parent.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be opened: {error.strerror}") from error
        os.fchmod(self._descriptor, PRIVATE_FILE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise StoreError(
                f"{database} belongs to another gateway that is running: each needs a file of its own"
            ) from error

    def give_up(self) -> None:
        os.close(self._descriptor)
