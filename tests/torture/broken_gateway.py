"""The gateway with one thing wrong, for seeing that the history checker finds it: `broken_gateway.py forget run ...`.

`forget` acknowledges every tenth close and drops it; `double` tells every tenth sale under a second order id too.
"""

import sys
from collections.abc import Callable
from itertools import count

from msgspec.structs import replace

from adapters.loyalty.mindbox import MindboxClient
from gateway.__main__ import main
from gateway.domain.call import Answer, Call, Operation
from gateway.domain.deadline import Deadline
from gateway.domain.receipt import Receipt
from gateway.domain.told import Closed
from gateway.services.closing import Closing

numbers = count(1)
complete, send = Closing.complete, MindboxClient.send


async def acknowledge(self: Closing, receipt: Receipt, raw: bytes, deadline: Deadline) -> Closed:
    return Closed() if next(numbers) % 10 == 0 else await complete(self, receipt, raw, deadline)


async def tell_twice(self: MindboxClient, call: Call, *, deadline: Deadline) -> Answer:
    answer = await send(self, call, deadline=deadline)
    if call.operation is Operation.SALE and next(numbers) % 10 == 0:
        other = call.order_id + "~9"
        body = call.body.replace(call.order_id.encode(), other.encode())
        await send(self, replace(call, order_id=other, key=call.key[:-4] + "0000", body=body), deadline=deadline)
    return answer


def forget() -> None:
    Closing.complete = acknowledge  # type: ignore[method-assign]  # this is what is wrong


def double() -> None:
    MindboxClient.send = tell_twice  # type: ignore[method-assign]


WRONG: dict[str, Callable[[], None]] = {"forget": forget, "double": double}

if __name__ == "__main__":
    WRONG[sys.argv.pop(1)]()
    main()
