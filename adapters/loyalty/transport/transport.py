"""Calls over a pool of keep-alive connections; every call ends at its deadline, with a verdict.

A call that cannot have done anything raises `LoyaltyUnavailable`: no connection, no time, a question that changes
nothing, or one whose end never left this process. Anything else without a whole answer raises `OutcomeUnknown`.
"""

import asyncio
import time
from collections.abc import Mapping

from aiohappyeyeballs import start_connection

from adapters.loyalty.transport.addresses import Addresses
from adapters.loyalty.transport.connection import Connection
from adapters.loyalty.transport.reply import Broken, Reply
from adapters.loyalty.transport.target import target
from gateway.domain.deadline import Deadline
from gateway.errors import LoyaltyUnavailable, OutcomeUnknown

IDLE_SECONDS = 50.0
"""A connection idle for longer is not used again: load balancers cut theirs after 60 s, and cross our question."""

SECOND_ADDRESS_SECONDS = 0.25
"""RFC 8305, 5: when the next address of a name is tried beside a silent one."""


class Transport:
    """To one server. `most` connections at once; who finds all of them busy waits while his deadline allows."""

    def __init__(self, base_url: str, headers: Mapping[str, str], most: int) -> None:
        self._target = target(base_url, headers)
        self._addresses = Addresses(self._target.host, self._target.port)
        self._places = asyncio.Semaphore(most)
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._is_closed = False

    async def post(self, address: str, body: bytes, deadline: Deadline, *, repeatable: bool) -> Reply:
        """Send `body` to `address` (path and query, encoded) and wait for the reply, whatever its status.

        `repeatable`: a question that changes nothing: there is no outcome to wonder about, and a connection that the
        server closed while it was idle is no failure. Raises `LoyaltyUnavailable`, `OutcomeUnknown`.
        """
        question = self._target.question(address, body)
        if self._places.locked():
            await self._place(deadline)
        else:
            await self._places.acquire()  # at once
        try:
            return await self._call(question, deadline, repeatable=repeatable)
        finally:
            self._places.release()

    async def close(self) -> None:
        """Whoever still waits hears that his call was cut; nothing is sent any more."""
        self._is_closed = True
        for connection in list(self._open):
            connection.give_up("closed")
        await asyncio.sleep(0)  # the loop lets go of the sockets

    async def _place(self, deadline: Deadline) -> None:
        """First come, first served."""
        try:
            async with asyncio.timeout(deadline.left(time.monotonic())):
                await self._places.acquire()
        except TimeoutError as error:
            raise LoyaltyUnavailable("too many calls to the loyalty server") from error

    async def _call(self, question: bytes, deadline: Deadline, *, repeatable: bool) -> Reply:
        while True:
            connection = self._rested() or await self._connect(deadline)
            try:
                return await self._exchange(connection, question, deadline)
            except Broken as error:
                if repeatable and self._may_repeat(connection, deadline):
                    continue
                if not connection.was_sent:
                    raise LoyaltyUnavailable("the loyalty server takes no request") from error
                if repeatable:
                    raise LoyaltyUnavailable(f"no answer: {error}") from error
                raise OutcomeUnknown(f"no answer: {error}") from error

    def _may_repeat(self, connection: Connection, deadline: Deadline) -> bool:
        return connection.went_stale and not self._is_closed and deadline.left(time.monotonic()) > 0

    async def _exchange(self, connection: Connection, question: bytes, deadline: Deadline) -> Reply:
        if self._is_closed:
            connection.give_up("closed")
            raise LoyaltyUnavailable("closed")
        left = deadline.left(time.monotonic())
        if left <= 0:
            self._keep(connection)
            raise LoyaltyUnavailable("no time left to ask")
        timer = connection.loop.call_later(left, connection.give_up, "too late")
        try:
            reply = await connection.ask(question)
        except asyncio.CancelledError:
            connection.give_up("cancelled")
            raise
        finally:
            timer.cancel()
        self._keep(connection)
        return reply

    def _keep(self, connection: Connection) -> None:
        if connection.is_open:
            connection.since = time.monotonic()
            self._idle.append(connection)

    def _rested(self) -> Connection | None:
        """The connection used last, if it is still fresh; the others are older."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and time.monotonic() - connection.since < IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self, deadline: Deadline) -> Connection:
        if self._is_closed:
            raise LoyaltyUnavailable("closed")
        try:
            async with asyncio.timeout(deadline.left(time.monotonic())):
                connection = await self._new_connection()
        except (OSError, TimeoutError) as error:
            raise LoyaltyUnavailable(f"the loyalty server cannot be reached: {type(error).__name__}") from error
        self._open.add(connection)
        return connection

    async def _new_connection(self) -> Connection:
        loop, to = asyncio.get_running_loop(), self._target
        socket = await start_connection(
            await self._addresses.find(), happy_eyeballs_delay=SECOND_ADDRESS_SECONDS, interleave=1
        )
        try:
            name = to.host if to.tls else None
            _, connection = await loop.create_connection(
                lambda: Connection(self._lost), sock=socket, ssl=to.tls, server_hostname=name
            )
        except BaseException:
            socket.close()
            raise
        return connection

    def _lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
