"""The shipped config with a store's own values in it, and all its comments: the file teaches whoever opens it."""

import json
import re
from collections.abc import Mapping

from msgspec import Struct

from gateway.errors import ConfigError

ACCESS_KEY, SCREEN_TOKEN, LOYALTY_KEY = "frontol-access-key", "screen-token", "mindbox-secret-key"
"""The files of the secrets."""

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


class Answers(Struct, frozen=True, kw_only=True):
    """What only the store itself knows. The first printer serves all registers."""

    outlet: str
    registers: tuple[str, ...]
    url: str
    endpoint: str
    printers: Mapping[str, Place]
    templates: str


def written(reference: str, answers: Answers) -> str:
    """Raises `ConfigError` when there is no register."""
    if not answers.registers:
        raise ConfigError("нужна хотя бы одна касса: --register KASSA-1")
    text = put(reference, "[outlet]", "id", answers.outlet)
    text = put(text, "[loyalty]", "url", answers.url)
    text = put(text, "[loyalty]", "endpoint", answers.endpoint)
    if answers.templates:
        text = put(text, "[templates]", "folder", answers.templates)
    printer = next(iter(answers.printers), "")
    first, *others = answers.registers
    text = put(text, "[[registers]]", "id", first)
    text = put(text, "[[registers]]", "screen_token_file", SCREEN_TOKEN)
    if printer:
        text = put(text, "[[registers]]", "printer", printer)
    more = "".join(_register(name, printer) for name in others)
    text = REGISTER.sub(lambda found: found.group() + more, text, count=1)
    printers = "".join(_table("printers", {"name": name} | place.keys) for name, place in answers.printers.items())
    return text.replace("\n[templates]\n", f"{printers}\n[templates]\n", 1)


def put(text: str, table: str, key: str, value: str) -> str:
    """`value` at the first `key`, commented out or not, below the header `table`."""
    start = text.index(f"\n{table}\n")
    quoted = f"{key} = {json.dumps(value, ensure_ascii=False)}"  # a TOML basic string is written like JSON's
    return text[:start] + re.sub(rf"^#?{key} = .*$", lambda _: quoted, text[start:], count=1, flags=re.MULTILINE)


def _register(name: str, printer: str) -> str:
    keys = {"kind": "frontol", "id": name, "access_key_file": ACCESS_KEY, "screen_token_file": SCREEN_TOKEN}
    return _table("registers", keys | ({"printer": printer} if printer else {}))


def _table(name: str, keys: Mapping[str, str]) -> str:
    rows = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())
    return f"\n[[{name}]]\n{rows}"
