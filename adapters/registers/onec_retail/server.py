"""1C:Retail's cashier screen as a client of ours: `POST /onec/v1/<operation>`, always answered with JSON.

A refusal of the business comes with HTTP 200 and `ok` false; 400 says that the extension is wrong, 401 that the token
is, 503 that nothing was stored. Nothing redirects, no header is repeated (1C:Retail reference, 1.3).
"""

import hmac
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
import structlog
from aiohttp import web

from adapters.registers import asking
from adapters.registers.asking import Budgets
from adapters.registers.bodies import Oversized, TooSlow, read_body
from adapters.registers.onec_retail import mapping, wire
from adapters.registers.onec_retail.mapping import Answer, Style
from adapters.registers.phones import phone_digits
from gateway.domain.enrolment import Application
from gateway.domain.enrolment_form import FormFault, application
from gateway.domain.identification import Identification
from gateway.domain.receipt import Receipt, RegisterRef
from gateway.domain.texts import Language, Phrase, say
from gateway.domain.told import Declined
from gateway.errors import MalformedRequest, StoreError
from gateway.ports import Checkout, EnrolmentDesk, Meter, StaffDesk

log = structlog.get_logger()

PATH = "/onec/v1/{operation}"
OK, BAD, DENIED, NO_SUCH, NOT_STORED = 200, 400, 401, 404, 503
FINAL = frozenset({"complete", "refund"})
"""The receipt is closed at the register already: what cannot be understood is kept for a person."""


class Asked(asking.Asked[wire.Request], frozen=True, kw_only=True):
    """What a 1C register asks."""


class OneCServer:
    def __init__(
        self,
        checkout: Checkout,
        enrolment: EnrolmentDesk,
        staff: StaffDesk,
        tokens: Mapping[bytes, RegisterRef],
        colleagues: Sequence[RegisterRef],
        meter: Meter,
        style: Style,
        budgets: Budgets,
        language: Language,
        identification: Identification,
    ) -> None:
        """`tokens` by register; `colleagues` are all registers of the shops, which may have sold what comes back."""
        self._checkout = checkout
        self._enrolment = enrolment
        self._staff = staff
        self._tokens = tokens
        self._colleagues = colleagues
        self._meter = meter
        self._style = style
        self._budgets = budgets
        self._language = language
        self._identification = identification
        self._encoder = msgspec.json.Encoder(decimal_format="number")
        self._operations: Mapping[str, Callable[[Asked], Awaitable[Answer]]] = {
            "identify": self._identify,
            "quote": self._quote,
            "send_code": self._send_code,
            "redeem": self._redeem,
            "release": self._release,
            "complete": self._complete,
            "refund": self._refund,
            "form": self._form,
            "enrol": self._enrol,
            "enrol_finish": self._enrol_finish,
            "about": self._about,
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post(PATH, self.handle)]

    async def handle(self, http: web.Request) -> web.Response:
        since = time.monotonic()
        register = self._register(http.headers.get("Authorization", ""))
        operation = http.match_info["operation"]
        if register is None:
            return self._finish(None, "unauthorized", since, self._said("denied", Phrase.NO_ACCESS), DENIED)
        if operation not in self._operations:
            return self._finish(register, "unknown", since, self._said("unknown", Phrase.UNKNOWN_ACTION), NO_SUCH)
        try:
            raw = await read_body(http)
        except Oversized:
            return self._finish(register, operation, since, self._said("oversized", Phrase.OVERSIZED), BAD)
        except TooSlow:
            return self._finish(register, operation, since, self._said("slow", Phrase.SLOW_BODY), BAD)
        return await self._serve(register, operation, raw, since)

    def _register(self, header: str) -> RegisterRef | None:
        """Whose token it is; every one is compared, in constant time."""
        scheme, _, shown = header.strip().partition(" ")
        sent = shown.strip().encode("utf-8", "replace") if scheme.lower() == "bearer" else b""
        found = None
        for token, register in self._tokens.items():
            if hmac.compare_digest(token, sent):
                found = register
        return found

    async def _serve(self, register: RegisterRef, operation: str, raw: bytes, since: float) -> web.Response:
        status = OK
        try:
            answer = await self._answer(register, operation, raw, since)
        except MalformedRequest as error:
            answer, status = self._said("malformed", Phrase.MALFORMED, what=str(error)), BAD
        except StoreError:
            answer, status = self._said("not_stored", Phrase.NOT_STORED), NOT_STORED
        except Exception:  # the guard of every request: the cashier gets an answer, the log the fault
            log.exception("request_broken", register=str(register), operation=operation)
            answer = self._said("broken", Phrase.BROKEN)
        return self._finish(register, operation, since, answer, status)

    async def _answer(self, register: RegisterRef, operation: str, raw: bytes, since: float) -> Answer:
        try:
            asked = Asked(request=wire.read(wire.decode(raw)), register=register, raw=raw, since=since)
            return await self._operations[operation](asked)
        except MalformedRequest as error:
            if operation not in FINAL:
                raise
            told = await self._checkout.park(register, raw, str(error))
            return mapping.closed(told, "complete", self._style)

    async def _identify(self, asked: Asked) -> Answer:
        key = mapping.customer_key(asked.request.client, self._identification)
        if key is None:
            return self._said("anonymous", Phrase.NO_IDENTITY)
        told = await self._checkout.identify(key, asked.register, asked.within(self._budgets.identify))
        return mapping.identified(told, self._style)

    async def _quote(self, asked: Asked) -> Answer:
        before = mapping.receipt(mapping.undiscounted(asked.request), asked.register, self._identification)
        told = await self._checkout.quote(before, asked.within(self._budgets.quote))
        return mapping.quoted(told, asked.request, self._style)

    async def _send_code(self, asked: Asked) -> Answer:
        told = await self._checkout.send_code(self._receipt(asked), asked.within(self._budgets.code))
        return mapping.declined(told) if isinstance(told, Declined) else mapping.code_sent(told)

    async def _redeem(self, asked: Asked) -> Answer:
        points = asked.request.points
        if points is None or points <= 0:
            raise MalformedRequest("points: нужно больше нуля")
        receipt, deadline = self._receipt(asked), asked.within(self._budgets.redeem)
        told = await self._checkout.redeem(receipt, points, deadline, asked.request.code)
        return mapping.declined(told) if isinstance(told, Declined) else mapping.redeemed(told, asked.request)

    async def _release(self, asked: Asked) -> Answer:
        deadline = asked.within(self._budgets.release)
        return mapping.released(await self._checkout.release(self._receipt(asked), deadline))

    async def _complete(self, asked: Asked) -> Answer:
        deadline = asked.within(self._budgets.complete)
        told = await self._checkout.complete(self._receipt(asked), asked.raw, deadline)
        return mapping.closed(told, "complete", self._style)

    async def _refund(self, asked: Asked) -> Answer:
        refund = mapping.refund(asked.request, asked.register, self._identification, self._colleagues)
        return mapping.closed(await self._checkout.refund(refund, asked.raw), "refund", self._style)

    async def _form(self, _asked: Asked) -> Answer:
        form = self._enrolment.form()
        return self._said("not_allowed", Phrase.NO_REGISTRATION) if form is None else mapping.form(form)

    async def _enrol(self, asked: Asked) -> Answer:
        told = self._application(asked)
        if not isinstance(told, Application):
            return told
        begun = await self._enrolment.begin(told, asked.register, asked.within(self._budgets.enrol))
        return mapping.declined(begun) if isinstance(begun, Declined) else mapping.begun(begun)

    async def _enrol_finish(self, asked: Asked) -> Answer:
        told = self._application(asked)
        if not isinstance(told, Application):
            return told
        deadline = asked.within(self._budgets.enrol)
        done = await self._enrolment.finish(told, asked.request.code, asked.register, deadline)
        return mapping.declined(done) if isinstance(done, Declined) else mapping.enrolled(done, self._style)

    def _application(self, asked: Asked) -> Application | Answer:
        """What the customer has said, or why it cannot be taken."""
        form, told = self._enrolment.form(), asked.request.application
        if form is None:
            return self._said("not_allowed", Phrase.NO_REGISTRATION)
        if told is None or not told.phone:
            return self._said("malformed", Phrase.ENROLMENT_PHONE)
        if not told.agrees:
            return self._said("malformed", Phrase.ENROLMENT_RULES)
        try:
            return application(form, phone_digits(told.phone), mapping.answered(form, told.values), told.card)
        except FormFault as fault:
            return self._said("malformed", Phrase.ENROLMENT_FIELD, field=fault.caption)

    async def _about(self, asked: Asked) -> Answer:
        key = mapping.customer_key(asked.request.client, self._identification)
        if key is None:
            return self._said("anonymous", Phrase.NO_IDENTITY)
        told = await self._staff.about(key, asked.register, asked.within(self._budgets.enrol))
        return mapping.declined(told) if isinstance(told, Declined) else mapping.about(told)

    def _receipt(self, asked: Asked) -> Receipt:
        return mapping.receipt(asked.request, asked.register, self._identification)

    def _said(self, reason: str, phrase: Phrase, **values: str) -> Answer:
        return mapping.refused(reason, say(self._language, phrase, **values))

    def _finish(
        self, register: RegisterRef | None, operation: str, since: float, answer: Answer, status: int
    ) -> web.Response:
        outcome = "ok" if answer["ok"] else "unauthorized" if status == DENIED else "refused"
        self._meter.request(register, operation, outcome, time.monotonic() - since)
        response = web.Response(
            body=self._encoder.encode(answer), status=status, content_type="application/json", charset="utf-8"
        )
        if status != OK:
            response.force_close()  # the rest of a body nobody has read is no next request
        return response
