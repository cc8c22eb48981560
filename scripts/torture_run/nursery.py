"""A process that has imported the gateway and forks it on demand: a start costs what the gateway does, not Python.

`python -m torture_run.nursery` reads from its input one JSON list a line, a log file and the gateway's arguments,
and answers with the process id. What runs then is the shipped program, in a session of its own; whoever asked may
kill it as any other process.
"""

import gc
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

import gateway.__main__
import gateway.daemon  # not needed before a child runs: loaded once for all of them


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead leave no zombie: nobody here asks how they ended
    gc.freeze()
    for row in sys.stdin:
        log, *arguments = msgspec.json.decode(row, type=list[str])
        pid = os.fork()
        if pid == 0:
            _become_gateway(Path(log), arguments)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _become_gateway(log: Path, arguments: list[str]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for standard, opened in ((0, nothing), (1, written), (2, written)):
        os.dup2(opened, standard)
    gc.unfreeze()
    sys.argv = ["pos-gateway", *arguments]
    try:
        gateway.__main__.main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
