"""All that a sandbox knows between two resets: the programme, its books, its troubles, its queue."""

from datetime import timedelta

from adapters.loyalty.mindbox.sandbox.clock import MovableClock
from adapters.loyalty.mindbox.sandbox.degraded import Degraded
from adapters.loyalty.mindbox.sandbox.desk import SUCCESS, Admitted, Desk, Question
from adapters.loyalty.mindbox.sandbox.faults import FaultBoard
from adapters.loyalty.mindbox.sandbox.inspection import Inspection
from adapters.loyalty.mindbox.sandbox.journal import Entry, Journal
from adapters.loyalty.mindbox.sandbox.limits import Gatekeeper
from adapters.loyalty.mindbox.sandbox.queue import Queue
from adapters.loyalty.mindbox.sandbox.refusals import Answer, BadRequest, protocol_error, server_error
from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.programme import Programme


class Life:
    """Calls come in, are admitted, carried out at once or queued, and written down."""

    def __init__(self, seed: SandboxSeed, clock: MovableClock, speed: float) -> None:
        self.clock = clock
        self.programme = Programme(seed, clock, speed=speed)
        self.gate = Gatekeeper(seed.mindbox.limits, clock)
        self.desk = Desk(self.programme, seed, self.gate)
        self.inspection = Inspection(self.programme, seed.mindbox)
        self.faults = FaultBoard()
        self.journal = Journal()
        self.queue = Queue(clock)
        self._delay = timedelta(seconds=seed.mindbox.async_delay_seconds)

    @property
    def degraded(self) -> Degraded:
        return self.desk.degraded

    def received(self, question: Question) -> Entry:
        return self.journal.receive(
            operation=question.operation,
            transaction_id=question.transaction_id,
            body=question.body,
            at=self.clock(),
            is_async=question.is_async,
        )

    def answer(self, question: Question, entry: Entry) -> Answer:
        try:
            admitted = self.desk.admit(question)
        except BadRequest as error:
            return protocol_error(str(error), error.http)
        if not question.is_async:
            return self.desk.answer(admitted)
        self._enqueue(admitted, entry)
        return SUCCESS

    def _enqueue(self, admitted: Admitted, entry: Entry) -> None:
        self.queue.received += 1
        number, variants = self.queue.received, self.programme.variants

        def carry_out() -> None:
            answer = server_error() if variants.loses(number) else self.desk.carry_out_queued(admitted)
            if not answer.is_done:
                self.journal.queue_failed(entry, answer, self.clock())

        self.queue.put(carry_out, variants.queue_delay(number, self._delay))
