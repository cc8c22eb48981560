"""Every call of one sale's life is lost, or its answer, or comes when nobody waits for it any more; one at a time."""

from datetime import timedelta

import pytest
from durability.history import check
from durability.lives import LIVES, Life
from durability.stage import Stage
from durability.till import Till
from durability.worlds import KINDS, ServerKind

from adapters.loyalty.memory import Fault
from gateway.domain.call import Answer, Call
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import Receipt

FAULTS = [(Fault.LOST_REQUEST, 1), (Fault.LOST_ANSWER, 1), (Fault.UNAVAILABLE, 1), (Fault.LATE, 8), (Fault.LATE, 55)]
MANY = 30
TIMES = (1, 3)


class Trouble:
    """From the `at`-th change on, `times` of them meet the fault."""

    def __init__(self, stage: Stage, fault: Fault, late: int, at: int, times: int) -> None:
        stage.program.late_after = timedelta(seconds=late)
        self._honest = stage.program.send
        self._program = stage.program
        self._fault = fault
        self._times = times
        self._left = at
        self.met = 0
        stage.program.send = self.send  # type: ignore[method-assign]

    async def send(self, call: Call, *, deadline: Deadline) -> Answer:
        self._left -= 1
        if self._left < 0 and self.met < self._times:
            self.met += 1
            self._program.fail(call.operation, self._fault, times=1)
        return await self._honest(call, deadline=deadline)


async def at_every_call(kind: ServerKind, life: Life, receipt: Receipt, fault: tuple[Fault, int], times: int) -> None:
    for at in range(MANY):
        stage = Stage(profile=kind.profile, variants=kind.variants)
        trouble = Trouble(stage, *fault, at, times)
        till = Till(stage, receipt)
        await life(stage, till)
        await stage.live_through(hours=1)
        await check(stage, [till])
        if not trouble.met:
            return
    pytest.fail("the life never ended")


@pytest.mark.parametrize("name", ["documented", "cancelled stays closed", "two phases", "everything at once"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize(("life", "receipt"), LIVES.values(), ids=LIVES)
async def test_trouble_with_any_call_changes_nothing_in_the_end(
    name: str, fault: tuple[Fault, int], life: Life, receipt: Receipt
) -> None:
    for times in TIMES:
        await at_every_call(KINDS[name], life, receipt, fault, times)
