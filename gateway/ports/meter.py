"""What monitoring is told."""

from typing import Protocol

from gateway.domain.receipt import RegisterRef


class Meter(Protocol):
    """Counts for monitoring; labels never name a customer, a card or a receipt."""

    def count(self, name: str, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...

    def set(self, name: str, value: float, **labels: str) -> None:
        """A value that goes up and down, in base units."""

    def call(self, operation: str, outcome: str, seconds: float) -> None:
        """One call to the loyalty server ended."""

    def request(self, register: RegisterRef | None, operation: str, outcome: str, seconds: float) -> None:
        """One register request answered: one log line, one observation."""
