"""Finds SQL in the `sql` folder of a store: named blocks, and the migrations in their order."""

import re
from importlib.resources import files

from gateway.errors import StoreError

BLOCK = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)
MIGRATION = re.compile(r"(\d{4})_\w+\.sql")


class SqlFolder:
    """`package` is the store that has the folder."""

    def __init__(self, package: str) -> None:
        self._folder = files(package) / "sql"

    def read(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="utf-8")

    def queries(self) -> dict[str, str]:
        return named_blocks(self.read("queries.sql"))

    def migrations(self) -> list[tuple[int, str]]:
        """(number, statements) of every migration, ascending."""
        entries = (self._folder / "migrations").iterdir()
        found = ((MIGRATION.fullmatch(entry.name), entry) for entry in entries)
        return sorted((int(match[1]), entry.read_text(encoding="utf-8")) for match, entry in found if match)

    def missing(self, current: int) -> list[tuple[int, str]]:
        """The migrations a schema still lacks. Raises `StoreError` when it is newer than this gateway."""
        known = self.migrations()
        newest = known[-1][0]
        if current > newest:
            raise StoreError(
                f"база записана более новой версией шлюза: её схема {current}, эта версия знает {newest}; "
                "установите ту версию снова, или верните копию базы, сделанную до неё (pos-gateway restore)"
            )
        return [(number, statements) for number, statements in known if number > current]

    def require_current(self, current: int) -> None:
        """For a process that only looks in: the schema is the daemon's to change. Raises `StoreError`."""
        if self.missing(current):
            raise StoreError(
                f"схема базы {current} старше этой версии шлюза: сначала перезапустите службу pos-gateway"
            )


def named_blocks(text: str) -> dict[str, str]:
    """ValueError when two blocks share a name: the second would silently take the first one's place."""
    blocks: dict[str, str] = {}
    for name, statement in BLOCK.findall(text):
        if name in blocks:
            raise ValueError(f"two blocks are named {name}")
        blocks[name] = statement.strip()
    return blocks
