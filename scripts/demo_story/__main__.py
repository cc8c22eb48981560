"""`scripts/demo`: one sale from the first scan to the promo code, with real processes and a scripted register."""

import argparse
import asyncio
import signal
import sys
from contextlib import AsyncExitStack

from house import EXAMPLES, House, NotStarted, example, house
from play import Play
from timeline import Timeline
from words import Words


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Одна продажа от первого скана до промокода.")
    parser.add_argument("--once", action="store_true", help="сыграть и за кассира, проверить итог и выйти (0 или 1)")
    parser.add_argument("--speed", type=positive, default=1.0, help="во сколько раз ускорить ожидания, например 10")
    parser.add_argument("--gateway-url", help="играть с уже запущенным шлюзом, например http://127.0.0.1:8090")
    parser.add_argument("--sandbox-url", help="его песочница; по умолчанию та, что в примере настроек")
    parser.add_argument(
        "--register", choices=("frontol", "onec"), default="frontol", help="чья касса: Frontol или 1С"
    )
    parser.add_argument("--lang", choices=("ru", "en"), default="ru", help="язык рассказа")
    return parser.parse_args()


def positive(text: str) -> float:
    if (number := float(text)) <= 0:
        raise ValueError(text)
    return number


async def main(chosen: argparse.Namespace) -> int:
    """0 when everything agrees or a person has seen enough, 1 when something is missing."""
    timeline = Timeline(Words(chosen.lang))
    timeline.heading(timeline.words("title", register=timeline.words(chosen.register)))
    timeline.line(timeline.words("plot"))
    async with AsyncExitStack() as stack:
        try:
            place = await found(chosen, stack, timeline)
        except NotStarted as error:
            timeline.line(str(error), "red")
            return 1
        good = await Play(place, timeline, chosen.speed, example(chosen.register), EXAMPLES).play(once=chosen.once)
        if chosen.once:
            return 0 if good else 1
        timeline.line(timeline.words("stay"))
        await asyncio.Event().wait()
    return 0


async def found(chosen: argparse.Namespace, stack: AsyncExitStack, timeline: Timeline) -> House:
    """A house of our own, or the one that is running already."""
    if chosen.gateway_url:
        sandbox = chosen.sandbox_url or example(chosen.register)["loyalty"]["url"]
        return House(gateway=chosen.gateway_url.rstrip("/"), sandbox=sandbox.rstrip("/"), log=None)
    with timeline.waiting(timeline.words("starting")):
        return await stack.enter_async_context(house(chosen.register, chosen.speed, chosen.lang))


async def until_stopped(chosen: argparse.Namespace) -> int:
    """Ctrl-C, SIGTERM and a closed terminal all let the children end first; a second one changes nothing."""
    task, got = asyncio.ensure_future(main(chosen)), []

    def stop(number: signal.Signals) -> None:
        if not got:
            got.append(number)
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not got:  # nobody stopped us: the reader of our output has gone
            raise
        return 128 + got[0] if chosen.once else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(until_stopped(options())))
