"""The account of print jobs: in memory for who prints, in the store for whoever comes after a crash."""

from collections.abc import Iterable, Iterator

import structlog
from msgspec.structs import replace

from gateway.domain.change import Change
from gateway.domain.print_job import PrintJob
from gateway.errors import StoreError
from gateway.services.records import Records

log = structlog.get_logger()

MOST = 1000
"""Jobs read at a start: more slips than any day leaves behind."""


class PrintBook:
    """The jobs of one gateway. A job that is done is forgotten, and with it the name and the code on it."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._jobs: dict[str, PrintJob] = {}
        self._over: set[str] = set()  # done, but not yet deleted from the store

    def __iter__(self) -> Iterator[PrintJob]:
        """Oldest first."""
        return iter(sorted(self._jobs.values(), key=lambda job: (job.made_at, job.id)))

    def find(self, job_id: str) -> PrintJob | None:
        return self._jobs.get(job_id)

    async def stored(self) -> Iterable[PrintJob]:
        """What lies in the store, of this gateway and of others that share it. Raises `StoreError`."""
        return await self._records.store.print_jobs(MOST)

    def know(self, job: PrintJob) -> None:
        """A job as it lies in the store, or one that is not stored yet (version 0)."""
        self._jobs[job.id] = job

    def leave(self, job_id: str) -> None:
        """It is another gateway's; its record stays as it is."""
        self._jobs.pop(job_id, None)

    async def keep(self, job: PrintJob) -> PrintJob:
        """On disk when it returns, one version later. Raises `StoreError`; then the account is as before."""
        await self._commit(Change(jobs=(job,)))
        kept = replace(job, version=job.version + 1)
        self._jobs[job.id] = kept
        return kept

    async def keep_or_know(self, job: PrintJob) -> PrintJob:
        """In the account at least in memory: what happened to a job is not undone by a store that is away."""
        try:
            return await self.keep(job)
        except StoreError as error:
            log.warning("print_job_not_stored", printer=job.printer, why=str(error))
            self.know(job)
            return job

    async def end(self, job_id: str) -> None:
        """Nobody needs it any more. What cannot be deleted now goes with the next change."""
        self._jobs.pop(job_id, None)
        self._over.add(job_id)
        try:
            await self._commit(Change())
        except StoreError as error:
            log.warning("print_job_not_deleted", why=str(error))

    async def _commit(self, change: Change) -> None:
        over = tuple(self._over)
        await self._records.commit(replace(change, jobs_over=over))
        self._over.difference_update(over)
