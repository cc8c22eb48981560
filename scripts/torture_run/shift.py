"""What all tills of a run share: what they were told, and which closes are under way."""

import asyncio

from msgspec import Struct, field

from torture_run.histories import Tills


class Attempt(Struct, eq=False):
    """One close on its way to a gateway; `acknowledged` is None while there is no answer."""

    gateway: int
    acknowledged: bool | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Shift:
    """All tills of the run, what they were told, and the closes that are under way."""

    def __init__(self, urls: list[str], seed: int) -> None:
        self.urls = urls
        self.seed = seed
        self.told = Tills()
        self.under_way: set[Attempt] = set()
        self.acknowledged = 0
        self.over = False
