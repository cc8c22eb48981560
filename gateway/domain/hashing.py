"""Hashing on the event loop, piece by piece: for 2048 bytes and more hashlib lets go of the interpreter's lock.

The thread that writes then takes the lock, and a request waits for it longer than the hash itself takes.
"""

from typing import Protocol

PIECE = 2000


class Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


def hexdigest(empty: Hash, content: bytes) -> str:
    """What `empty`, a new hash of hashlib, makes of `content`."""
    for start in range(0, len(content), PIECE):
        empty.update(content[start : start + PIECE])
    return empty.hexdigest()
