"""A disk that keeps only what was synced: replayed from the system calls of a real process, cut off anywhere.

`strace` writes down what a process did to its files, in the order it did it. The replay gives every file two
contents, as the process sees it and as it lies on the platter; a sync copies the one onto the other. A power cut
leaves the platter, and of what was not synced any part or nothing.
"""

import re
from pathlib import Path
from random import Random

CALL = re.compile(rb"^\d+ +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
TRACED = "openat,close,write,pwrite64,ftruncate,fsync,fdatasync,unlink"
STRACE = ("strace", "-f", "-qq", "-xx", "-s", "1000000", "-e", f"trace={TRACED}", "-e", "signal=none", "-o")


class Disk:
    """Files of one folder by name, and what the process has said on its standard output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.platter: dict[str, bytearray] = {}
        self._seen: dict[str, bytearray] = {}
        self._unsynced: dict[str, list[tuple[int, bytes]]] = {}
        self._open: dict[int, str] = {}

    def replay(self, line: bytes) -> None:
        """One system call of the trace; calls on other files are passed over."""
        found = CALL.match(line)
        if found is None or int(found["result"]) < 0:
            return
        name, arguments = found["name"].decode(), found["arguments"]
        if name == "openat":
            self._opened(_text(arguments), int(found["result"]))
        elif name == "unlink":
            self._forget(Path(_text(arguments)).name)
        else:
            self._on_file(name, arguments, int(arguments.split(b",")[0]))

    def _opened(self, path: str, descriptor: int) -> None:
        if Path(path).parent == self.folder:
            self._open[descriptor] = Path(path).name
            self._seen.setdefault(Path(path).name, bytearray())

    def _forget(self, name: str) -> None:
        for files in (self._seen, self.platter, self._unsynced):
            files.pop(name, None)  # type: ignore[attr-defined]

    def _on_file(self, name: str, arguments: bytes, descriptor: int) -> None:
        if name == "write" and descriptor == 1:
            self.said += _text(arguments).splitlines()
        file = self._open.get(descriptor)
        if file is None:
            return
        if name == "close":
            del self._open[descriptor]
        elif name == "pwrite64":
            at = int(arguments.rsplit(b",", 1)[1])
            self._write(file, at, _bytes(arguments))
        elif name == "ftruncate":
            size = int(arguments.rsplit(b",", 1)[1])
            self._seen[file] = self._seen[file][:size].ljust(size, b"\0")
            self._unsynced.setdefault(file, []).append((size, b""))
        elif name in ("fsync", "fdatasync"):
            self.platter[file] = bytearray(self._seen[file])
            self._unsynced.pop(file, None)

    def _write(self, file: str, at: int, data: bytes) -> None:
        _put(self._seen[file], at, data)
        self._unsynced.setdefault(file, []).append((at, data))

    def cut(self, target: Path, chance: Random | None = None) -> Path:
        """What is found after the power cut; with `chance`, some of what was not synced has come through."""
        target.mkdir()
        for name in {*self.platter, *self._unsynced}:
            if name.endswith("-shm"):
                continue  # mapped memory: SQLite makes it anew
            content = bytearray(self.platter.get(name, b""))
            for at, data in self._unsynced.get(name, []):
                if chance is not None and data and chance.random() < 0.5:
                    _put(content, at, data)
            (target / name).write_bytes(content)
        return target


def _put(content: bytearray, at: int, data: bytes) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def _bytes(arguments: bytes) -> bytes:
    found = STRING.search(arguments)
    return bytes.fromhex(found[1].replace(rb"\x", b"").decode()) if found else b""


def _text(arguments: bytes) -> str:
    return _bytes(arguments).decode(errors="replace")
