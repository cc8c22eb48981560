"""One connection: a question goes out, its reply comes back, then the next."""

import asyncio
from collections.abc import Callable
from typing import cast

from adapters.loyalty.transport.reply import Broken, Reply, ReplyReader


class Connection(asyncio.Protocol):
    """`on_lost` hears once that it is of no use any more. `since` is when it last became idle (monotonic seconds)."""

    def __init__(self, on_lost: Callable[["Connection"], None]) -> None:
        self.loop = asyncio.get_running_loop()  # asked for once: each time is a call of the kernel
        self._on_lost = on_lost
        self._reader = ReplyReader()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._is_held_back = False
        self._used = 0
        self.since = 0.0

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def was_sent(self) -> bool:
        """Whether the whole question left this process: without its end no server can have acted on it.

        Over TLS also true of what is encrypted and waits below: an error on the safe side.
        """
        return not self._is_held_back

    @property
    def went_stale(self) -> bool:
        """Whether it answered before, and to this question with nothing at all: closed while it was idle."""
        return self._used > 1 and self._reader.is_silent

    def ask(self, question: bytes) -> "asyncio.Future[Reply]":
        """The reply to come, or `Broken`. Only when the reply before has come."""
        self._used += 1
        self._reader.start()
        self._waiting = self.loop.create_future()
        if self._transport is None:
            self._waiting.set_exception(Broken("closed"))
        else:
            self._transport.write(question)
        return self._waiting

    def give_up(self, why: str) -> None:
        """Nobody waits any longer: what still comes belongs to nobody, so the connection goes."""
        self._break(Broken(why))
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        # So that we hear when a question does not leave at once. Not 0: TLS would then call even nothing too much.
        self._transport.set_write_buffer_limits(high=1, low=0)

    def pause_writing(self) -> None:
        self._is_held_back = True

    def resume_writing(self) -> None:
        self._is_held_back = False

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:
            self.give_up("an answer to no question")
            return
        try:
            reply = self._reader.feed(data)
        except Broken as error:
            self.give_up(str(error))
            return
        if reply is not None:
            self._finish(reply, keep=self._reader.keeps_alive)

    def connection_lost(self, error: Exception | None) -> None:
        reply = self._reader.end() if error is None and self._waiting is not None else None
        self._transport = None
        if reply is not None:
            self._finish(reply, keep=False)
        self._break(Broken("the connection was closed"))
        self._on_lost(self)

    def _finish(self, reply: Reply, *, keep: bool) -> None:
        waiting, self._waiting = self._waiting, None
        if self._is_held_back:  # the server wants no more of it
            self.give_up("answered early")
        elif not keep:
            self.close()
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def _break(self, error: Broken) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
