"""`pos-gateway`, and `python -m gateway`: a daemon's start does not load what only people type or look at."""

import sys
from collections.abc import Callable


def main() -> None:
    if sys.argv[1:2] != ["run"] or "--help" in sys.argv:
        from gateway.cli import main as chosen
    else:
        chosen = _daemon()
    chosen()


def _daemon() -> Callable[[], None]:
    """Without rich, which structlog loads at its import to draw tracebacks: a tenth of a start."""
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # the import system's own mark for "not there"
    from gateway.commands.run import main as chosen

    del sys.modules["rich"]
    return chosen


if __name__ == "__main__":
    main()
