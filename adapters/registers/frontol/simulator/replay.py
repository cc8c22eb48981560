"""A recording played again: the same bodies in the same order, signed anew, and what is answered now."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from adapters.registers.frontol.recording import Recorded
from adapters.registers.frontol.simulator.till import Till


class Replayed(Struct, frozen=True, kw_only=True):
    """One exchange then and now. `same` where code and members of both answers are the same."""

    number: int
    operation: str
    then: str
    now: str
    milliseconds: float

    @property
    def same(self) -> bool:
        return self.then == self.now


async def replay(till: Till, rows: Iterable[Recorded]) -> AsyncIterator[Replayed]:
    """Raises `RegisterError` when the gateway does not answer. What was not authorised then is left out."""
    for number, row in enumerate(rows, 1):
        if row.status != 200:  # noqa: PLR2004 - business refusals come with 200 as well
            continue
        answer, milliseconds = await till.send(row.resource, row.body)
        yield Replayed(
            number=number,
            operation=row.operation,
            then=outline(row.answer),
            now=outline(answer),
            milliseconds=milliseconds,
        )


def outline(body: bytes) -> str:
    """The code and the names of an answer's members: `code 0: cashierInformation, client.availableAmount`."""
    try:
        answer: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return "не JSON"
    if not isinstance(answer, dict):
        return "не объект"
    named = sorted(_names(answer))
    return f"code {answer.get('code')}" + (f": {', '.join(named)}" if named else "")


def _names(answer: dict[str, Any]) -> list[str]:
    """Members one level deep; `code` itself is said before them."""
    found: list[str] = []
    for name, value in answer.items():
        if isinstance(value, dict):
            found += [f"{name}.{inner}" for inner in value]
        elif name != "code":
            found.append(name)
    return found
