"""One flight for identical questions at once, and what came too late for the next identical one."""

import asyncio
from typing import Any, TypeVar, cast

from gateway.domain.deadline import Deadline
from gateway.ports import Meter
from gateway.services.guard.flight import Flight, Lane, Question
from gateway.services.guard.late import Kept, LateAnswers, Subject
from gateway.services.guard.limiter import NoPlace

T = TypeVar("T")


class Questions:
    def __init__(self, meter: Meter, late: LateAnswers) -> None:
        self._meter = meter
        self._late = late
        self._joinable: dict[Subject, Flight[Any]] = {}
        self._all: set[Flight[Any]] = set()

    async def ask(self, lane: Lane, question: Question[T], deadline: Deadline) -> T:
        """The answer by the deadline: a late one, a flying one's, or a new one's. Raises `LoyaltyError`."""
        kind, now = lane.gate.kind, lane.clock.monotonic()
        late = self._late.take(question.subject, question.asked, now)
        if late is not None:
            self._meter.count("loyalty_late_answers_used", operation=kind)
            return cast("T", late.answer)
        if deadline.at <= now:
            raise NoPlace("no time left to ask")
        flight: Flight[T] | None = self._joinable.get(question.subject)
        if flight is not None and flight.question.asked == question.asked:
            self._meter.count("loyalty_flights_joined", operation=kind)
        else:
            flight = self._launch(question, lane, deadline, now)
        return await flight.wait(deadline, now)

    def drop(self, subject: Subject) -> None:
        """Something changes there now: nobody may be told what was asked before."""
        self._late.drop(subject)
        self._joinable.pop(subject, None)

    async def close(self) -> None:
        flights = list(self._all)
        tasks = [task for flight in flights for task in flight.tasks()]
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _launch(self, question: Question[T], lane: Lane, deadline: Deadline, now: float) -> Flight[T]:
        ticket = lane.gate.enter(now)
        flight = Flight(question, lane, ticket, deadline, now, self._ended)
        self._joinable[question.subject] = flight
        self._all.add(flight)
        return flight

    def _ended(self, flight: Flight[Any]) -> None:
        self._all.discard(flight)
        subject = flight.question.subject
        if self._joinable.get(subject) is not flight:
            return
        del self._joinable[subject]
        if flight.was_missed and flight.is_answered and flight.lane.keeps > 0:
            until = flight.lane.clock.monotonic() + flight.lane.keeps
            self._late.keep(subject, Kept(flight.question.asked, flight.answer, until))
