"""One suite over every way to a printer. A pseudo-terminal stands for the serial line and for /dev/usb/lp0."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.printers import PrinterSettings, open_printer
from adapters.printers.escpos.compose import Composer
from adapters.printers.memory import MemoryPrinter
from adapters.printers.simulator import Condition, SimulatedPrinter, on_pty, on_tcp
from gateway.domain.print_outcome import PrintOutcome, PrintState, Trouble, blocked, unknown
from gateway.domain.slip import Cut, QrCode, Slip, Text
from gateway.errors import ConfigError, StoreUnavailable
from gateway.ports import Printer

SLIP: Slip = (Text(text="Привет, Алёна"), Cut())
LONG: Slip = tuple(QrCode(data="x" * 290) for _ in range(4))  # more than the kernel's buffers, less than asyncio's
DONE = PrintOutcome(state=PrintState.DONE)
SENT = PrintOutcome(state=PrintState.SENT)

Start = Callable[[SimulatedPrinter], Awaitable[PrinterSettings]]


@pytest.fixture(params=["network", "serial", "device_file"])
async def start(request: pytest.FixtureRequest) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def started(simulated: SimulatedPrinter) -> PrinterSettings:
            base = PrinterSettings(kind="memory", columns=32, timeout_seconds=0.4)
            if request.param == "network":
                return replace(base, kind="network", address=await stack.enter_async_context(on_tcp(simulated)))
            path = await stack.enter_async_context(on_pty(simulated))
            return replace(base, kind=request.param, path=path)

        yield started


def composed(slip: Slip) -> bytes:
    return Composer(columns=32).compose(slip).data


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def at_once() -> None:
    """Nothing has to be done before the first byte."""


async def print_on(printer: Printer, slip: Slip = SLIP, within: float = 10) -> PrintOutcome:
    job = await printer.compose(slip)
    return await printer.print(job.data, timeout=within, begin=at_once)


async def printed(settings: PrinterSettings, slip: Slip = SLIP, within: float = 10) -> PrintOutcome:
    return await print_on(open_printer(settings), slip, within)


async def test_a_ready_printer_prints_just_the_job_and_confirms(start: Start) -> None:
    simulated = SimulatedPrinter()
    assert await printed(await start(simulated)) == DONE
    assert simulated.paper == composed(SLIP)


async def test_lost_characters_are_counted(start: Start) -> None:
    printer = open_printer(await start(SimulatedPrinter()))
    assert (await printer.compose((Text(text="漢"),))).lost == 1


async def test_the_first_byte_waits_for_whoever_keeps_account(start: Start) -> None:
    simulated = SimulatedPrinter()
    printer = open_printer(await start(simulated))
    job = (await printer.compose(SLIP)).data

    async def refuse() -> None:
        raise StoreUnavailable("full")

    with pytest.raises(StoreUnavailable):
        await printer.print(job, timeout=10, begin=refuse)
    assert simulated.paper == b""
    simulated.condition = Condition.PAPER_OUT
    assert await printer.print(job, timeout=10, begin=refuse) == blocked(Trouble.PAPER_OUT)
    simulated.condition = Condition.READY
    assert await printer.print(job, timeout=10, begin=at_once) == DONE
    assert simulated.paper == job


@pytest.mark.parametrize(
    ("condition", "seen"),
    [(Condition.READY, Trouble.NONE), (Condition.COVER_OPEN, Trouble.COVER_OPEN), (None, Trouble.SILENT)],
)
async def test_a_look_tells_how_it_is_and_prints_nothing(
    start: Start, condition: Condition | None, seen: Trouble
) -> None:
    simulated = SimulatedPrinter()
    simulated.answers, simulated.condition = condition is not None, condition or Condition.READY
    assert await open_printer(await start(simulated)).look(timeout=10) is seen
    assert simulated.paper == b""


async def test_a_long_job_arrives_whole(start: Start) -> None:
    simulated = SimulatedPrinter()
    assert await printed(await start(simulated), LONG) == DONE
    assert simulated.paper == composed(LONG)


async def test_without_confirmation_the_claim_is_sent(start: Start) -> None:
    simulated = SimulatedPrinter()
    settings = await start(simulated)
    assert await printed(replace(settings, confirm="none")) == SENT
    await asyncio.sleep(0.1)
    assert simulated.paper == composed(SLIP)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (Condition.PAPER_OUT, Trouble.PAPER_OUT),
        (Condition.COVER_OPEN, Trouble.COVER_OPEN),
        (Condition.OFFLINE, Trouble.OFFLINE),
    ],
)
@pytest.mark.parametrize("confirm", ["gs_r", "none"])
async def test_a_printer_that_cannot_print_gets_nothing_until_it_can(
    start: Start, condition: Condition, reason: Trouble, confirm: str
) -> None:
    simulated = SimulatedPrinter()
    simulated.condition = condition
    settings = replace(await start(simulated), confirm=confirm)
    assert await printed(settings) == blocked(reason)
    simulated.condition = Condition.READY
    assert simulated.paper == b""
    assert (await printed(settings)).state in {PrintState.DONE, PrintState.SENT}
    await asyncio.sleep(0.1)
    assert simulated.paper == composed(SLIP)


async def test_near_the_end_of_the_paper_it_still_prints(start: Start) -> None:
    simulated = SimulatedPrinter()
    simulated.condition = Condition.NEAR_END
    assert await printed(await start(simulated)) == DONE


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe\x93", b"Hello"])
async def test_silence_and_garbage_are_no_good_news(start: Start, garbage: bytes) -> None:
    simulated = SimulatedPrinter()
    simulated.answers, simulated.garbage = bool(garbage), garbage
    settings = await start(simulated)
    assert await printed(settings) == blocked(Trouble.SILENT)
    assert simulated.paper == b""


async def test_a_silent_printer_that_is_known_for_it_gets_the_job(start: Start) -> None:
    simulated = SimulatedPrinter()
    simulated.answers = False
    settings = await start(simulated)
    assert await printed(replace(settings, confirm="none")) == SENT
    await asyncio.sleep(0.1)
    assert simulated.paper == composed(SLIP)


@pytest.mark.parametrize("unasked", [b"\x13", b"\x11", b"\x10\x00\x00\x00"])
async def test_flow_control_and_unasked_status_confuse_nobody(start: Start, unasked: bytes) -> None:
    simulated = SimulatedPrinter()
    simulated.unasked = unasked
    settings = await start(simulated)
    assert await printed(settings) == DONE
    simulated.condition = Condition.PAPER_OUT
    assert await printed(settings) == blocked(Trouble.PAPER_OUT)


async def test_unasked_status_is_no_confirmation(start: Start) -> None:
    simulated = SimulatedPrinter()
    settings = await start(simulated)
    simulated.confirms, simulated.unasked = False, b"\x13\x10\x00\x00\x00"
    assert await printed(settings) == unknown(Trouble.TIMEOUT)
    assert simulated.paper == composed(SLIP)


async def test_paper_that_ends_in_the_middle_leaves_the_job_unknown_for_it_prints_later(start: Start) -> None:
    simulated = SimulatedPrinter()
    simulated.paper_ends_after = 20
    settings = await start(simulated)
    assert await printed(settings) == unknown(Trouble.TIMEOUT)
    assert await printed(settings) == blocked(Trouble.PAPER_OUT)
    simulated.new_roll()
    assert simulated.paper == composed(SLIP)


async def test_a_printer_that_stops_taking_bytes_leaves_the_job_unknown(start: Start) -> None:
    simulated = SimulatedPrinter()
    simulated.stops_after = 3000
    async with asyncio.timeout(5):  # the stall is noticed, long before the job's own time is over
        assert await printed(await start(simulated), LONG, within=60) == unknown(Trouble.TIMEOUT)
    assert 0 < len(simulated.paper) < len(composed(LONG))


async def test_a_connection_that_breaks_in_the_middle_leaves_the_job_unknown(start: Start) -> None:
    simulated = SimulatedPrinter()
    simulated.resets_after = 3000
    assert (await printed(await start(simulated), LONG)).state is PrintState.UNKNOWN


async def test_a_connection_that_breaks_at_the_first_question_leaves_it_free_to_repeat(start: Start) -> None:
    simulated = SimulatedPrinter()
    simulated.resets_after = 1
    outcome = await printed(await start(simulated))
    assert outcome.may_repeat


async def test_a_slow_printer_is_waited_for_as_long_as_it_moves(start: Start) -> None:
    simulated = SimulatedPrinter()
    simulated.bytes_per_second = 8000
    settings = replace(await start(simulated), timeout_seconds=3)
    assert await printed(settings, LONG[:1]) == DONE
    assert simulated.paper == composed(LONG[:1])


async def test_what_a_printer_has_lost_with_its_power_is_unknown_and_the_next_job_comes_out_whole(
    start: Start,
) -> None:
    simulated = SimulatedPrinter()
    simulated.paper_ends_after = 20
    settings = await start(simulated)
    assert await printed(settings) == unknown(Trouble.TIMEOUT)
    simulated.power_cut()
    simulated.new_roll()
    assert simulated.paper == b""
    assert await printed(settings) == DONE
    assert simulated.paper == composed(SLIP)


async def test_a_printer_that_serves_somebody_else_is_tried_again_when_it_is_free() -> None:
    simulated = SimulatedPrinter()
    async with on_tcp(simulated) as address:
        settings = PrinterSettings(kind="network", columns=32, timeout_seconds=0.4, address=address)
        _reader, other = await asyncio.open_connection(*settings.host_and_port)
        assert await printed(settings) == blocked(Trouble.SILENT)
        other.close()
        await other.wait_closed()
        simulated.taken = 0
        assert await printed(settings) == DONE


async def test_two_slips_at_once_come_out_one_after_the_other(start: Start) -> None:
    simulated = SimulatedPrinter()
    printer = open_printer(await start(simulated))
    other: Slip = (Text(text="Второй"), Cut())
    outcomes = await asyncio.gather(*(print_on(printer, slip) for slip in (SLIP, other)))
    assert outcomes == [DONE, DONE]
    assert simulated.paper == composed(SLIP) + composed(other)


async def test_waiting_for_an_earlier_job_counts_and_blocks(start: Start) -> None:
    simulated = SimulatedPrinter()
    simulated.confirms = False
    printer = open_printer(replace(await start(simulated), timeout_seconds=2))
    first = asyncio.create_task(print_on(printer, within=0.6))
    await asyncio.sleep(0.05)
    assert await print_on(printer, within=0.2) == blocked(Trouble.BUSY)
    assert await first == unknown(Trouble.TIMEOUT)


async def test_the_same_slip_gives_the_same_bytes_again(start: Start) -> None:
    simulated = SimulatedPrinter()
    settings = await start(simulated)
    await printed(settings)
    await printed(settings)
    assert simulated.paper == composed(SLIP) * 2


async def test_nobody_there_is_blocked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    places = [
        PrinterSettings(kind="network", address=f"127.0.0.1:{port}"),
        PrinterSettings(kind="serial", path=str(tmp_path / "ttyUSB0")),
        PrinterSettings(kind="device_file", path=str(tmp_path / "lp0")),
    ]
    assert [await printed(place) for place in places] == [blocked(Trouble.OFFLINE)] * 3
    assert files_in(tmp_path) == [], "an unplugged printer's node was made a file"


async def test_a_plain_file_is_taken_only_when_allowed(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    path.touch()
    settings = PrinterSettings(kind="device_file", path=str(path), columns=32, confirm="none")
    assert await printed(settings) == blocked(Trouble.OFFLINE)
    assert path.read_bytes() == b""
    assert await printed(replace(settings, allow_plain_file=True)) == SENT
    assert path.read_bytes().endswith(composed(SLIP))


async def test_the_printer_in_memory_keeps_jobs_and_fails_when_told() -> None:
    printer = MemoryPrinter(Composer(columns=32))
    assert await print_on(printer) == DONE
    printer.fail_with = blocked(Trouble.PAPER_OUT)
    assert await print_on(printer) == blocked(Trouble.PAPER_OUT)
    assert await printer.look(timeout=1) is Trouble.PAPER_OUT
    printer.fail_with = unknown(Trouble.TIMEOUT)
    assert await print_on(printer) == unknown(Trouble.TIMEOUT)
    assert printer.jobs == [composed(SLIP)] * 2
    assert printer.slips == [SLIP] * 3


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"columns": 40}, "columns: указано 40"),
        ({"kind": "network"}, "address: указано ''"),
        ({"kind": "network", "address": "printer:http"}, "address: указано 'printer:http'"),
        ({"kind": "network", "address": "printer:91000"}, "address: указано 'printer:91000'"),
        ({"kind": "serial"}, "path: не указан"),
        ({"baud": 9601}, "baud: указано 9601"),
        ({"code_page_number": 256}, "code_page_number: указано 256"),
        ({"timeout_seconds": 0.0}, "timeout_seconds: указано 0.0"),
    ],
)
def test_settings_that_cannot_work_are_refused(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        PrinterSettings(**{"kind": "memory", **change})


def test_settings_fill_in_ports_and_page_numbers() -> None:
    assert PrinterSettings(kind="network", address="printer").host_and_port == ("printer", 9100)
    assert PrinterSettings(kind="network", address="[::1]:9101").host_and_port == ("::1", 9101)
    assert PrinterSettings(kind="memory").page_number == 17
    assert PrinterSettings(kind="memory", code_page="cp1251").page_number == 46
    assert PrinterSettings(kind="memory", code_page_number=59).page_number == 59
