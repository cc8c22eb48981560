"""An event loop whose time passes only when nothing else is left to do: a test of seconds takes milliseconds."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from builders import AT

START = 1000.0


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]  # which one it is depends on the system
    def __init__(self, loop: "VirtualLoop") -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise AssertionError("everybody waits and nothing will ever happen")
        self._loop.moment += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.moment = START
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.moment


class LoopClock:
    """The `Clock` of the running loop."""

    def now(self) -> datetime:
        return AT + timedelta(seconds=self.monotonic() - START)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def synchronised(self) -> bool:
        return True

    def lost(self) -> bool:
        return False

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def virtual(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test in virtual time; nothing it has started may be left over."""

    async def watched(*args: Any, **kwargs: Any) -> None:
        broken: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: broken.append(context["message"]))
        await test(*args, **kwargs)
        await asyncio.sleep(0)
        assert not asyncio.all_tasks() - {asyncio.current_task()}
        assert not broken

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(watched(*args, **kwargs))

    return run
