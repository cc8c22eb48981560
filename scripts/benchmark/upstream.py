"""The loyalty server's protocol with fixed answers, as fast as Python can: never what limits a measurement.

`POST /_stub/mode` sets how it behaves, `GET /_stub/calls` counts the calls of operations since then.
"""

import asyncio
import json
import math
import random
import sys
from collections.abc import Callable
from typing import Any

import uvloop

from benchmark.traffic import ANSWERS

FAST: dict[str, Any] = {"kind": "fast"}


def http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


READY = {name.encode(): http(json.dumps(answer).encode()) for name, answer in ANSWERS.items()}


def answer_for(head: bytes) -> bytes:
    """By the end of the operation's name; a plain proxy that names none gets a price."""
    for name, answer in READY.items():
        if head.find(name, 0, 200) >= 0:
            return answer
    return READY[b"Preorder"]


class Behaviour:
    """How long each call takes: not at all, for ever, or lognormal with stragglers."""

    def __init__(self) -> None:
        self.calls = 0
        self.set(FAST)

    def set(self, mode: dict[str, Any]) -> None:
        self.mode, self.calls = mode, 0
        self._random = random.Random(mode.get("seed", 1))  # noqa: S311 - repeatable, not secret

    def delay(self) -> float | None:
        """Seconds, None for ever."""
        self.calls += 1
        if self.mode["kind"] == "hang":
            return None
        if self.mode["kind"] == "fast":
            return 0
        if self._random.random() < self.mode.get("straggling", 0):
            return float(self.mode["straggler"])
        return self._random.lognormvariate(math.log(self.mode["median"]), self.mode.get("sigma", 0))


class Stub(asyncio.Protocol):
    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # what a TCP server gets

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if b" /_stub/" in head[:20]:
            self._transport.write(self._control(head, body))
            return
        answer, delay = answer_for(head), self._behaviour.delay()
        if delay == 0:
            self._transport.write(answer)
        elif delay is not None:
            asyncio.get_running_loop().call_later(delay, self._late, answer)

    def _late(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)

    def _control(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"POST"):
            self._behaviour.set(json.loads(body))
        return http(json.dumps({"calls": self._behaviour.calls}).encode())


async def serve(port: int) -> None:
    behaviour = Behaviour()
    make: Callable[[], Stub] = lambda: Stub(behaviour)  # noqa: E731 - one word for the factory
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
