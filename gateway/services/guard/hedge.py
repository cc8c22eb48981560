"""When to ask a second time: a straggler is overtaken, a server that is slow altogether is left in peace."""

from msgspec import Struct

from gateway.services.guard.latencies import Latencies


class HedgeRules(Struct, frozen=True, kw_only=True):
    """`share`: second calls in a hundred first ones, at most, as a fraction. `lines`: of the largest basket.

    `learn`: answers the delay is learned from. Of 200 the 95th percentile strays so far that a quarter more
    stragglers are missed than with 500, and one bad second of this computer moves it.
    """

    enabled: bool = True
    share: float = 0.1
    lines: int = 50
    learn: int = 500
    least_learned: int = 20
    least_delay: float = 0.03
    burst: float = 5.0


class Tokens:
    """Each first call earns a part of a second one. Starts with one: a restart is no licence to hammer."""

    def __init__(self, share: float, burst: float) -> None:
        self._share = share
        self._most = max(burst, 1.0)
        self._held = 1.0

    def earn(self) -> None:
        self._held = min(self._most, self._held + self._share)

    def spend(self) -> bool:
        if self._held < 1.0:
            return False
        self._held -= 1.0
        return True


class Usual(Struct, frozen=True):
    """What was learned last: the delay, the earliest it may be; how long half, a quarter of the answers take."""

    delay: float
    earliest: float
    half: float
    quarter: float


class Hedge:
    """For one kind of operation. A second call has to pay for itself: it goes out late, or not at all."""

    def __init__(self, rules: HedgeRules) -> None:
        self._rules = rules
        self._latencies = Latencies(rules.learn)
        self._tokens = Tokens(rules.share, rules.burst)
        self._usual: Usual | None = None

    def learn(self, seconds: float) -> None:
        """A first call took so long, or was cut short after so long."""
        if self._latencies.add(seconds) and self._rules.enabled:
            self._usual = self._learned()

    def began(self, left: float) -> float | None:
        """A first call goes out with `left` seconds to go: when to send the second, None for never.

        At the 95th percentile; somewhat earlier where that leaves no room for a whole second answer.
        """
        self._tokens.earn()
        usual = self._usual
        if usual is None:
            return None
        delay = usual.delay
        if delay + usual.half > left:
            delay = max(usual.earliest, min(delay, left - usual.half))
        return delay if left - delay >= usual.quarter else None

    def has_room(self, left: float) -> bool:
        """Whether a call sent now still has a chance to be answered in time."""
        return self._usual is not None and left >= self._usual.quarter

    def spend(self) -> bool:
        """Take a token for a second call; False when too many were sent."""
        return self._tokens.spend()

    def _learned(self) -> Usual | None:
        """Never a delay within the bulk of the answers: where all take the same time, the p95 is among them."""
        latencies, rules = self._latencies, self._rules
        if len(latencies) < rules.least_learned:
            return None
        half = latencies.quantile(0.5)
        least = max(1.25 * half, rules.least_delay)
        return Usual(
            delay=max(latencies.quantile(0.95), least),
            earliest=max(latencies.quantile(0.9), least),
            half=half,
            quarter=latencies.quantile(0.25),
        )
