"""What systemd is told, in the datagrams it would receive."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.supervision.notify import Notify
from gateway.supervision.sockets import handed_over


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(1)
        yield listening


def test_ready_comes_with_the_status_in_one_datagram(systemd: socket.socket) -> None:
    Notify({"NOTIFY_SOCKET": systemd.getsockname()}).ready("работает")
    assert systemd.recv(4096) == "READY=1\nSTATUS=работает".encode()


def test_a_sign_of_life_is_one_line(systemd: socket.socket) -> None:
    Notify({"NOTIFY_SOCKET": systemd.getsockname()}).alive()
    assert systemd.recv(4096) == b"WATCHDOG=1"


def test_a_long_start_asks_for_microseconds(systemd: socket.socket) -> None:
    Notify({"NOTIFY_SOCKET": systemd.getsockname()}).still_starting(60)
    assert systemd.recv(4096) == b"EXTEND_TIMEOUT_USEC=60000000"


def test_an_abstract_address_begins_with_a_zero_byte() -> None:
    name = f"pos-gateway-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name)
        Notify({"NOTIFY_SOCKET": "@" + name}).alive()
        assert listening.recv(100) == b"WATCHDOG=1"


def test_nobody_listening_is_no_error(tmp_path: Path) -> None:
    Notify({}).alive()
    Notify({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 0),
        ({"WATCHDOG_USEC": "10000000"}, 10),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())}, 10),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, 0),
    ],
)
def test_only_the_process_that_is_watched_gives_signs_of_life(given: dict[str, str], seconds: float) -> None:
    assert Notify(given).watchdog_seconds == seconds


def test_sockets_of_another_process_are_not_taken_and_the_names_are_removed() -> None:
    environment = {"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "registers", "HOME": "/"}
    assert handed_over(environment) == {}
    assert environment == {"HOME": "/"}
