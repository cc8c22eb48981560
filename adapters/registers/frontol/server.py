"""The Frontol Priority API as a server: every till is answered, whatever it sends and whatever is down."""

import time
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial

import structlog
from aiohttp import web

from adapters.registers import asking
from adapters.registers.asking import Budgets
from adapters.registers.bodies import Oversized, TooSlow, read_body
from adapters.registers.frontol import mapping, wire
from adapters.registers.frontol.dialect import PRIORITY, Dialect
from adapters.registers.frontol.mapping import Answer, Style
from adapters.registers.frontol.recording import Recorder, recorded
from adapters.registers.frontol.registers import KeyRing
from adapters.registers.frontol.registration import OPERATIONS, Registration
from adapters.registers.lane import Arrived, Written
from adapters.registers.lane.lanes import Serve
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language, Phrase, say
from gateway.domain.told import Closed
from gateway.errors import MalformedRequest, StoreError
from gateway.ports import Checkout, EnrolmentDesk, Meter

log = structlog.get_logger()


class Asked(asking.Asked[wire.Request], frozen=True, kw_only=True):
    """What a till asks."""


class FrontolServer:
    def __init__(
        self,
        checkout: Checkout,
        enrolment: EnrolmentDesk,
        keys: KeyRing,
        meter: Meter,
        style: Style,
        budgets: Budgets,
        language: Language,
        silent: AbstractSet[RegisterRef],
        dialect: Dialect = PRIORITY,
        recording: Recorder | None = None,
        learn: Callable[[str, Serve], None] = lambda _target, _serve: None,
    ) -> None:
        """`learn` hears which address aiohttp has served here: the next request may take the short way."""
        self._checkout = checkout
        self._keys = keys
        self._meter = meter
        self._style = style
        self._budgets = budgets
        self._language = language
        self._silent = silent
        self._dialect = dialect
        self._recording = recording
        self._met: set[RegisterRef] = set()
        self._registration = Registration(enrolment, style, budgets.enrol, language)
        self._learn = learn
        self._actions: Mapping[tuple[str, str], Callable[[Asked], Awaitable[Answer]]] = {
            ("calculate", "receipt"): self._calculate,
            ("payByBonus", "receipt"): self._pay_by_bonus,
            ("cancelBonusPayment", "receipt"): self._cancel_bonus_payment,
            ("confirm", "receipt"): self._confirm,
            ("confirm", "refundReceipt"): self._confirm_refund,
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post(self._dialect.path, self.handle)]

    async def handle(self, http: web.Request) -> web.Response:
        """One request of a till: authenticated, then answered with HTTP 200 in any case."""
        since = time.monotonic()
        try:
            body = await read_body(http)
        except (Oversized, TooSlow) as error:
            phrase = Phrase.OVERSIZED if isinstance(error, Oversized) else Phrase.SLOW_BODY
            return _response(self._finish(None, phrase, since, self._refused(phrase), close=True))
        serve = partial(self.serve, http.match_info["resource"])
        written = await serve(_arrived(http, body, since))
        if written.status == 200 and self._recording is None:  # noqa: PLR2004 - a recording keeps headers too
            self._learn(http.raw_path, serve)
        return _response(written)

    async def serve(self, resource: str, arrived: Arrived) -> Written:
        """The same of a request that came whole."""
        key = self._dialect.key_of(arrived.authorization, arrived.body, self._keys.keys)
        if key is None:
            return self._finish(None, "unauthorized", arrived.since, self._refused(Phrase.NO_ACCESS), status=401)
        return await self._serve(key, resource, arrived)

    async def _serve(self, key: bytes, resource: str, arrived: Arrived) -> Written:
        register, operation = self._keys.first(key), "unreadable"
        try:
            said = self._heard(arrived.body)
            operation = _operation(resource, said.action)
            register = self._keys.register(key, said.business_unit, said.work_place)
            answer = await self._answer(operation, said, register, arrived.body, arrived.since)
        except MalformedRequest as error:
            answer = self._refused(Phrase.MALFORMED, what=str(error))
        except StoreError:
            answer = self._refused(Phrase.NOT_STORED)
        except Exception:  # the guard of every request: the cashier gets an answer, the log gets the fault
            log.exception("request_broken", register=str(register), operation=operation)
            answer = self._refused(Phrase.BROKEN)
        if register in self._silent:
            answer.pop("printingInformation", None)
        written = self._finish(register, operation, arrived.since, answer)
        self._note(arrived, register, operation, written)
        return written

    def _note(self, arrived: Arrived, register: RegisterRef, operation: str, written: Written) -> None:
        """How a till spells its requests is said once; where the administrator records, everything is kept."""
        if register not in self._met:
            self._met.add(register)
            line = f"POST {arrived.target[:60]}"
            log.info("till_met", register=str(register), line=line, agent=arrived.client[:60])
        if self._recording is not None and arrived.http is not None:
            row = recorded(arrived.http, register, operation, written.status, arrived.since)
            self._recording.keep(row, arrived.body, written.body)

    def _heard(self, body: bytes) -> wire.Request | wire.Heard:
        """Raises `MalformedRequest`. Goods named by another member than usual are for the lenient reader."""
        if self._style.position_id == "id" and (request := self._dialect.typed(body)) is not None:
            return request
        fields = self._dialect.decode(body)
        return wire.heard(mapping.with_goods_ids(fields, self._style.position_id))

    async def _answer(
        self, operation: str, said: wire.Request | wire.Heard, register: RegisterRef, raw: bytes, since: float
    ) -> Answer:
        """A confirm is never refused for what it says: its receipt is closed already."""
        try:
            request = said if isinstance(said, wire.Request) else wire.read(said.fields)
            return await self._dispatch(operation, Asked(request=request, register=register, raw=raw, since=since))
        except MalformedRequest as error:
            if operation != "confirm":
                raise
            return self._closed(await self._checkout.park(register, raw, str(error)))
        except StoreError:
            raise
        except Exception as error:
            if operation != "confirm":
                raise
            log.exception("confirm_broken", register=str(register))
            reason = f"ошибка шлюза при разборе: {type(error).__name__}"
            return self._closed(await self._checkout.park(register, raw, reason))

    async def _dispatch(self, operation: str, asked: Asked) -> Answer:
        if operation == "client":
            return await self._client(asked)
        if operation in OPERATIONS or operation == "extra":
            fields = self._dialect.decode(asked.raw)
            return await self._registration.answer(asked.request, fields, asked.register, asked.since)
        action = self._actions.get((operation, asked.request.type))
        if action is not None:
            return await action(asked)
        if operation == "confirm":
            raise MalformedRequest("type: неизвестный вид документа")
        return self._refused(Phrase.UNKNOWN_ACTION)

    async def _client(self, asked: Asked) -> Answer:
        key = mapping.customer_key(asked.request.client)
        if key is None:
            return self._refused(Phrase.NO_IDENTITY)
        told = await self._checkout.identify(key, asked.register, asked.within(self._budgets.identify))
        return mapping.identified(told, self._style)

    async def _calculate(self, asked: Asked) -> Answer:
        receipt = mapping.receipt(asked.request, asked.register)
        deadline, echoed = asked.within(self._budgets.quote), asked.request.client.validation_code
        told = await self._checkout.quote(receipt, deadline, echoed)
        if told.code_needed and not told.code:  # we compare: a till has no question of its own for a code
            await self._checkout.send_code(receipt, deadline)
        return mapping.quoted(told, receipt, self._style)

    async def _pay_by_bonus(self, asked: Asked) -> Answer:
        receipt = mapping.receipt(asked.request, asked.register)
        if asked.request.payment is None:
            raise MalformedRequest("payment: не указан")
        points = asked.request.payment.amount
        if points <= 0:
            raise MalformedRequest("payment.amount: нужно больше нуля")
        deadline, code = asked.within(self._budgets.redeem), asked.request.client.validation_code
        told = await self._checkout.redeem(receipt, points, deadline, code)
        return mapping.redeemed(told, self._style)

    async def _cancel_bonus_payment(self, asked: Asked) -> Answer:
        receipt = mapping.receipt(asked.request, asked.register)
        return mapping.released(await self._checkout.release(receipt, asked.within(self._budgets.release)))

    async def _confirm(self, asked: Asked) -> Answer:
        receipt = mapping.receipt(asked.request, asked.register)
        deadline = asked.within(self._budgets.complete)
        return self._closed(await self._checkout.complete(receipt, asked.raw, deadline))

    async def _confirm_refund(self, asked: Asked) -> Answer:
        refund = mapping.refund(asked.request, asked.register, self._keys.registers)
        return mapping.closed(await self._checkout.refund(refund, asked.raw), self._style, "refund")

    def _closed(self, told: Closed) -> Answer:
        return mapping.closed(told, self._style, "confirm")

    def _refused(self, phrase: Phrase, **values: str) -> Answer:
        return mapping.refused(say(self._language, phrase, **values), self._style)

    def _finish(
        self,
        register: RegisterRef | None,
        operation: str,
        since: float,
        answer: Answer,
        *,
        status: int = 200,
        close: bool = False,
    ) -> Written:
        outcome = "ok" if answer["code"] == 0 else "refused" if status == 200 else "unauthorized"  # noqa: PLR2004
        self._meter.request(register, operation, outcome, time.monotonic() - since)
        return Written(
            status=status, body=self._dialect.encode(answer), content_type=self._dialect.content_type, close=close
        )


def _arrived(http: web.Request, body: bytes, since: float) -> Arrived:
    return Arrived(
        target=http.raw_path,
        authorization=http.headers.get("Authorization", ""),
        client=http.headers.get("User-Agent", ""),
        body=body,
        since=since,
        http=http,
    )


def _response(written: Written) -> web.Response:
    response = web.Response(
        body=written.body, status=written.status, content_type=written.content_type, charset="utf-8"
    )
    if written.close:
        response.force_close()
    return response


def _operation(resource: str, action: str) -> str:
    """What is asked, for the log and the table of actions."""
    if resource == "document":
        return action if action in ("calculate", "payByBonus", "cancelBonusPayment", "confirm") else "unknown"
    if resource == "client":
        return "client"
    return action if action in OPERATIONS else "extra"
