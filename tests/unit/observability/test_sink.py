"""Log lines on their way out: in order, and never in the way of a register."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.observability import sink as sinks
from gateway.observability.sink import Sink

MANY = 5000
"""Lines of a hundred bytes: many times what a pipe holds."""


def line(number: int) -> bytes:
    return b"%099d\n" % number


def test_lines_come_out_whole_and_in_their_order(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb", buffering=0) as file:
        sink = Sink(file)
        for number in range(MANY):
            sink.write(line(number))
        sink.close()
    assert (tmp_path / "log").read_bytes() == b"".join(map(line, range(MANY)))


@pytest.mark.parametrize("waits", [True, False])
def test_a_pipe_that_nobody_reads_holds_nobody_up(waits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """As a journal that stands still: the thread waits, whoever logs does not. Of whichever kind the pipe is."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, waits)
    with os.fdopen(read_end, "rb") as reader, os.fdopen(write_end, "wb", buffering=0) as writer:
        sink = Sink(writer)
        for number in range(MANY):
            sink.write(line(number))
        assert reader.read(100 * MANY) == b"".join(map(line, range(MANY)))
        sink.close()


def test_what_is_too_much_is_counted_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "MOST", 10)
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as reader, os.fdopen(write_end, "wb", buffering=0) as writer:
        sink = Sink(writer)
        sink.write(bytes(1_000_000) + b"\n")  # more than the pipe takes
        reader.read(1)  # the thread is at it
        for number in range(30):
            sink.write(line(number))
        rest = reader.read(1_000_000)
        lines = [reader.readline() for _ in range(11)]
        sink.close()
    assert rest.endswith(b"\n")
    assert lines[:10] == [line(number) for number in range(10)]
    said = json.loads(lines[10])
    assert (said["event"], said["lines"], said["level"]) == ("log_lines_lost", 20, "warning")


class FullDisk:
    """Takes a line and a half, then nothing, until there is `room`."""

    def __init__(self) -> None:
        self.text = b""
        self.room = 150
        self.refused = 0

    def write(self, text: bytes | memoryview, /) -> int:
        if self.room == 0:
            self.refused += 1
            raise OSError(28, "No space left on device")
        taken = min(self.room, len(text))
        self.text += bytes(text[:taken])
        self.room -= taken
        return taken


def until_refused(disk: FullDisk, times: int) -> None:
    while disk.refused < times:
        time.sleep(0.001)


def test_a_log_that_cannot_be_written_goes_on_when_it_can_and_says_what_is_missing() -> None:
    disk = FullDisk()
    sink = Sink(disk)
    for number in range(4):
        sink.write(line(number))
    until_refused(disk, 1)
    sink.write(line(4))
    until_refused(disk, 2)
    disk.room = 1000
    sink.write(line(5))
    sink.close()
    assert disk.text.startswith(line(0) + line(1)[:50] + b"\n" + line(5))
    said = json.loads(disk.text.splitlines()[-1])
    assert (said["event"], said["lines"]) == ("log_lines_lost", 4)


PROGRAM = """
import structlog
from gateway.observability.logs import configure
configure("info", readable=False)
structlog.get_logger().info("the last word")
{end}
"""


@pytest.mark.parametrize("end", ["", "raise SystemExit(3)", "raise ValueError"])
def test_the_last_line_of_a_process_is_written(end: str) -> None:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM.format(end=end)], capture_output=True, timeout=30, check=False
    )
    assert b"the last word" in run.stderr


MUCH_TO_SAY = "structlog.get_logger().info('x' * 1_000_000); raise SystemExit(3)"


def test_a_process_ends_though_its_log_stands_still() -> None:
    """With the code it meant to, a moment later."""
    read_end, write_end = os.pipe()
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM.format(end=MUCH_TO_SAY)],
        stderr=write_end,
    ) as process:
        os.close(write_end)
        assert process.wait(30) == 3
    os.close(read_end)
