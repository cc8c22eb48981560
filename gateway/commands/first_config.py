"""The shipped config with a store's own values in it, and all its comments: the file teaches whoever opens it."""

import json
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import asdict

from gateway.errors import ConfigError

ACCESS_KEY, SCREEN_TOKEN, LOYALTY_KEY = "frontol-access-key", "screen-token", "mindbox-secret-key"
ONEC_KEY = "onec-key-{place}"
"""The files of the secrets. Frontol registers share a key; a 1C register is known by its own, counted from 1."""

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


def tills(frontol: Iterable[str], onec: Iterable[str]) -> tuple[Till, ...]:
    """Registers by their ids."""
    keys = {name: ONEC_KEY.format(place=place) for place, name in enumerate(onec, 1)}
    return (
        *(
            Till(kind="frontol", id=name, access_key_file=ACCESS_KEY, screen_token_file=SCREEN_TOKEN)
            for name in frontol
        ),
        *(
            Till(kind="onec_retail", id=name, access_key_file=key, screen_token_file=key)
            for name, key in keys.items()
        ),
    )


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
