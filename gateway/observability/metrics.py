"""Metrics named `pos_gateway_*`, in base units; no label ever names a customer, a card or a receipt."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily

from gateway import __version__
from gateway.domain.receipt import RegisterRef
from gateway.observability.requests import log_request
from gateway.ports import Meter

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; an edge stands exactly at the 300 ms promise."""

COUNTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "fallback_answers": ("Answers given without the loyalty server", ("operation",)),
    "closes": ("Closed receipts taken from registers", ("verdict",)),
    "deliveries": ("Answers of the loyalty server to closed receipts", ("outcome", "form")),
    "refunds": ("Refunds by the state they came to", ("state",)),
    "outbox_retries": ("Work that had to be tried again", ("kind",)),
    "popups": ("Popups by the state they came to", ("state",)),
    "popup_polls": ("Questions for segments after a sale", ("found",)),
    "print_jobs": ("Slips sent to printers", ("outcome",)),
}

GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "register_clock_skew_seconds": ("How far a register's clock is ahead of ours, seconds", ("register",)),
}

TIMES: dict[str, str] = {"popup_report": "From the cashier's click to the loyalty server's acceptance"}


class Metrics(Meter):
    """One registry for the process; counting is a dictionary lookup."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters = {
            name: Counter(f"pos_gateway_{name}", text, labels, registry=self.registry)
            for name, (text, labels) in COUNTERS.items()
        }
        self._times = {
            name: Histogram(f"pos_gateway_{name}_seconds", text, buckets=BUCKETS, registry=self.registry)
            for name, text in TIMES.items()
        }
        self._gauges = {
            name: Gauge(f"pos_gateway_{name}", text, labels, registry=self.registry)
            for name, (text, labels) in GAUGES.items()
        }
        self._requests = Histogram(
            "pos_gateway_register_request_duration_seconds",
            "From a register's request to its answer",
            ("register", "operation", "outcome"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        Gauge("pos_gateway_build_info", "The running version", ("version",), registry=self.registry).labels(
            __version__
        ).set(1)

    def count(self, name: str, **labels: str) -> None:
        self._counters[name].labels(**labels).inc()

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        histogram = self._times[name]
        (histogram.labels(**labels) if labels else histogram).observe(seconds)

    def set(self, name: str, value: float, **labels: str) -> None:
        gauge_ = self._gauges[name]
        (gauge_.labels(**labels) if labels else gauge_).set(value)

    def request(self, register: RegisterRef | None, operation: str, outcome: str, seconds: float) -> None:
        name = "" if register is None else register.register
        self._requests.labels(name, operation, outcome).observe(seconds)
        log_request(register, operation, outcome, seconds)


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """A value read at the moment of the scrape."""
    return GaugeMetricFamily(f"pos_gateway_{name}", text, value=value)
