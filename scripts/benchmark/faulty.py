"""The fault proxy of the tests as a process: `faulty PORT UPSTREAM FAULT`."""

import asyncio
import sys
from collections.abc import Sequence

from fault_proxy import (
    PASS,
    Close,
    Fault,
    FaultProxy,
    Faults,
    Garbage,
    Hang,
    Reset,
    Slow,
    Status,
    Trickle,
    TruncatedJson,
)
from latency import Latency

STATUSES = [Status(code, body) for body in (b"", b"<html></html>", b"{}") for code in (429, 500, 502, 503, 504)]
NONSENSE: list[Fault] = [Garbage(), Garbage(framed=False), Garbage(done=True), TruncatedJson()]


def in_turn(faults: Sequence[Fault]) -> Faults:
    return lambda call: faults[call.number % len(faults)]


FAULTS: dict[str, Faults] = {
    "slow": Slow(Latency(0.25, 0.5)),
    "hang": Hang(),
    "hang after headers": Hang(after_headers=True),
    "1 byte/s": Trickle(),
    "reset": Reset(),
    "answer lost": Reset(done=True),
    "closed": Close(),
    "statuses": in_turn(STATUSES),
    "nonsense": in_turn(NONSENSE),
    "no connect": PASS,
}


async def serve(port: int, upstream: int, name: str) -> None:
    async with FaultProxy(f"http://127.0.0.1:{upstream}", FAULTS[name], port=port) as proxy:
        if name != "no connect":
            await asyncio.Event().wait()
        await asyncio.sleep(1)  # so that whoever started us sees us listen
        async with proxy.deaf():
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
