"""The shipped config with a store's own values in it, and all its comments: the file teaches whoever opens it."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import asdict

from gateway.errors import ConfigError

ACCESS_KEY, SCREEN_TOKEN, LOYALTY_KEY = "frontol-access-key", "screen-token", "mindbox-secret-key"
ONEC_KEY = "onec-key-of-{id}"
"""The files of the secrets. Frontol registers share a key; a 1C register is known by its own, named for it."""

Files = Mapping[tuple[str, str], tuple[str, str]]
"""The files of the access key and of the screens' key, by a register's kind and id."""

REGISTER = re.compile(r"^\[\[registers\]\]\n.*?\n(?=\n)", re.MULTILINE | re.DOTALL)


class Place(str):
    """Where a printer is: `/dev/...`, or `host:port`."""

    __slots__ = ()

    @property
    def keys(self) -> dict[str, str]:
        if self.startswith("/dev/tty"):
            return {"kind": "serial", "path": str(self)}
        if self.startswith("/"):
            return {"kind": "device_file", "path": str(self)}
        return {"kind": "network", "address": str(self)}


class Till(Struct, frozen=True, kw_only=True):
    """A register, and the files of its key and of its screens' key: for 1C, whose form is its screen, the same."""

    kind: str
    id: str
    access_key_file: str
    screen_token_file: str


def tills(frontol: Iterable[str], onec: Iterable[str], known: Files) -> tuple[Till, ...]:
    """Registers by their ids; one that is `known` keeps its keys, they were entered at it."""
    asked = (*(("frontol", name) for name in frontol), *(("onec_retail", name) for name in onec))
    files = {who: known.get(who) or _new_files(*who) for who in asked}
    return tuple(
        Till(kind=kind, id=name, access_key_file=key, screen_token_file=token)
        for (kind, name), (key, token) in files.items()
    )


def _new_files(kind: str, name: str) -> tuple[str, str]:
    """Of ASCII letters only: systemd takes nothing else as the name of a credential."""
    if kind == "frontol":
        return ACCESS_KEY, SCREEN_TOKEN
    key = ONEC_KEY.format(id=quote(name, safe=""))
    return key, key


def known_files(text: str) -> Files:
    """Of the registers of a config that is there already; none of one that cannot be read."""
    try:
        rows = tomllib.loads(text).get("registers", [])
        return {
            (row["kind"], row["id"]): (
                row["access_key_file"],
                row.get("screen_token_file") or _new_files(row["kind"], row["id"])[1],
            )
            for row in rows
        }
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError):
        return {}


class Answers(Struct, frozen=True, kw_only=True):
    """What only the store itself knows. The first printer serves all registers."""

    outlet: str
    registers: tuple[Till, ...]
    url: str
    endpoint: str
    printers: Mapping[str, Place]
    templates: str


def written(reference: str, answers: Answers) -> str:
    """Raises `ConfigError` when there is no register."""
    if not answers.registers:
        raise ConfigError("нужна хотя бы одна касса: --register KASSA-1 или --onec-register KASSA-1C")
    text = put(reference, "[outlet]", "id", answers.outlet)
    text = put(text, "[loyalty]", "url", answers.url)
    text = put(text, "[loyalty]", "endpoint", answers.endpoint)
    if answers.templates:
        text = put(text, "[templates]", "folder", answers.templates)
    printer = next(iter(answers.printers), "")
    first, *others = [asdict(till) | ({"printer": printer} if printer else {}) for till in answers.registers]
    for key, value in first.items():
        text = put(text, "[[registers]]", key, value)
    more = "".join(_table("registers", keys) for keys in others)
    text = REGISTER.sub(lambda found: found.group() + more, text, count=1)
    printers = "".join(_table("printers", {"name": name} | place.keys) for name, place in answers.printers.items())
    return text.replace("\n[templates]\n", f"{printers}\n[templates]\n", 1)


def put(text: str, table: str, key: str, value: str) -> str:
    """`value` at the first `key`, commented out or not, below the header `table`."""
    start = text.index(f"\n{table}\n")
    quoted = f"{key} = {json.dumps(value, ensure_ascii=False)}"  # a TOML basic string is written like JSON's
    return text[:start] + re.sub(rf"^#?{key} = .*$", lambda _: quoted, text[start:], count=1, flags=re.MULTILINE)


def _table(name: str, keys: Mapping[str, str]) -> str:
    rows = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())
    return f"\n[[{name}]]\n{rows}"
