"""`pos-gateway`, and `python -m gateway`: a daemon's start does not load what only people type or look at."""

import gc
import sys

from gateway import plain_start
from gateway.errors import GatewayError


def main() -> None:
    """What an administrator can mend is said in one line, without a traceback."""
    gc.disable()  # modules leave next to no garbage: it has nothing to do until they are there
    chosen = plain_start.options(sys.argv[1:])
    try:
        if chosen is None:
            _typed()
        else:
            plain_start.run(chosen)
    except GatewayError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except KeyboardInterrupt:  # before the daemon heeds signals
        sys.exit(130)


def _typed() -> None:
    with plain_start.without_drawing():
        import structlog  # noqa: F401 - typer may draw with rich; our log never does
    from gateway.cli import app

    gc.enable()
    app(prog_name="pos-gateway")


if __name__ == "__main__":
    main()
