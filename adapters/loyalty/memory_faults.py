"""What goes wrong between the gateway and the loyalty server in memory, as a test switches it on."""

from enum import StrEnum

from msgspec import Struct

from gateway.domain.call import Operation


class Question(StrEnum):
    """Calls that change nothing."""

    IDENTIFY = "identify"
    QUOTE = "quote"
    SEGMENTS = "segments"
    ORDER = "order"


class Fault(StrEnum):
    """What a loyalty server, or the way to it, does on a bad day."""

    REFUSED = "refused"  # of questions: it says no, in words for the cashier
    UNAVAILABLE = "unavailable"  # the connection is refused
    HANGING = "hanging"  # the request arrives nowhere; silence until the deadline
    LOST_REQUEST = "lost_request"  # the request arrives nowhere, the connection breaks
    LOST_ANSWER = "lost_answer"  # carried out, the connection breaks
    LATE = "late"  # the connection breaks, the request arrives `late_after` later


class _Trouble(Struct):
    fault: Fault
    times: int | None


Calls = Operation | Question


class Troubles:
    """Which calls meet which fault, and how often yet."""

    def __init__(self) -> None:
        self._troubles: dict[Calls, _Trouble] = {}

    def fail(self, calls: Calls, fault: Fault, times: int | None = None) -> None:
        self._troubles[calls] = _Trouble(fault, times)

    def mend(self) -> None:
        self._troubles.clear()

    def strike(self, calls: Calls) -> Fault | None:
        """What happens to this call; counts it."""
        trouble = self._troubles.get(calls)
        if trouble is None or trouble.times == 0:
            return None
        if trouble.times is not None:
            trouble.times -= 1
        return trouble.fault
