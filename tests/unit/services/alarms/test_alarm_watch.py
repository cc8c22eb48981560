"""One mail when a cause begins, one when it is over, at most one an hour, through restarts and a mail server away."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from builders import AT, REGISTER, make_work
from msgspec.structs import replace
from virtual_clock import FakeClock

from adapters.mail.memory import MemoryMailer
from adapters.stores.memory import MemoryStore
from gateway.domain.alarm import Cause
from gateway.domain.change import Change
from gateway.domain.hours import Hours
from gateway.domain.work import Lane
from gateway.observability.metrics import Metrics
from gateway.services.alarms.looking import AlarmRules, Looking
from gateway.services.alarms.noticing import Noticing
from gateway.services.alarms.watch import TITLES, AlarmWatch
from gateway.services.guard.breaker import BreakerState
from gateway.services.limited_mode import LimitedMode
from gateway.state.alarms import AlarmFile


class World:
    def __init__(self, folder: Path | None, **rules: object) -> None:
        self.clock = FakeClock(AT)
        self.metrics = Metrics()
        self.noticing = Noticing(self.metrics, self.clock)
        self.mailer = MemoryMailer()
        self.store = MemoryStore()
        self.limited = LimitedMode(self.clock, self.noticing, timedelta(hours=1), lambda _since: None, None)
        self._folder = folder
        self._rules = AlarmRules(disk_free=0, **rules)  # type: ignore[arg-type] - a test's choice
        self.restart()

    def restart(self) -> None:
        looking = Looking(self._rules, self.store, self.limited, self.noticing, self.clock, [REGISTER], AT.tzinfo)
        book = AlarmFile(self._folder)
        self.watch = AlarmWatch(looking, book, self.mailer, self.clock, self.noticing, "MAG-3")

    async def after(self, minutes: float) -> list[str]:
        """Looks every half minute for so long; the subjects that were mailed meanwhile."""
        for _ in range(int(minutes * 2)):
            self.clock.move(30)
            await self.watch.look()
        subjects = [subject for subject, _ in self.mailer.mails]
        self.mailer.mails.clear()
        return subjects

    def paper(self, *, out: bool) -> None:
        self.noticing.set("printer_trouble", 1, printer="desk", reason="paper_out" if out else "none")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


BEGAN, OVER = "[MAG-3] принтер слипов не печатает", "[MAG-3] прошло: принтер слипов не печатает"


async def test_a_cause_is_mailed_once_when_it_has_lasted_and_once_when_it_is_over(world: World) -> None:
    world.paper(out=True)
    assert await world.after(1.5) == []
    assert await world.after(60) == [BEGAN]
    world.paper(out=False)
    assert await world.after(60) == [OVER]


async def test_what_comes_and_goes_is_mailed_once_an_hour(world: World) -> None:
    mails = []
    for _ in range(12):
        world.paper(out=True)
        mails += await world.after(5)
        world.paper(out=False)
        mails += await world.after(5)
    assert mails.count(BEGAN) == 2  # two hours


async def test_a_restart_neither_repeats_nor_forgets(world: World) -> None:
    world.paper(out=True)
    assert await world.after(3) == [BEGAN]
    world.restart()
    assert await world.after(3) == []
    world.paper(out=False)
    world.restart()
    assert await world.after(1) == [OVER]


async def test_a_mail_server_that_is_away_gets_it_later(world: World) -> None:
    world.mailer.away = True
    world.paper(out=True)
    assert await world.after(30) == []
    world.restart()
    world.mailer.away = False
    assert await world.after(1) == [BEGAN]


async def test_what_was_over_before_anybody_could_be_told_is_not_told(world: World) -> None:
    world.mailer.away = True
    world.paper(out=True)
    await world.after(5)
    world.paper(out=False)
    await world.after(1)
    world.mailer.away = False
    assert await world.after(60) == []


def _breaker(world: World) -> None:
    world.limited.breaker_moved("identify", BreakerState.OPEN)


def _late_report(world: World) -> None:
    world.noticing.count("popup_reports_late")


def _store_away(world: World) -> None:
    world.limited.store_answered(well=False)


def _nothing(_world: World) -> None: ...


@pytest.mark.parametrize(
    ("cause", "does", "minutes"),
    [
        (Cause.LOYALTY_AWAY, _breaker, 5),
        (Cause.POPUP_LATE, _late_report, 0.5),
        (Cause.STORE, _store_away, 0.5),
    ],
)
async def test_each_cause_is_an_alarm_after_its_time(
    world: World, cause: Cause, does: Callable[[World], None], minutes: float
) -> None:
    does(world)
    assert len(await world.after(minutes + 0.5)) == 1
    assert f'pos_gateway_alarm{{cause="{cause}"}}' in _samples(world)


def _samples(world: World) -> list[str]:
    return [
        f'{sample.name}{{cause="{sample.labels["cause"]}"}}'
        for family in world.metrics.registry.collect()
        for sample in family.samples
        if sample.labels.get("cause") and sample.value == 1
    ]


async def test_a_receipt_that_does_not_arrive_is_an_alarm_however_often_it_is_tried(world: World) -> None:
    await world.store.commit(Change(work=(make_work(),)))
    for minute in range(9):
        [work] = await world.store.lease(Lane.SALES, world.clock.now(), 1, world.clock.now() + timedelta(seconds=30))
        again = replace(work, due=work.due + timedelta(minutes=1), tries=minute + 1)
        await world.store.commit(Change(again=(again,)))
        assert await world.after(1) == []
    assert await world.after(2) == ["[MAG-3] чеки не доходят до сервера лояльности"]


def hours(at: datetime, *, before: int, after: int) -> Hours:
    begins = (at - timedelta(hours=before)).time().replace(second=0, microsecond=0)
    return Hours(begins, (at + timedelta(hours=after)).time())


async def test_a_silent_register_is_an_alarm_in_opening_hours_only() -> None:
    open_ = World(None, open=hours(AT, before=3, after=6))
    assert await open_.after(59) == []
    assert await open_.after(2) == ["[MAG-3] касса молчит"]
    open_.noticing.request(REGISTER, "client", "ok", 0.1)
    assert await open_.after(1) == ["[MAG-3] прошло: касса молчит"]
    assert await World(None).after(120) == []


async def test_a_shop_that_is_open_over_midnight_is_open_after_midnight_too() -> None:
    world = World(None, open=Hours(time(20), time(4)))
    world.clock.move_to(AT.replace(hour=23, minute=30))
    world.noticing.request(REGISTER, "client", "ok", 0.1)
    assert await world.after(59) == []
    assert await world.after(2) == ["[MAG-3] касса молчит"]
    assert await world.after(210) == ["[MAG-3] прошло: касса молчит"]  # closed


async def test_a_register_without_a_screen_is_mailed_as_soon_as_it_is_noticed_and_when_one_is_there(
    world: World,
) -> None:
    world.noticing.set("register_without_screen", 1, register="2")
    assert await world.after(1) == ["[MAG-3] окна показать некому"]
    world.noticing.set("register_without_screen", 0, register="2")
    assert await world.after(1) == ["[MAG-3] прошло: окна показать некому"]


async def test_a_mail_names_no_customer_and_says_what_to_do(world: World) -> None:
    world.paper(out=True)
    for _ in range(6):
        world.clock.move(30)
        await world.watch.look()
    ((_, body),) = world.mailer.mails
    assert "desk: нет бумаги" in body
    assert "pos-gateway doctor" in body


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_stands_in_a_mails_subject_is_found_on_the_page_of_alerts(language: str) -> None:
    """Whoever gets the mail looks for its words; what Prometheus sends is checked with its rules."""
    page = (Path(__file__).parents[4] / "docs" / language / "alerts.md").read_text(encoding="utf-8")
    quoted = "«{}»" if language == "ru" else '"{}"'
    assert set(TITLES) == set(Cause)
    assert [title for title in TITLES.values() if quoted.format(title) not in page] == []
