"""The last reconciliation as metrics: a command made it, the daemon shows it."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.domain.till_report import DifferenceKind
from gateway.observability.metrics import gauge
from gateway.state.reconciled import ReconciledFile


class ReconciledView(Collector):
    """Reads a file of a few hundred bytes at each scrape; nothing is shown before the first reconciliation."""

    def __init__(self, file: ReconciledFile) -> None:
        self._file = file

    def collect(self) -> Iterator[GaugeMetricFamily]:
        last = self._file.read()
        if last is None:
            return
        yield gauge("reconcile_last_run_timestamp_seconds", "When a report was last compared", last.at.timestamp())
        yield gauge("reconcile_receipts", "Receipts of the last report", last.receipts)
        yield gauge("reconcile_sent_receipts", "Receipts only the last report told of, sent late", last.sent)
        yield gauge("reconcile_unread_lines", "Lines of the last report that nobody understood", last.unread)
        differences = GaugeMetricFamily(
            "pos_gateway_reconcile_differences",
            "Receipts on which the last report and the gateway differ",
            labels=("register", "kind"),
        )
        for register, kinds in last.differences.items():
            for kind in DifferenceKind:
                differences.add_metric((register, kind), kinds.get(kind, 0))
        yield differences
