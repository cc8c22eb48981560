r"""Requests and answers as lines that a few lines of JScript can read: a path, a tab, a value.

    pos-gateway 1
    action<TAB>calculate
    client.card<TAB>2000000000017
    positions.0.id<TAB>4711
    end

A path is the member's place in the JSON of the Frontol Priority API, lists counted from 0. In a value a backslash, a
tab, a line feed and a carriage return are `\\`, `\t`, `\n`, `\r`. UTF-8; a text without its first or its last line is
cut or somebody else's and is not read. The format is ours.
"""

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.registers.frontol.wire import BOM, Fields
from gateway.errors import MalformedRequest

FIRST, LAST = "pos-gateway 1", "end"
SCHEME = "bearer"
DEEPEST = 6
"""Members below members: a request has three at most."""

ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
UNESCAPES = {escaped: plain for plain, escaped in ESCAPES.items()}
SPECIAL, ESCAPED = re.compile(r"[\\\t\n\r]"), re.compile(r"\\.?", re.DOTALL)
PATH = re.compile(r"[A-Za-z0-9]{1,40}(?:\.[A-Za-z0-9]{1,40})*")

Tree = dict[str, Any]


def key_of(header: str, body: bytes, keys: Sequence[bytes] | Mapping[bytes, object]) -> bytes | None:  # noqa: ARG001 - a dialect's shape: nothing is signed here
    """Which access key the header holds, compared in constant time; None when none."""
    scheme, _, value = header.strip().partition(" ")
    if scheme.lower() != SCHEME:
        return None
    sent, found = value.strip().encode("utf-8", "replace"), None
    for key in keys:
        if hmac.compare_digest(key, sent):
            found = key
    return found


def decode(body: bytes) -> Fields:
    """The members of a request, all values as text. Raises `MalformedRequest` naming the line."""
    try:
        lines = body.removeprefix(BOM).decode("utf-8").replace("\r\n", "\n").rstrip("\n").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedRequest("запрос не в UTF-8") from error
    if lines[0] != FIRST or lines[-1] != LAST:
        raise MalformedRequest(f"запрос не начинается с «{FIRST}» или обрывается без «{LAST}»")
    tree: Tree = {}
    for number, line in enumerate(lines[1:-1], 2):
        path, tab, value = line.partition("\t")
        if not tab or not PATH.fullmatch(path):
            raise MalformedRequest(f"строка {number}: нет имени и табуляции")
        _put(tree, path.split("."), ESCAPED.sub(_unescaped, value), number)
    return {name: _listed(member) for name, member in tree.items()}


def encode(answer: Mapping[str, Any]) -> bytes:
    """An answer as lines; a sum has a point and no exponent, a switch is `true` or `false`."""
    lines = [f"{path}\t{SPECIAL.sub(lambda found: ESCAPES[found[0]], value)}" for path, value in _flat(answer)]
    return "\n".join([FIRST, *lines, LAST, ""]).encode("utf-8", "replace")


def _put(tree: Tree, path: Sequence[str], value: str, number: int) -> None:
    if len(path) > DEEPEST:
        raise MalformedRequest(f"строка {number}: слишком глубоко")
    *above, name = path
    for step in above:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise MalformedRequest(f"строка {number}: {step} уже со значением")
    if name in tree:
        raise MalformedRequest(f"строка {number}: повторяется")
    tree[name] = value


def _listed(node: Any) -> Any:
    """Members called 0, 1, 2… are a list; a gap in them is a member that nobody reads."""
    if not isinstance(node, dict):
        return node
    inner = {name: _listed(member) for name, member in node.items()}
    return list(inner.values()) if list(inner) == [str(place) for place in range(len(inner))] else inner


def _flat(node: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for name, member in node.items():
            yield from _flat(member, f"{path}.{name}".lstrip("."))
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for place, member in enumerate(node):
            yield from _flat(member, f"{path}.{place}")
    elif node is not None:
        yield path, _text(node)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _unescaped(found: re.Match[str]) -> str:
    """A backslash before anything else is a backslash: a value is never refused for it."""
    return UNESCAPES.get(found[0], found[0])
