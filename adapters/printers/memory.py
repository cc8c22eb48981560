"""A printer that keeps its jobs: for tests, demonstrations and a store without a printer."""

from msgspec.structs import replace

from adapters.printers.escpos.compose import Composer
from gateway.domain.print_outcome import PrintOutcome, PrintState
from gateway.domain.slip import Slip


class MemoryPrinter:
    """Keeps `slips` and the bytes of each in `jobs`.

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

    async def print(self, slip: Slip, *, timeout: float) -> PrintOutcome:  # noqa: ARG002, ASYNC109  the port's words
        composed = self._composer.compose(slip)
        outcome = self.fail_with or PrintOutcome(state=PrintState.DONE)
        if not outcome.may_repeat:
            self.slips.append(slip)
            self.jobs.append(composed.data)
        return replace(outcome, lost=composed.lost)
