"""TOML for a config of plain tables: the standard library reads it and does not write it."""

import json
from typing import Any


def toml(table: dict[str, Any], path: str = "") -> str:
    """Scalars first, then tables, then lists of tables, as the format wants it.

    `path` is what stands before the names of inner tables.
    """
    lines: list[str] = []
    inner: list[str] = []
    for key, value in table.items():
        if isinstance(value, dict):
            inner += ["", f"[{path}{key}]", toml(value, f"{path}{key}.")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            inner += [line for row in value for line in ("", f"[[{path}{key}]]", toml(row))]
        else:
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")  # JSON's scalars are TOML's
    return "\n".join([*lines, *inner])
