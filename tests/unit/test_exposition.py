"""The scrape's text, read back by Prometheus's own parser; and that writing it lets others run."""

import asyncio
import time

from builders import REGISTER
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families

from gateway.domain.call import Operation
from gateway.observability.exposition import exposed
from gateway.observability.metrics import Metrics


async def read(metrics: Metrics) -> dict[str, Metric]:
    text = (await exposed(metrics.registry.collect(), metrics.histograms())).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


async def test_a_histogram_reads_as_it_was_observed() -> None:
    metrics = Metrics([0.3, 0.6, 4.0])
    for seconds in (0.29, 0.3, 0.31, 0.61, 99.0):
        metrics.call("quote", "ok", seconds)
    metrics.observe("event_loop_lag", 0.001)
    families = await read(metrics)
    family = families["pos_gateway_loyalty_call_duration_seconds"]
    assert family.type == "histogram"
    samples = {(row.name.rpartition("_")[2], row.labels.get("le")): row.value for row in family.samples}
    edges = {edge: value for (kind, edge), value in samples.items() if kind == "bucket"}
    told = [edges[edge] for edge in ("0.25", "0.3", "0.4", "0.6", "1.0", "+Inf")]
    assert told == [0, 2, 3, 3, 4, 5]
    assert samples["count", None] == 5
    assert abs(samples["sum", None] - 100.51) < 1e-9
    assert all(row.labels["operation"] == "quote" for row in family.samples)
    assert families["pos_gateway_event_loop_lag_seconds"].samples[-1].value == 0.001


async def test_counters_and_labels_with_anything_in_them() -> None:
    family = CounterMetricFamily("pos_gateway_x", 'with "quotes", \\ and\nlines', labels=["a"])
    family.add_metric(['"\\\n'], 3)
    text = (await exposed([family])).decode()
    (told,) = text_string_to_metric_families(text)
    assert (told.type, told.samples[0].labels, told.samples[0].value) == ("counter", {"a": '"\\\n'}, 3)


async def test_the_register_is_a_label_of_the_count_only() -> None:
    metrics = Metrics()
    metrics.request(REGISTER, "calculate", "ok", 0.1)
    families = await read(metrics)
    assert families["pos_gateway_register_requests"].samples[0].labels["register"] == REGISTER.register
    names = {name for row in families["pos_gateway_register_request_duration_seconds"].samples for name in row.labels}
    assert names == {"operation", "le"}


async def test_a_scrape_with_all_series_lets_others_run() -> None:
    metrics = Metrics()
    for operation in Operation:
        for outcome in ("ok", "refused", "unavailable", "unknown"):
            metrics.call(operation, outcome, 0.1)
    turns, done = 0, asyncio.create_task(exposed(metrics.registry.collect(), metrics.histograms()))
    began = time.perf_counter()
    while not done.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > len(Operation) * 4
    assert time.perf_counter() - began < 1
