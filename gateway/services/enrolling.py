"""New participants at a register: an application, a code from the customer's phone, a welcome."""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Callable

from msgspec import Struct

from gateway.domain.code import CodeMode, Purpose
from gateway.domain.customer import Customer, CustomerKey, KeyKind
from gateway.domain.deadline import Deadline
from gateway.domain.enrolment import Application, Enrolment
from gateway.domain.enrolment_form import Form
from gateway.domain.receipt import RegisterRef
from gateway.domain.slip import Slip
from gateway.domain.texts import Phrase
from gateway.domain.told import Begun, Declined, DeclineReason, Enrolled
from gateway.errors import LoyaltyError, LoyaltyRejected
from gateway.ports import Clock, EnrolmentDesk, Meter, Participants
from gateway.services.codes import Codes
from gateway.services.quoting import RESERVE
from gateway.services.side_slips import SideSlips
from gateway.services.wording import Wording

KEPT = 500
"""Applications remembered at once; the oldest goes first."""

REASONS = {
    Phrase.NO_REGISTRATION: DeclineReason.NOT_ALLOWED,
    Phrase.ENROLMENT_PHONE: DeclineReason.ANONYMOUS,
    Phrase.ENROLMENT_FIELD: DeclineReason.MALFORMED,
    Phrase.ENROLMENT_AGAIN: DeclineReason.CODE_NEEDED,
    Phrase.CODE_NEEDED: DeclineReason.CODE_NEEDED,
    Phrase.WRONG_CODE: DeclineReason.WRONG_CODE,
    Phrase.TOO_MANY_TRIES: DeclineReason.WRONG_CODE,
}
"""Any other phrase: not now."""


class Pending(Struct, eq=False, kw_only=True):
    """An application the server has taken and a code has yet to prove: empty where only the server knows it."""

    enrolment: Enrolment
    at: float
    tries: int
    code: str = ""
    done: bool = False

    @property
    def needs_code(self) -> bool:
        return not self.done

    def __repr__(self) -> str:
        return "Pending(***)"


class Enrolling:
    """`EnrolmentDesk`. `compares`: whether a register compares codes itself; `welcome` is said to the cashier."""

    def __init__(
        self,
        form: Form | None,
        welcome: str,
        participants: Participants,
        codes: Codes,
        clock: Clock,
        wording: Wording,
        slips: SideSlips,
        meter: Meter,
        compares: Callable[[RegisterRef], bool],
    ) -> None:
        self._form = form
        self._welcome = welcome
        self._participants = participants
        self._codes = codes
        self._clock = clock
        self._wording = wording
        self._slips = slips
        self._meter = meter
        self._compares = compares
        self._pending: OrderedDict[str, Pending] = OrderedDict()
        self._under_way: dict[str, asyncio.Lock] = {}

    def form(self) -> Form | None:
        return self._form

    async def begin(self, application: Application, register: RegisterRef, deadline: Deadline) -> Begun | Declined:
        """With codes the server takes the application now; without, only `finish` tells it anything."""
        refused = self._fault(application)
        if refused is not None:
            return refused
        if self._mode is CodeMode.OFF:
            return Begun()
        pending = await self._started(application, register, deadline)
        if isinstance(pending, Declined):
            return pending
        if not pending.needs_code:
            return Begun(notices=(self._wording.say(Phrase.ENROLLED_ALREADY),))
        told = pending.code if self._compares(register) else ""
        return Begun(code_needed=True, code=told, notices=(self._wording.say(Phrase.CODE_SENT),))

    async def finish(
        self, application: Application, code: str, register: RegisterRef, deadline: Deadline
    ) -> Enrolled | Declined:
        refused = self._fault(application)
        if refused is not None:
            return refused
        if self._mode is CodeMode.OFF:
            enrolment = await self._enrol(application, register, deadline)
            if isinstance(enrolment, Declined):
                return enrolment
            return self._enrolled(enrolment, application, register, is_new=not enrolment.already)
        pending = self._known(application.phone)
        if pending is None:
            started = await self._started(application, register, deadline)
            if isinstance(started, Declined):
                return started
            if not started.done:
                return self._declined(Phrase.ENROLMENT_AGAIN)
            pending = started
        if pending.needs_code:
            why = await self._prove(pending, code, register, deadline)
            if why is not None:
                return self._declined(why)
        is_new, pending.done = pending.needs_code, True
        return self._enrolled(pending.enrolment, application, register, is_new=is_new)

    @property
    def _mode(self) -> CodeMode:
        return self._codes.mode(Purpose.ENROLMENT)

    def _fault(self, application: Application) -> Declined | None:
        if self._form is None:
            return self._declined(Phrase.NO_REGISTRATION)
        if not application.phone:
            return self._declined(Phrase.ENROLMENT_PHONE)
        born = application.birth_date
        if born is not None and born > self._wording.local(self._clock.now()).date():
            caption = next((row.caption for row in self._form.fields if row.meaning == "birth_date"), "")
            return self._declined(Phrase.ENROLMENT_FIELD, field=caption)
        return None

    def _known(self, phone: str) -> Pending | None:
        found = self._pending.get(phone)
        return found if found and self._clock.monotonic() - found.at < self._codes.rules.lifetime else None

    async def _started(
        self, application: Application, register: RegisterRef, deadline: Deadline
    ) -> Pending | Declined:
        """The server has the application and a code is on its way; a repeat sends no second one, however soon."""
        lock = self._under_way.setdefault(application.phone, asyncio.Lock())
        async with lock:
            try:
                return self._known(application.phone) or await self._start(application, register, deadline)
            finally:
                self._under_way.pop(application.phone, None)

    async def _start(self, application: Application, register: RegisterRef, deadline: Deadline) -> Pending | Declined:
        if self._mode is not CodeMode.GENERATED and not self._codes.allowance.take(Purpose.ENROLMENT):
            return self._declined(Phrase.ENROLMENT_UNAVAILABLE)
        enrolment = await self._enrol(application, register, deadline)
        if isinstance(enrolment, Declined):
            return enrolment
        pending = Pending(
            enrolment=enrolment,
            at=self._clock.monotonic(),
            tries=self._codes.rules.tries,
            done=enrolment.already and not enrolment.code_sent,
        )
        if not pending.done and self._mode is not CodeMode.SERVER:
            pending.code = await self._code(enrolment, application.phone, deadline)
            if not pending.code:
                return self._declined(Phrase.ENROLMENT_UNAVAILABLE)
        self._keep(application.phone, pending)
        return pending

    async def _code(self, enrolment: Enrolment, phone: str, deadline: Deadline) -> str:
        """The server's, where it told one with the enrolment; else one that is sent now. Empty when there is none."""
        if self._mode is CodeMode.RETURNED and enrolment.code:
            return enrolment.code
        return await self._own_code(phone, deadline)

    async def _own_code(self, phone: str, deadline: Deadline) -> str:
        key = CustomerKey(KeyKind.PHONE, phone)
        issued = await self._codes.issue(Purpose.ENROLMENT, phone, phone, key, deadline)
        return "" if isinstance(issued, Phrase) else issued.code

    def _keep(self, phone: str, pending: Pending) -> None:
        self._pending[phone] = pending
        self._pending.move_to_end(phone)
        if len(self._pending) > KEPT:
            self._pending.popitem(last=False)

    async def _enrol(
        self, application: Application, register: RegisterRef, deadline: Deadline
    ) -> Enrolment | Declined:
        try:
            return await self._participants.enrol(application, register, deadline=deadline.less(RESERVE))
        except LoyaltyRejected as error:
            self._meter.count("enrolments", outcome="refused")
            return Declined(reason=DeclineReason.REFUSED, text=str(error))
        except LoyaltyError:
            self._meter.count("enrolments", outcome="unavailable")
            return self._declined(Phrase.ENROLMENT_UNAVAILABLE)

    async def _prove(self, pending: Pending, code: str, register: RegisterRef, deadline: Deadline) -> Phrase | None:
        """Why the phone is not proved; None when it is. Where the register compares, it has done so."""
        compares = self._compares(register)
        if not code and not compares:
            return Phrase.CODE_NEEDED
        if pending.tries <= 0:
            return Phrase.TOO_MANY_TRIES
        pending.tries -= 1  # before the answer: guesses that come at once are counted, too
        try:
            right = await self._is_right(pending, code or pending.code, register, deadline)
        except LoyaltyError:
            pending.tries += 1
            return Phrase.ENROLMENT_UNAVAILABLE
        return None if right else Phrase.WRONG_CODE

    async def _is_right(self, pending: Pending, code: str, register: RegisterRef, deadline: Deadline) -> bool:
        """The code of the enrolment itself is told to the server; any other has proved the phone by being known."""
        known, enrolment = pending.code, pending.enrolment
        if known and not hmac.compare_digest(known.encode(), code.encode()):
            return False
        if known and known != enrolment.code:
            return True
        return await self._participants.confirm(pending.enrolment, code, register, deadline=deadline.less(RESERVE))

    def _enrolled(
        self, enrolment: Enrolment, application: Application, register: RegisterRef, *, is_new: bool
    ) -> Enrolled:
        """`is_new`: he has become a participant by this very call."""
        self._meter.count("enrolments", outcome="already" if enrolment.already else "enrolled")
        said = self._wording.say(Phrase.ENROLLED_ALREADY if enrolment.already else Phrase.ENROLLED)
        notices = (said,) if enrolment.already or not self._welcome else (self._welcome,)
        return Enrolled(
            customer_id=enrolment.customer_id,
            already=enrolment.already,
            wallet_link=enrolment.wallet_link,
            notices=notices,
            slip=() if enrolment.already else self._welcomed(enrolment, application, register, is_new=is_new),
        )

    def _welcomed(self, enrolment: Enrolment, told: Application, register: RegisterRef, *, is_new: bool) -> Slip:
        customer = Customer(id=enrolment.customer_id, first_name=told.first_name, phone=told.phone, card=told.card)
        return self._slips.welcome(
            customer, register, wallet_link=enrolment.wallet_link, rules_version=told.rules, is_new=is_new
        )

    def _declined(self, why: Phrase, **values: str) -> Declined:
        return Declined(reason=REASONS.get(why, DeclineReason.UNAVAILABLE), text=self._wording.say(why, **values))


_conforms: type[EnrolmentDesk] = Enrolling
