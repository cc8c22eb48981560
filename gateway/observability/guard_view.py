"""How the loyalty server is doing: gauges for a scrape, and the same as values for `/loyalty` and `doctor`."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily

from gateway.services.guard.advice import FEWEST, Advice, advise
from gateway.services.guard.guarded import GuardedProgram
from gateway.services.limited_mode import LimitedMode, LimitedState, Reason


class GuardView:
    """`budgets`: seconds registers wait, by kind of operation; `reserve` of them is the gateway's own."""

    def __init__(
        self,
        guard: GuardedProgram,
        limited: LimitedMode,
        budgets: Mapping[str, float],
        reserve: float,
        patience: float,
    ) -> None:
        self._guard = guard
        self._limited = limited
        self._budgets = budgets
        self._reserve = reserve
        self._patience = patience

    def advice(self) -> list[Advice]:
        """What the budgets cost, from the answers measured since the start; what was hardly asked is left out."""
        gates = self._guard.gates
        return [
            advise(kind, gates[kind].measured.ordered(), budget, self._reserve, self._patience)
            for kind, budget in self._budgets.items()
            if len(gates[kind].measured) >= FEWEST
        ]

    def breakers(self) -> dict[str, str]:
        return {kind: gate.breaker.state.name.lower() for kind, gate in self._guard.gates.items()}

    def limited(self) -> LimitedState:
        return self._limited.state()

    def families(self) -> Iterator[GaugeMetricFamily]:
        yield self._breaker_states()
        yield _labelled(
            "loyalty_budget_miss_ratio",
            "Share of calls that take longer than the budget allows",
            "operation",
            {row.operation: row.missed for row in self.advice()},
        )
        yield _plain("loyalty_calls_in_flight", "Calls to the loyalty server under way", self._guard.in_flight)
        yield from self._limited_mode()

    def _breaker_states(self) -> GaugeMetricFamily:
        states = {kind: float(gate.breaker.state) for kind, gate in self._guard.gates.items()}
        return _labelled("loyalty_breaker_state", "0 closed, 1 half open, 2 open", "operation", states)

    def _limited_mode(self) -> Iterator[GaugeMetricFamily]:
        state = self._limited.state()
        reasons = {str(reason): float(reason in state.since) for reason in Reason}
        began = state.began.timestamp() if state.began else 0.0
        yield _labelled("limited_mode", "1 while sales go on without the loyalty programme", "reason", reasons)
        yield _plain("limited_mode_since_timestamp_seconds", "Since when, 0 while it is off", began)
        yield _plain("limited_mode_overdue", "1 while it lasts longer than it should", float(state.is_overdue))


def _plain(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"pos_gateway_{name}", text, value=value)


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"pos_gateway_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
