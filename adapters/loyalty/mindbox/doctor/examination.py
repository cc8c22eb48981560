"""Address, TLS, key, each operation, clock, speed: in the order in which they depend on each other."""

import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import ceil

import msgspec

from adapters.loyalty.mindbox.doctor.line import NO_BODY, DoctorLine, Heard
from adapters.loyalty.mindbox.doctor.questions import questions
from adapters.loyalty.mindbox.doctor.words import NEEDED, REFUSED, WANTED
from adapters.loyalty.mindbox.settings import MindboxSettings
from gateway.domain.check import Check, State, failed, passed, warned
from gateway.domain.receipt import RegisterRef

BROKEN = (OSError, http.client.HTTPException)
ABSENT = "PosGatewayDoctor.NoSuchOperation"
OK, BAD_REQUEST, SERVER_ERROR = 200, 400, 500
ALMOST_OVER = timedelta(days=14)
SKEW = timedelta(seconds=5)
"""Beyond it the order of events at the server is not that at the registers."""

TIMED = {"get_customer": "identify", "preorder": "quote"}
"""Operations that a cashier waits for, and the budgets of their answers."""

TOO_MANY_LATE = 0.01
STEP = 0.05
"""Seconds: budgets are advised in round numbers."""


class Examination:
    """`budgets` in seconds by their names in the config; `now` is the computer's clock, with a zone."""

    def __init__(
        self,
        settings: MindboxSettings,
        secret_key: str,
        register: RegisterRef,
        budgets: Mapping[str, float],
        now: Callable[[], datetime],
    ) -> None:
        self._line = DoctorLine(settings, secret_key)
        self._questions = questions(settings, register)
        self._budgets = budgets
        self._now = now
        self._answering: set[str] = set()

    def steps(self, calls: int) -> int:
        """How often `done` will be called, when nothing is wrong."""
        return len(self._questions) + len(TIMED) * calls

    def checks(self, calls: int, done: Callable[[], None]) -> Iterator[Check]:
        """One after the other; what depends on something broken is not looked at."""
        try:
            for look in (self._address, self._tls, self._key):
                check = look()
                yield check
                if check.state is State.FAILED:
                    return
            yield self._skew()
            yield from self._operations(done)
            for operation, budget in TIMED.items():
                if operation in self._answering and calls:
                    yield self._speed(operation, budget, calls, done)
        finally:
            self._line.close()

    def _address(self) -> Check:
        try:
            found = self._line.addresses()
        except socket.gaierror:
            do = "проверьте loyalty.url и DNS этого компьютера (nslookup)"
            return failed("address", f"имя {self._line.host} не находится", do)
        return passed("address", f"{self._line.host}: {', '.join(found)}")

    def _tls(self) -> Check:
        where = f"{self._line.host}:{self._line.port}"
        try:
            certificate = self._line.certificate()
        except ssl.SSLCertVerificationError as error:
            do = "проверьте часы компьютера и прокси, который подменяет сертификаты"
            return failed("tls", f"сертификат {where} не принят: {error.verify_message}", do)
        except ssl.SSLError as error:
            return failed("tls", f"{where} не говорит на TLS 1.2: {error.reason}", "проверьте прокси между нами")
        except OSError:
            do = f"откройте исходящие соединения к {where} по имени: адреса у Mindbox меняются"
            return failed("tls", f"{where} не принимает соединений", do)
        if certificate is None:
            said = f"{where}: без TLS, ключ идёт открытым текстом"
            return passed("tls", said) if self._line.is_local else warned("tls", said, "укажите https://")
        said = f"{certificate.version}, сертификат до {certificate.valid_until:%d.%m.%Y}"
        if certificate.valid_until - self._now() < ALMOST_OVER:
            return warned("tls", said, "сертификат скоро кончится: спросите поддержку сервера")
        return passed("tls", said)

    def _key(self) -> Check:
        """By the call that every project has."""
        try:
            heard = self._ask("get_customer")
        except BROKEN as error:
            return failed("key", f"сервер не ответил: {type(error).__name__}", "проверьте интернет и прокси")
        if heard.status in REFUSED:
            return failed("key", f"HTTP {heard.status}: {REFUSED[heard.status][0]}", REFUSED[heard.status][1])
        if heard.status >= SERVER_ERROR:
            do = "сервер лояльности не работает: подождите, чеки пока копятся"
            return failed("key", f"HTTP {heard.status}", do)
        return passed("key", "ключ и точка интеграции приняты")

    def _skew(self) -> Check:
        """Of the server's clock against ours; its header knows whole seconds."""
        date = self._ask("get_customer").date
        if date is None:
            return passed("clock", "сервер не говорит своего времени")
        apart = abs(self._now() - date.astimezone(UTC))
        said = f"часы сервера и этого компьютера расходятся на {apart.total_seconds():.0f} с"
        if apart > SKEW:
            return warned("clock", said, "включите сверку времени: timedatectl set-ntp true")
        return passed("clock", said)

    def _operations(self, done: Callable[[], None]) -> Iterator[Check]:
        """The unknown one shows how this server says "no such operation"; texts are not documented."""
        absent = _gist(self._line.call(ABSENT))
        answering = []
        for ours, (theirs, _) in self._questions.items():
            check = self._operation(ours, theirs, absent)
            done()
            if check is None:
                answering.append(ours)
            else:
                yield check
        self._answering.update(answering)
        if answering:
            yield passed("operations", f"отвечают {len(answering)} из {len(self._questions)}: {', '.join(answering)}")

    def _operation(self, ours: str, theirs: str, absent: str) -> Check | None:
        """None when it answers."""
        name, costs = f"operation {ours}", NEEDED.get(ours) or WANTED.get(ours, "")
        tell = failed if ours in NEEDED else warned
        try:
            heard = self._ask(ours)
        except BROKEN as error:
            do = f"проверьте операцию {theirs} в Mindbox; без неё {costs}"
            return tell(name, f"{theirs} не ответила: {type(error).__name__}", do)
        if heard.status in REFUSED:
            return tell(name, f"{theirs}: HTTP {heard.status}, {REFUSED[heard.status][0]}", REFUSED[heard.status][1])
        if heard.status >= SERVER_ERROR:
            return tell(name, f"{theirs}: HTTP {heard.status}", f"спросите поддержку Mindbox; без неё {costs}")
        if heard.status == BAD_REQUEST and _gist(heard) == absent:
            do = f"создайте операцию или укажите её имя в [loyalty.operations] ({ours}); без неё {costs}"
            return tell(name, f"{theirs}: у сервера такой операции нет", do)
        return None

    def _speed(self, operation: str, budget: str, calls: int, done: Callable[[], None]) -> Check:
        took = []
        for _ in range(calls):
            try:
                heard = self._ask(operation)
            except BROKEN:
                took.append(float("inf"))
            else:
                if heard.status in REFUSED or heard.status >= SERVER_ERROR:
                    return warned(f"speed {operation}", f"HTTP {heard.status} посреди замера", "повторите позже")
                took.append(heard.seconds)
            done()
        return _judged(operation, sorted(took), budget, self._budgets[budget])

    def _ask(self, operation: str) -> Heard:
        theirs, body = self._questions.get(operation, (ABSENT, NO_BODY))
        return self._line.call(theirs, body)


def _judged(operation: str, took: list[float], budget: str, seconds: float) -> Check:
    """A cashier sees the late ones as receipts without discounts."""
    middle, most, nearly_all = (took[max(0, ceil(len(took) * share) - 1)] for share in (0.5, 0.95, 0.99))
    late = sum(one > seconds for one in took) / len(took)
    said = (
        f"вызовов {len(took)}: половина за {_ms(middle)}, 95 % за {_ms(most)}, 99 % за {_ms(nearly_all)}; "
        f"не успели за budgets.{budget} = {seconds:g} с: {late:.0%}"
    )
    if late <= TOO_MANY_LATE:
        return passed(f"speed {operation}", said)
    if nearly_all == float("inf"):
        return warned(f"speed {operation}", said, "сервер временами не отвечает: проверьте сеть магазина")
    wanted = ceil(round(nearly_all * 1.2 / STEP, 6)) * STEP
    return warned(f"speed {operation}", said, f"budgets.{budget} = {wanted:.2f} хватило бы для 99 % чеков")


def _ms(seconds: float) -> str:
    return "не ответил" if seconds == float("inf") else f"{seconds * 1000:.0f} мс"


class _Said(msgspec.Struct, rename="camel"):
    status: str = ""
    error_message: str = ""


def _gist(heard: Heard) -> str:
    """What an error says, without the names and ids that differ from call to call."""
    try:
        said = msgspec.json.decode(heard.body, type=_Said)
    except msgspec.DecodeError:
        said = _Said()
    text = re.sub(r"[\w-]+(\.[\w-]+)+|[0-9a-fA-F-]{32,36}", "*", said.error_message)
    return f"{heard.status} {said.status} {text}"
