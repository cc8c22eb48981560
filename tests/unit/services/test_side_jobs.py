"""What breaks beside the sales is logged, rests, and goes on; the process lives."""

import asyncio

from shop_floor import Shop
from structlog.testing import capture_logs
from virtual_clock import FakeClock

from gateway.services.side_jobs import REST_SECONDS, kept_on


class Fragile:
    """Breaks at its first look, and works from the second on."""

    def __init__(self) -> None:
        self.began = 0

    async def watch(self) -> None:
        self.began += 1
        if self.began == 1:
            raise UnicodeError("a letter nobody expected")
        await asyncio.Event().wait()


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_side_job_that_breaks_begins_again_after_a_rest() -> None:
    clock, fragile = FakeClock(), Fragile()
    job = asyncio.create_task(kept_on(fragile.watch, clock))
    with capture_logs() as said:
        await turns()
    assert [(row["event"], row["job"]) for row in said] == [("side_job_broken", "Fragile.watch")]
    assert (fragile.began, job.done()) == (1, False)
    clock.move(REST_SECONDS)
    await turns()
    assert (fragile.began, job.done()) == (2, False)
    job.cancel()
    assert isinstance((await asyncio.gather(job, return_exceptions=True))[0], asyncio.CancelledError)


async def test_a_broken_watch_of_the_gateway_ends_none_of_its_jobs(shop: Shop) -> None:
    async def broken() -> None:
        raise UnicodeError

    shop.core.housekeeping.run = broken  # type: ignore[method-assign] - as a fault in it would
    jobs = [asyncio.create_task(job) for job in shop.core.jobs()]
    await turns()
    assert not any(job.done() for job in jobs)
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
