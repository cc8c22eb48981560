"""Listening sockets that systemd opened for us (sd_listen_fds(3)): they stay open while the gateway restarts."""

import os
import socket
from collections.abc import MutableMapping

FIRST = 3
"""The number of the first descriptor handed over (SD_LISTEN_FDS_START)."""


def handed_over(environment: MutableMapping[str, str] | None = None) -> dict[str, socket.socket]:
    """The sockets by their name (FileDescriptorName= of the socket unit). Taken once: children get none of it."""
    given = os.environ if environment is None else environment
    pid, count, names = (given.pop(key, "") for key in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"))
    if pid != str(os.getpid()) or not count.isdigit():
        return {}
    taken = {}
    for place, name in zip(range(int(count)), [*names.split(":"), *[""] * int(count)], strict=False):
        os.set_inheritable(FIRST + place, False)
        taken[name or str(place)] = socket.socket(fileno=FIRST + place)
    return taken


def port_of(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])
