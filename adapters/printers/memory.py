"""A printer that keeps its jobs: for tests, demonstrations and a store without a printer."""

from adapters.printers.escpos.compose import Composer
from gateway.domain.print_outcome import Composed, PrintOutcome, PrintState, Trouble
from gateway.domain.slip import Slip
from gateway.ports import Begin, Printer


class MemoryPrinter:
    """Keeps the `slips` composed for it and, in `jobs`, the bytes of each print.

    `fail_with` is the outcome of the next prints until it is None again: a blocked job is not kept, an unknown
    one is, for it may be on paper.
    """

    def __init__(self, composer: Composer | None = None) -> None:
        self._composer = composer or Composer()
        self.slips: list[Slip] = []
        self.jobs: list[bytes] = []
        self.fail_with: PrintOutcome | None = None

    @property
    def columns(self) -> int:
        """Characters of the normal size on a line."""
        return self._composer.columns

    async def compose(self, slip: Slip) -> Composed:
        self.slips.append(slip)
        return self._composer.compose(slip)

    async def print(self, data: bytes, *, timeout: float, begin: Begin) -> PrintOutcome:  # noqa: ARG002, ASYNC109  the port's words
        outcome = self.fail_with or PrintOutcome(state=PrintState.DONE)
        if not outcome.may_repeat:
            await begin()
            self.jobs.append(data)
        return outcome

    async def look(self, *, timeout: float) -> Trouble:  # noqa: ARG002, ASYNC109  the port's words
        return self.fail_with.reason if self.fail_with and self.fail_with.may_repeat else Trouble.NONE


_: type[Printer] = MemoryPrinter
