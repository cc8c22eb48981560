"""Telling systemd how we are: one datagram of KEY=value lines (sd_notify(3)).

How this works. systemd names a datagram socket in NOTIFY_SOCKET; a leading `@` stands for the zero byte of an
abstract address. Started by hand there is no such name, and nothing is told. Nothing here waits or fails: a service
that is well must not die because nobody listened.
"""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress


class Notify:
    """`environment` is the process's own; the name of the socket is kept from children."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        given = os.environ if environment is None else environment
        name = given.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self.watchdog_seconds = _watchdog_seconds(given)

    def ready(self, status: str) -> None:
        self._tell(READY="1", STATUS=status)

    def alive(self) -> None:
        self._tell(WATCHDOG="1")

    def status(self, text: str) -> None:
        """One line of `systemctl status`."""
        self._tell(STATUS=text)

    def reloading(self) -> None:
        self._tell(RELOADING="1", MONOTONIC_USEC=str(time.monotonic_ns() // 1000))

    def stopping(self) -> None:
        self._tell(STOPPING="1", STATUS="останавливается: доводит начатое до конца")

    def still_starting(self, seconds: float) -> None:
        """The start is not over, and may take so much longer: a migration of a large store."""
        self._tell(EXTEND_TIMEOUT_USEC=str(int(seconds * 1_000_000)))

    def _tell(self, **lines: str) -> None:
        if not self._address:
            return
        message = "\n".join(f"{key}={value}" for key, value in lines.items())
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)
            channel.sendto(message.encode(), self._address)


def _watchdog_seconds(given: Mapping[str, str]) -> float:
    """How long systemd waits for a sign of life; 0 when it does not, or when it watches another process."""
    watched = given.get("WATCHDOG_PID", "")
    if watched and watched != str(os.getpid()):
        return 0.0
    microseconds = given.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1_000_000 if microseconds.isdigit() else 0.0
