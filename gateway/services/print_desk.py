"""What a person may do about printers: look, try one, print a job again that is not surely on paper."""

from msgspec.structs import replace

from gateway.domain.print_job import JobState, PrintJob, moved
from gateway.domain.print_outcome import PrintOutcome
from gateway.domain.printer_state import PrinterState
from gateway.domain.receipt import RegisterRef
from gateway.domain.slip import Align, Size, Slip, Text
from gateway.errors import GatewayError
from gateway.ports import Clock, Printer
from gateway.services.print_book import PrintBook
from gateway.services.printing import Printers, Printing
from gateway.services.slips import Slips

TEST_SECONDS = 20.0
REPEATED: Slip = (Text(text="ПОВТОР", align=Align.CENTER, size=Size.LARGE, bold=True),)
"""Stands above a slip that may be on paper already: whoever takes the coupon sees that there may be another."""


class NotPrintable(GatewayError):
    """It cannot be printed."""


class PrintDesk:
    def __init__(self, printers: Printers, printing: Printing, book: PrintBook, slips: Slips, clock: Clock) -> None:
        self._printers = printers
        self._printing = printing
        self._book = book
        self._slips = slips
        self._clock = clock

    def printers(self) -> tuple[PrinterState, ...]:
        return self._printing.printers()

    def jobs(self) -> tuple[PrintJob, ...]:
        """What is not surely on paper, oldest first."""
        return tuple(self._book)

    async def test(self, name: str) -> PrintOutcome:
        """Print a test page now and wait for it. Raises `NotPrintable` when there is no such printer."""
        printer = self._printer(name)
        at = next(
            (ref for ref, its in self._printers.of_register.items() if its == name),
            RegisterRef(outlet="", register=name),
        )
        slip = self._slips.test_page(at)
        if not slip:
            raise NotPrintable("шаблон test.txt пуст: печатать нечего")

        async def at_once() -> None:
            """A test page is not kept: nobody misses it."""

        composed = await printer.compose(slip)
        outcome = await printer.print(composed.data, timeout=TEST_SECONDS, begin=at_once)
        self._printing.tried(name, "test", outcome)
        return outcome

    async def reprint(self, job_id: str) -> PrintJob:
        """Print an unknown or unprinted job once more. Raises `NotPrintable`, `StoreError`."""
        job = self._book.find(job_id)
        if job is None:
            raise NotPrintable(f"нет задания {job_id}: всё, что напечатано, забыто")
        if job.state not in (JobState.UNKNOWN, JobState.UNPRINTED):
            raise NotPrintable(f"задание {job_id} печатается само, повторять нечего")
        name = job.printer or self._printers.of_register.get(job.register, "")
        printer = self._printer(name)
        again = moved(
            job,
            JobState.WAITING,
            printer=name,
            data=await self._bytes(job, printer),
            expires_at=self._clock.now() + self._printing.terms.life,
            reason="",
        )
        await self._printing.enqueue(again)
        return replace(again, data=b"")

    async def _bytes(self, job: PrintJob, printer: Printer) -> bytes:
        """The same bytes as before; of a job that has lost them, its codes."""
        above = (await printer.compose(REPEATED)).data if job.state is JobState.UNKNOWN else b""
        if job.data:
            return job.data if job.data.startswith(above) else above + job.data
        slip = self._slips.codes(job.register, job.codes)
        if not slip:
            raise NotPrintable(
                f"задания {job.id} больше нет: хранились только коды {', '.join(job.codes) or 'никакие'}"
            )
        return above + (await printer.compose(slip)).data

    def _printer(self, name: str) -> Printer:
        if name not in self._printers.named:
            known = ", ".join(self._printers.named) or "ни одного, опишите его в [[printers]]"
            raise NotPrintable(f"нет принтера {name!r}; есть: {known}")
        return self._printers.named[name]
