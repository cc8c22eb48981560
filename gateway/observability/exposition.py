"""The text of a scrape, written in small pieces: with all series at once the event loop would stand still."""

import asyncio
from collections.abc import Iterable

from prometheus_client.core import Metric
from prometheus_client.samples import Sample
from prometheus_client.utils import floatToGoString

PIECE = 60
"""Samples written before others get their turn: well under a millisecond."""


async def exposed(families: Iterable[Metric], ready: Iterable[str] = ()) -> bytes:
    """Prometheus text format 0.0.4, without the `_created` times that nobody reads; `ready` is text already."""
    rows: list[str] = []
    written = 0
    for family in families:
        samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
        name = f"{family.name}_total" if family.type == "counter" else family.name
        rows.append(f"# HELP {name} {_escaped(family.documentation)}\n# TYPE {name} {family.type}\n")
        for sample in samples:
            rows.append(_row(sample))
            written += 1
            if written % PIECE == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)  # collecting the next family is a piece of its own
    for piece in ready:
        rows.append(piece)
        await asyncio.sleep(0)
    return "".join(rows).encode()


def _row(sample: Sample) -> str:
    value: str = floatToGoString(sample.value)  # type: ignore[no-untyped-call]
    if not sample.labels:
        return f"{sample.name} {value}\n"
    labels = ",".join(f'{name}="{_quoted(text)}"' for name, text in sample.labels.items())
    return f"{sample.name}{{{labels}}} {value}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")
