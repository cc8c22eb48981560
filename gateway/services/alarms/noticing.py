"""A meter that remembers what alarms are made of, and hands everything on to the one that monitoring reads."""

from collections.abc import Mapping
from datetime import datetime

from gateway.domain.receipt import RegisterRef
from gateway.ports import Clock, Meter

WELL = ("", "none")
"""Reasons of a printer that prints."""


class Noticing(Meter):
    """`asked`: when each register last asked. `troubled`: what is wrong with a printer, and since when.

    `late_report`: when a popup's report last came too late; None before. `screenless`: registers in use, in opening
    hours, that have no screen for popups.
    """

    def __init__(self, meter: Meter, clock: Clock) -> None:
        self._meter = meter
        self._clock = clock
        self.asked: dict[RegisterRef, datetime] = {}
        self.troubled: dict[str, tuple[str, datetime]] = {}
        self.late_report: datetime | None = None
        self.screenless: set[str] = set()

    def count(self, name: str, **labels: str) -> None:
        if name == "popup_reports_late":
            self.late_report = self._clock.now()
        self._meter.count(name, **labels)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        self._meter.observe(name, seconds, **labels)

    def call(self, operation: str, outcome: str, seconds: float) -> None:
        self._meter.call(operation, outcome, seconds)

    def set(self, name: str, value: float, **labels: str) -> None:
        if name == "printer_trouble" and value:
            self._printer(labels)
        if name == "register_without_screen":
            (self.screenless.add if value else self.screenless.discard)(labels["register"])
        self._meter.set(name, value, **labels)

    def request(self, register: RegisterRef | None, operation: str, outcome: str, seconds: float) -> None:
        if register is not None:
            self.asked[register] = self._clock.now()
        self._meter.request(register, operation, outcome, seconds)

    def _printer(self, labels: Mapping[str, str]) -> None:
        name, reason = labels.get("printer", ""), labels.get("reason", "")
        if reason in WELL:
            self.troubled.pop(name, None)
        elif self.troubled.get(name, ("",))[0] != reason:
            self.troubled[name] = (reason, self._clock.now())
