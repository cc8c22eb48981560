"""The unit as systemd runs it: readiness, credentials, devices, reload, watchdog, restarts that refuse nobody."""

import re
from pathlib import Path

import pytest
from booted import boot

pytestmark = [pytest.mark.nspawn, pytest.mark.timeout(600)]
SCRIPT = (Path(__file__).parent / "unit_script.sh").read_text(encoding="utf-8")

THREE_ANSWERS = r"покупатель: принято.*расчёт: принято.*закрытие чека: принято"
PROMISED = {
    "verify": r"^$",
    "score": r"exposure level .*: (0\.\d|1\.[0-5]) ",
    "active": "^active$",
    "type": "^notify$",
    "status": "^работает",
    "user": "^pos-gateway$",
    "state": "^700 pos-gateway 600 pos-gateway$",
    "secret": "Permission denied",
    "trial": THREE_ANSWERS,
    "doctor": r"^\[\]$",
    "other_device": "Operation not permitted",
    "serial_device": "^(?!.*not permitted)",
    "load": r"^failed 0 \[\], enough True$",
    "reloaded": '"prompts":1',
    "refused": r"prompts\[2\]\.name",
    "active_after_reload": "^active$",
    "encrypted": THREE_ANSWERS,
    "watchdog": "^Watchdog timeout$",
    "active_after_watchdog": "^active$",
    "after_watchdog": THREE_ANSWERS,
    "stopped": "^success$",
    "stop_in_time": "^$",
    "journal": "^0$",
}


def test_the_unit_works_as_it_promises(tree: Path) -> None:
    said = boot(tree, SCRIPT, seconds=150)
    facts = dict(row.split(": ", 1) for row in said.splitlines() if re.match(r"^\w+: ", row))
    broken = {name: facts.get(name) for name, rule in PROMISED.items() if not re.search(rule, facts.get(name, "?"))}
    assert broken == {}, said
