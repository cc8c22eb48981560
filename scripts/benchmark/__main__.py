"""`scripts/bench`: measures, shows, saves."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmark import durability, footprint, hedging, lateness, report, throughput, under_faults
from benchmark.figures import TARGETS, Figure
from benchmark.plan import Plan
from benchmark.processes import PINNED, ROOT

ORDER = list(TARGETS)
Measure = Callable[[Plan], Iterator[Figure]]

MEASURES: list[tuple[tuple[str, ...], Measure]] = [
    (("1", "2", "3", "4", "5"), throughput.measure),
    (("6",), lateness.measure),
    (("7", "7b", "8"), hedging.measure),
    (("9",), durability.measure),
    (("10",), under_faults.measure),
    (("11", "12", "13"), footprint.measure),
]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="The figures of the gateway's speed.")
    parser.add_argument("--only", metavar="1,2,6", default="", help="these figures only")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there")
    parser.add_argument("--soak", action="store_true", help="100,000 sales for figure 12")
    parser.add_argument("--write-readme", action="store_true", help="put the table into the READMEs")
    parser.add_argument("--per-receipt", type=int, default=3, help="calculates of one receipt (3)")
    parser.add_argument("--scale", type=float, default=1.0, help="shorter rounds, to try the bench itself")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    only = {id_.strip() for id_ in asked.only.split(",") if id_.strip()}
    plan = Plan(only, soak=asked.soak, scale=asked.scale, calculates_per_receipt=asked.per_receipt)
    if not PINNED:
        plan.note("one core or no taskset: nothing is pinned, ratios are of little worth")
    figures = [figure for ids, measure in MEASURES if plan.wants(*ids) for figure in measure(plan)]
    figures = sorted((found for found in figures if plan.wants(found.id)), key=lambda found: ORDER.index(found.id))
    report.table(figures)
    for reason in plan.void:
        print(f"VOID: {reason}")
    if asked.json:
        report.save(figures, asked.json)
    if asked.write_readme and not plan.void:
        for name in ("README.md", "README.ru.md"):
            report.write_readme(figures, ROOT / name)


if __name__ == "__main__":
    main()
