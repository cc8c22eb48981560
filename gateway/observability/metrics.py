"""Metrics named `pos_gateway_*`, in base units; no label ever names a customer, a card or a receipt."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import GaugeMetricFamily

from gateway import __version__
from gateway.domain.receipt import RegisterRef
from gateway.observability.histogram import Histogram, Observed
from gateway.observability.last_hour import LastHour
from gateway.observability.requests import REQUESTS
from gateway.ports import Meter

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; an edge stands exactly at the 300 ms promise."""

MINUTES = (1.0, 2.0, 5.0, 10.0, 15.0, 15.5, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0)
"""Seconds of what takes a part of a popup's two minutes."""

IN_MINUTES = ("popup_offer", "popup_answer")

COUNTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "fallback_answers": ("Answers given without the loyalty server", ("operation",)),
    "closes": ("Closed receipts taken from registers", ("verdict",)),
    "deliveries": ("Answers of the loyalty server to closed receipts", ("outcome", "form")),
    "refunds": ("Refunds by the state they came to", ("state",)),
    "outbox_retries": ("Work that had to be tried again", ("kind",)),
    "popups": ("Popups by the state they came to", ("state",)),
    "popup_reports_late": ("Popups that a cashier saw and whose report did not arrive in time", ()),
    "popup_polls": ("Questions for segments after a sale", ("found",)),
    "loyalty_breaker_changes": ("Circuit breakers that moved, by the state they came to", ("operation", "state")),
    "loyalty_hedges": (
        "Second calls for questions whose answer took long, by who was quicker",
        ("operation", "result"),
    ),
    "loyalty_flights_joined": ("Questions answered together with an identical one on its way", ("operation",)),
    "loyalty_late_answers_used": ("Questions answered by what had come too late before", ("operation",)),
    "limited_mode_changes": ("Limited mode begun and ended", ("reason", "to")),
    "register_requests": ("Requests of registers", ("register", "operation", "outcome")),
    "stripped_sales": ("Old sales whose customer was forgotten", ()),
    "print_jobs": ("Slips for printers, by what became of them", ("outcome",)),
    "print_lost_characters": (
        "Characters that a printer could not show and printed as a question mark",
        ("printer",),
    ),
    "unprinted_coupons": ("Jobs with coupons that did not get on paper", ("reason",)),
    "codes": ("Codes for customers' phones, by what they were for and what came of it", ("purpose", "outcome")),
    "enrolments": ("New participants at registers, by what came of it", ("outcome",)),
}

GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "register_screens": ("Screens connected that would show a popup", ("register",)),
    "register_without_screen": ("1 for a register in use, in opening hours, whose screens are silent", ("register",)),
    "store_used_bytes": ("What the store takes on its disk", ()),
    "disk_free_bytes": ("Free space of the store's disk", ()),
    "slip_templates_refused": ("1 while changed slip templates are broken and the old ones are used", ()),
    "printer_trouble": ("1 for how a printer is now; `none` when it prints", ("printer", "reason")),
    "print_jobs_waiting": ("Slips that wait for their printer", ("printer",)),
    "alarm": ("1 while a cause holds that the administrator is mailed about", ("cause",)),
    "register_clock_skew_seconds": ("How far a register's clock is ahead of ours, seconds", ("register",)),
}

TIMES: dict[str, str] = {
    "popup_offer": "From the close of the receipt to the popup",
    "popup_answer": "From the popup to the cashier's answer",
    "popup_report": "From the cashier's click to the loyalty server's acceptance",
    "loyalty_call_duration": "Calls to the loyalty server, from the sending to the answer",
    "loyalty_queue_wait": "Waiting for a place among the calls under way",
    "event_loop_lag": "How much later than asked for the event loop woke up",
    "register_request_duration": "From a register's request to its answer",
}


class Metrics(Meter):
    """One registry for the process; counting is a dictionary lookup.

    `budgets`: seconds somebody waits at most; every histogram has an edge at each of them.
    """

    def __init__(self, budgets: Iterable[float] = ()) -> None:
        self.registry = CollectorRegistry()
        edges = sorted({*BUCKETS, *budgets})
        self._counters = {
            name: Counter(f"pos_gateway_{name}", text, labels, registry=self.registry)
            for name, (text, labels) in COUNTERS.items()
        }
        self._times = {
            name: Histogram(f"pos_gateway_{name}_seconds", text, MINUTES if name in IN_MINUTES else edges)
            for name, text in TIMES.items()
        }
        self._gauges = {
            name: Gauge(f"pos_gateway_{name}", text, labels, registry=self.registry)
            for name, (text, labels) in GAUGES.items()
        }
        self._hour: LastHour | None = None
        self._bound: dict[tuple[object, ...], Any] = {}
        self._observed: dict[tuple[object, ...], Observed] = {}
        self._requests: dict[tuple[RegisterRef | None, str, str], tuple[Observed, Counter]] = {}
        Gauge("pos_gateway_build_info", "The running version", ("version",), registry=self.registry).labels(
            __version__
        ).set(1)

    def listen(self, hour: LastHour) -> None:
        """What the status page shows is kept beside what is scraped."""
        self._hour = hour

    def counted(self, name: str, **labels: str) -> int:
        """How often, since the start."""
        return int(self._child(self._counters, name, labels)._value.get())  # noqa: SLF001 - the client offers no reading

    def count(self, name: str, **labels: str) -> None:
        self._child(self._counters, name, labels).inc()

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        key = (name, *labels.values())  # of one metric they always come in one order
        observed = self._observed.get(key)
        if observed is None:
            observed = self._observed[key] = self._times[name].labels(**labels)
        observed.observe(seconds)

    def call(self, operation: str, outcome: str, seconds: float) -> None:
        if self._hour is not None:
            self._hour.answered(outcome)
        self.observe("loyalty_call_duration", seconds, operation=operation, outcome=outcome)

    def histograms(self) -> Iterator[str]:
        """Their text, piece by piece."""
        for histogram in self._times.values():
            yield from histogram.pieces()

    def set(self, name: str, value: float, **labels: str) -> None:
        self._child(self._gauges, name, labels).set(value)

    def request(self, register: RegisterRef | None, operation: str, outcome: str, seconds: float) -> None:
        """The register is a label of the count only: one histogram a register would make scrapes slow."""
        if self._hour is not None:
            self._hour.asked(register, outcome, seconds)
        key = (register, operation, outcome)
        took, counter = self._requests.get(key) or self._requests.setdefault(key, self._request(*key))
        took.observe(seconds)
        counter.inc()
        REQUESTS.tell(register, operation, outcome, seconds)

    def _request(self, register: RegisterRef | None, operation: str, outcome: str) -> tuple[Observed, Counter]:
        """Where requests of one kind are counted."""
        name = "" if register is None else register.register
        labels = {"register": name, "operation": operation, "outcome": outcome}
        took = self._times["register_request_duration"].labels(operation=operation)
        return took, self._child(self._counters, "register_requests", labels)

    def _child(self, family: Mapping[str, Any], name: str, labels: dict[str, str]) -> Any:
        """Finding a child by its labels takes longer than counting: it is found once."""
        key = (name, *labels.items())
        child = self._bound.get(key)
        if child is None:
            child = self._bound[key] = family[name].labels(**labels) if labels else family[name]
        return child


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """A value read at the moment of the scrape."""
    return GaugeMetricFamily(f"pos_gateway_{name}", text, value=value)
