"""Finds SQL in the `.sql` files beside it: named blocks, and the migrations in their order."""

import re
from importlib.resources import files

SQL = files(__package__) / "sql"
BLOCK = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)
MIGRATION = re.compile(r"(\d{4})_\w+\.sql")


def read(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")


def named_blocks(text: str) -> dict[str, str]:
    """ValueError when two blocks share a name: the second would silently take the first one's place."""
    blocks: dict[str, str] = {}
    for name, statement in BLOCK.findall(text):
        if name in blocks:
            raise ValueError(f"two blocks are named {name}")
        blocks[name] = statement.strip()
    return blocks


def migrations() -> list[tuple[int, str]]:
    """(number, statements) of every migration, ascending."""
    found = ((MIGRATION.fullmatch(entry.name), entry) for entry in (SQL / "migrations").iterdir())
    return sorted((int(match[1]), entry.read_text(encoding="utf-8")) for match, entry in found if match)


QUERIES = named_blocks(read("queries.sql"))
