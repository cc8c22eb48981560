"""Jobs that no register waits for: what goes wrong in one of them stops neither the sales nor the other jobs."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from gateway.ports import Clock

log = structlog.get_logger()

REST_SECONDS = 30.0
"""Before a broken job begins again: what broke it may still be there."""

Job = Callable[[], Coroutine[Any, Any, None]]
"""Begins a job that runs until it is cancelled."""


async def kept_on(job: Job, clock: Clock) -> None:
    """Until cancelled: `job`, begun again each time an error nobody expected has ended it."""
    while True:
        try:
            await job()
        except Exception:  # the supervisor of side jobs: one that breaks must not take the sales with it
            log.exception("side_job_broken", job=_name(job))
        await clock.sleep(REST_SECONDS)


def _name(job: Job) -> str:
    return str(getattr(getattr(job, "func", job), "__qualname__", job))  # a `partial` has a function inside
