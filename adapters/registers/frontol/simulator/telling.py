"""What a simulated till has seen, for a person and for a program. Pure."""

import msgspec
from msgspec import Struct

from adapters.registers.frontol.simulator.player import Played
from adapters.registers.frontol.simulator.replay import Replayed
from gateway.domain.slip import Slip
from gateway.domain.slip_layout import Line, lay_out

COLUMNS = 42


class Told(Struct, frozen=True, kw_only=True):
    """One step as text and as a line of JSON; `wrong` when it is not what was expected."""

    text: str
    json: str
    wrong: bool = False


def tell(played: Played) -> Told:
    """The cashier's doing, then what he reads, then the paper."""
    took = f"  ({played.milliseconds} мс)" if played.milliseconds is not None else ""
    rows = [f"▸ {played.did}{took}", *(f"    {line}" for line in played.read)]
    paper = printed(played.slip)
    rows += [f"    │ {line}" for line in paper]
    if played.wrong:
        rows.append(f"  ✗ {played.wrong}")
    said = {
        "did": played.did,
        "accepted": played.accepted,
        "read": played.read,
        "printed": paper,
        "milliseconds": played.milliseconds,
        "wrong": played.wrong,
    }
    return Told(text="\n".join(rows), json=msgspec.json.encode(said).decode(), wrong=bool(played.wrong))


def tell_replayed(row: Replayed) -> Told:
    text = f"✗ запрос {row.number} ({row.operation})\n    в записи: {row.then}\n    сейчас:   {row.now}"
    said = {**msgspec.structs.asdict(row), "same": row.same}
    return Told(text=text, json=msgspec.json.encode(said).decode(), wrong=not row.same)


def printed(slip: Slip) -> list[str]:
    """The lines of text on the paper; codes are left to the printer."""
    return [piece.text.rstrip() for piece in lay_out(slip, columns=COLUMNS).pieces if isinstance(piece, Line)]
