"""LISTEN: what other gateways of this database have stored is heard at once, not at the next look."""

from asyncio import CancelledError, Event, create_task, sleep, wait_for
from collections.abc import Awaitable, Callable
from contextlib import suppress

from msgspec import MsgspecError
from msgspec.json import Decoder

from adapters.stores.listeners import Listeners
from adapters.stores.postgres.faults import AWAY
from adapters.stores.postgres.opening import Connection
from adapters.stores.postgres.queries import QUERIES
from gateway.domain.receipt import RegisterRef
from gateway.domain.work import Lane

CHANNEL = "pos_gateway"
ALIVE_SECONDS = 10.0
"""Between questions whether a silent server is still there."""

RECONNECT_SECONDS = 0.5

NEWS = Decoder(Lane | RegisterRef)


class Listening:
    """Owns a connection that only listens; opens another when it is lost."""

    def __init__(
        self, connect: Callable[[], Awaitable[Connection]], listeners: Listeners, is_own: Callable[[int], bool]
    ) -> None:
        self._connect = connect
        self._listeners = listeners
        self._is_own = is_own
        self._task = create_task(self._run(), name="postgres-listener")

    async def close(self) -> None:
        self._task.cancel()
        with suppress(CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            with suppress(*AWAY):
                await self._hear(await self._connect())
            await sleep(RECONNECT_SECONDS)

    async def _hear(self, connection: Connection) -> None:
        """Until the connection is lost."""
        lost = Event()
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(CHANNEL, self._heard)
            self._listeners.tell(None)  # what came while nobody listened
            while not lost.is_set():
                with suppress(TimeoutError):
                    await wait_for(lost.wait(), ALIVE_SECONDS)
                await connection.execute(QUERIES["alive"])
        finally:
            connection.terminate()

    def _heard(self, _connection: Connection, pid: int, _channel: str, payload: str) -> None:
        """What this gateway stored itself, it has told its listeners already."""
        if self._is_own(pid):
            return
        try:
            self._listeners.tell(NEWS.decode(payload))
        except MsgspecError:  # a newer gateway has something to say that this one does not know
            self._listeners.tell(None)
