"""The one entry of the API: who asks, what operation, whether its transaction id is used up.

How transaction ids work (Mindbox help centre, "Idempotency"): one store for all operations; only success uses
an id up; a sync create repeated after that gets a bare `TransactionAlreadyProcessed`, a queued call has no second
effect and leaves an error in the log.
"""

from collections.abc import Iterable, Mapping
from hmac import compare_digest
from uuid import UUID

from msgspec import Struct

from adapters.loyalty.mindbox.sandbox.catalogue import CALCULATIONS, KEYED, SYNC_ONLY, Kind
from adapters.loyalty.mindbox.sandbox.degraded import Degraded
from adapters.loyalty.mindbox.sandbox.dressing import dressed
from adapters.loyalty.mindbox.sandbox.limits import Gatekeeper
from adapters.loyalty.mindbox.sandbox.operations import Operations
from adapters.loyalty.mindbox.sandbox.refusals import Answer, BadRequest, Invalid, invalid, protocol_error, refused
from adapters.loyalty.mindbox.sandbox.requests import read_body
from adapters.loyalty.mindbox.sandbox.seed import Endpoint, SandboxSeed
from adapters.loyalty.programme import Programme, Refusal

SUCCESS = Answer(body={"status": "Success"})
REPEATED = Answer(body={"status": "TransactionAlreadyProcessed"})


class Question(Struct, frozen=True, kw_only=True):
    """A request as it came: query and header as text, body as bytes."""

    query: Mapping[str, str]
    authorization: str
    body: bytes
    is_async: bool = False

    @property
    def operation(self) -> str:
        return self.query.get("operation", "")

    @property
    def endpoint(self) -> str:
        return self.query.get("endpointId", "")

    @property
    def transaction_id(self) -> str:
        return self.query.get("transactionId", "")


class Admitted(Struct, frozen=True, kw_only=True):
    """A question that may be carried out; `key` is None without a transaction id."""

    kind: Kind
    endpoint: str
    operation: str
    key: UUID | None
    body: bytes


class Desk:
    """Admits questions and carries them out, at once or when the queue says so."""

    def __init__(self, programme: Programme, seed: SandboxSeed, gate: Gatekeeper) -> None:
        self._names = seed.mindbox
        self._operations = Operations(programme, seed.mindbox)
        self._programme = programme
        self._gate = gate
        self._used = programme.keys

    @property
    def degraded(self) -> Degraded:
        return self._operations.degraded

    @degraded.setter
    def degraded(self, degraded: Degraded) -> None:
        self._operations.degraded = degraded

    def admit(self, question: Question) -> Admitted:
        """What is asked for, by someone who may ask.

        Raises:
            BadRequest: credentials, operation or transaction id are wrong, or it is one call too many.

        """
        endpoint = self._entitled(question)
        kind = self._names.kind(endpoint, question.operation)
        if kind is None:
            raise BadRequest("operation unknown")
        if question.is_async and kind in SYNC_ONLY:
            raise BadRequest("the operation returns data and cannot be called async")
        if not self._gate.lets(endpoint.id, question.operation):
            raise BadRequest("too many calls of this operation", 429)
        key = self._key(question.transaction_id)
        return Admitted(kind=kind, endpoint=endpoint.id, operation=question.operation, key=key, body=question.body)

    def answer(self, admitted: Admitted) -> Answer:
        """Carry a sync call out."""
        keyed = admitted.kind in KEYED
        if keyed and admitted.key in self._used:
            return REPEATED
        return dressed(self._carried_out(admitted, keyed=keyed), self._programme.variants)

    def carry_out_queued(self, admitted: Admitted) -> Answer:
        """Carry an async call out; what comes back is for the log."""
        if admitted.key in self._used:
            return REPEATED
        return self._carried_out(admitted, keyed=True)

    def _carried_out(self, admitted: Admitted, *, keyed: bool) -> Answer:
        try:
            body = read_body(admitted.body)
            self._weigh(admitted, len(body.order.lines))
            sections = self._operations.perform(admitted.kind, admitted.operation, body)
        except BadRequest as error:
            return protocol_error(str(error), error.http)
        except Invalid as refusal:
            return invalid(str(refusal), refusal.location)
        except Refusal as refusal:
            if keyed and admitted.key is not None:
                self._used.refused(admitted.key)
            return refused(refusal)
        if keyed and admitted.key is not None:
            self._used.succeeded(admitted.key)
        return Answer(body={"status": "Success", **sections})

    def _weigh(self, admitted: Admitted, lines: int) -> None:
        if self._gate.is_too_large(lines, len(admitted.body)):
            raise BadRequest("the request is too large")
        if admitted.kind in CALCULATIONS and not self._gate.lets_calculation(admitted.endpoint, lines):
            raise BadRequest("too many calculations of long orders", 429)

    def _entitled(self, question: Question) -> Endpoint:
        given = _secret_key(question.authorization)
        if not given:
            raise BadRequest("no credentials", 401)
        endpoint = self._names.endpoint(question.endpoint)
        if endpoint is not None and _is_one_of(given, endpoint.secret_keys):
            return endpoint
        if endpoint is None or not _is_one_of(given, endpoint.test_keys):
            raise BadRequest("wrong credentials or endpoint", 403)
        if not self._gate.lets_test_key(given):
            raise BadRequest("too many calls with a test key", 429)
        return endpoint

    def _key(self, transaction_id: str) -> UUID | None:
        """A GUID, with or without hyphens where the variant takes both."""
        if not transaction_id:
            return None
        refused = "-" not in transaction_id and not self._programme.variants.bare_guids
        try:
            key = UUID(transaction_id)
        except ValueError as error:
            raise BadRequest("transactionId is not a GUID") from error
        if refused:
            raise BadRequest("transactionId is a GUID without hyphens")
        return key


def _secret_key(header: str) -> str:
    """The key of `SecretKey <key>` or of the older `Mindbox secretKey="<key>"`; empty when it is neither."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() == "secretkey":
        return rest.strip()
    name, _, value = rest.partition("=")
    return value.strip().strip('"') if (scheme.lower(), name.strip().lower()) == ("mindbox", "secretkey") else ""


def _is_one_of(given: str, keys: Iterable[str]) -> bool:
    return any(compare_digest(given.encode(), key.encode()) for key in keys)
