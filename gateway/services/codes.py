"""Codes to customers' phones: made, sent, compared and counted. In memory only: a restart asks for a new one."""

import asyncio
import hmac
import secrets
from collections import OrderedDict

import structlog
from msgspec import Struct, field

from gateway.domain.code import CodeMode, CodeRules, Purpose
from gateway.domain.customer import CustomerKey
from gateway.domain.deadline import Deadline
from gateway.domain.texts import Phrase
from gateway.errors import LoyaltyError, LoyaltyRejected, LoyaltyUnavailable
from gateway.ports import Clock, Meter, Participants
from gateway.services.code_allowance import Allowance

log = structlog.get_logger()

KEPT = 2000
"""Codes remembered at once; the oldest goes first."""

DIGITS = "0123456789"


class Issued(Struct, eq=False, kw_only=True):
    """One code of one customer. `code` is empty while it is under way, and where only the server knows it.

    `documents` it was given out for; once `used` it serves no other. `proved` are those it was told for. `lost` says
    why nobody can use it.
    """

    purpose: Purpose
    at: float
    tries: int
    code: str = ""
    documents: set[str] = field(default_factory=set)
    used: bool = False
    proved: set[str] = field(default_factory=set)
    lost: Phrase | None = None
    sending: "asyncio.Task[None] | None" = None

    def serves(self, document: str) -> bool:
        return document in self.documents or not self.used

    def __repr__(self) -> str:
        return "Issued(***)"


class Codes:
    def __init__(self, participants: Participants, rules: CodeRules, clock: Clock, meter: Meter) -> None:
        self._participants = participants
        self._rules = rules
        self._clock = clock
        self._meter = meter
        self._allowance = Allowance(rules.daily_cap, clock, meter)
        self._issued: OrderedDict[tuple[Purpose, str], Issued] = OrderedDict()

    @property
    def allowance(self) -> Allowance:
        """Shared by all codes of this gateway, also those the loyalty server sends when it takes an application."""
        return self._allowance

    @property
    def rules(self) -> CodeRules:
        return self._rules

    def mode(self, purpose: Purpose) -> CodeMode:
        return self._rules.mode(purpose)

    def of(self, purpose: Purpose, who: str, document: str) -> Issued | None:
        """The customer's living code that this document may use."""
        found = self._issued.get((purpose, who))
        if found is None or not found.serves(document):
            return None
        return found if self._clock.monotonic() - found.at < self._rules.lifetime else None

    async def issue(
        self, purpose: Purpose, who: str, document: str, key: CustomerKey, deadline: Deadline
    ) -> Issued | Phrase:
        """The customer's code for this document, sent at most once; or why there is none.

        `who` names the customer in memory. A code of the server's is waited for until the deadline: `CODE_LATE`
        means that it may be there the next time.
        """
        issued = self.of(purpose, who, document) or self._new(purpose, who, key)
        if isinstance(issued, Phrase):
            return issued
        issued.documents.add(document)
        if self.mode(purpose) is not CodeMode.GENERATED and issued.sending is not None:
            await asyncio.wait({issued.sending}, timeout=deadline.left(self._clock.monotonic()))
            if not issued.sending.done():
                return Phrase.CODE_LATE
        return issued.lost or issued

    def adopt(self, purpose: Purpose, who: str, document: str, code: str) -> Issued:
        """A code that the register holds and has compared already, of before our restart: no second one is sent."""
        adopted = Issued(purpose=purpose, at=self._clock.monotonic(), tries=self._rules.tries, code=code)
        adopted.documents.add(document)
        self._keep(who, adopted)
        return adopted

    def _new(self, purpose: Purpose, who: str, key: CustomerKey) -> Issued | Phrase:
        last = self._issued.get((purpose, who))
        if last is not None and self._clock.monotonic() - last.at < self._rules.rest:
            self._meter.count("codes", purpose=purpose, outcome="too_soon")
            return last.lost or Phrase.CODE_TOO_SOON
        if not self._allowance.take(purpose):
            return Phrase.CODES_UNAVAILABLE
        issued = Issued(purpose=purpose, at=self._clock.monotonic(), tries=self._rules.tries)
        if self.mode(purpose) is CodeMode.GENERATED:
            issued.code = "".join(secrets.choice(DIGITS) for _ in range(self._rules.length))
        self._keep(who, issued)
        issued.sending = asyncio.get_running_loop().create_task(self._send(issued, who, key))
        return issued

    def _keep(self, who: str, issued: Issued) -> None:
        self._issued[issued.purpose, who] = issued
        self._issued.move_to_end((issued.purpose, who))
        if len(self._issued) > KEPT:
            self._issued.popitem(last=False)

    async def _send(self, issued: Issued, who: str, key: CustomerKey) -> None:
        limit = Deadline(self._clock.monotonic() + self._rules.patience)
        outcome = "sent"
        try:
            told = await self._participants.send_code(key, issued.code, deadline=limit)
            if self.mode(issued.purpose) is CodeMode.RETURNED:
                issued.code = told
                if not told:
                    log.error("code_not_told", mode=str(CodeMode.RETURNED))
                    issued.lost, outcome = Phrase.CODES_UNAVAILABLE, "failed"
        except LoyaltyError as error:
            outcome = self._failed(issued, who, error)
        self._meter.count("codes", purpose=issued.purpose, outcome=outcome)

    def _failed(self, issued: Issued, who: str, error: LoyaltyError) -> str:
        """What surely was not sent may be tried again at once; what may have been is not sent twice."""
        log.warning("code_not_sent", purpose=str(issued.purpose), error=type(error).__name__)
        if isinstance(error, LoyaltyUnavailable):
            issued.lost = Phrase.CODES_UNAVAILABLE
            self._allowance.give_back()
            if self._issued.get((issued.purpose, who)) is issued:
                del self._issued[issued.purpose, who]
            return "failed"
        if isinstance(error, LoyaltyRejected) or not issued.code:
            issued.lost = Phrase.CODES_UNAVAILABLE
        return "refused" if isinstance(error, LoyaltyRejected) else "unknown"

    async def prove(
        self, issued: Issued, document: str, key: CustomerKey, code: str, deadline: Deadline
    ) -> Phrase | None:
        """Whether `code` is the one; why not. Compared in constant time; void after too many wrong ones."""
        if document in issued.proved:
            return None
        if issued.tries <= 0:
            return Phrase.TOO_MANY_TRIES
        issued.tries -= 1  # before the answer: guesses that come at once are counted, too
        try:
            right = await self._is_right(issued, key, code, deadline)
        except LoyaltyError:
            issued.tries += 1
            return Phrase.CODES_UNAVAILABLE
        if right:
            issued.tries += 1
            issued.proved.add(document)
            return None
        self._meter.count("codes", purpose=issued.purpose, outcome="wrong")
        return Phrase.WRONG_CODE if issued.tries > 0 else Phrase.TOO_MANY_TRIES

    async def _is_right(self, issued: Issued, key: CustomerKey, code: str, deadline: Deadline) -> bool:
        if self.mode(issued.purpose) is CodeMode.SERVER:
            return await self._participants.check_code(key, code, deadline=deadline)
        return bool(issued.code) and hmac.compare_digest(issued.code.encode(), code.encode())

    async def close(self) -> None:
        """End what is under way: the gateway stops."""
        under_way = [row.sending for row in self._issued.values() if row.sending is not None]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
