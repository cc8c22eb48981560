"""Figures 1 to 5: the gateway beside M, in paired rounds that alternate."""

import contextlib
from collections.abc import Iterator
from statistics import median

from msgspec import Struct

from benchmark import nginx
from benchmark.cores import CANDIDATE
from benchmark.figures import Figure, figure, percentile
from benchmark.gateway import Gateway, gateway
from benchmark.load import Job, Outcome
from benchmark.plan import Plan
from benchmark.processes import Server, Upstream, free_port, load, python, upstream

CONNECTIONS = 16
RATE = 300
DATA = "discount"
"""In every answer of ours and of M's that has the server's prices in it."""
VOID_ABOVE = 11.0
"""nginx is about 9 times M on a calm machine; more means that M was slowed."""


class Field(Struct, frozen=True):
    """Everybody who is measured, alive at once."""

    upstream: Upstream
    ours: Gateway
    m: Server
    nginx: Server | None


@contextlib.contextmanager
def field() -> Iterator[Field]:
    with contextlib.ExitStack() as stack:
        up = stack.enter_context(upstream())
        m = stack.enter_context(python(CANDIDATE, "reference", free_port(), str(up.port)))
        ours = stack.enter_context(gateway(up.url))
        yield Field(up, ours, m, stack.enter_context(nginx.proxy(up.port)))


class Rounds:
    """Numbers receipts so that none is ever asked about twice by chance."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._next = 1

    def calculates(self, server: Server, count: int, connections: int, *, rate: float = 0) -> Outcome:
        times = self._plan.calculates_per_receipt
        job = Job(
            port=server.port, connections=connections, count=count, actions=["calculate"], rate=rate, times=times
        )
        return good(load(self._numbered(job)))

    def confirms(self, server: Server, count: int, *, after_calculate: bool) -> Outcome:
        job = self._numbered(Job(port=server.port, connections=CONNECTIONS, count=count, actions=["confirm"]))
        if after_calculate:  # the close of a receipt that was priced, as at a till
            job.actions = ["calculate"]
            good(load(job))
            job.actions = ["confirm"]
        return good(load(job))

    def _numbered(self, job: Job) -> Job:
        job.first, self._next = self._next, self._next + job.count
        return job


def good(outcome: Outcome) -> Outcome:
    """Raises `RuntimeError`: a rate of failures is no figure."""
    if outcome.unanswered or outcome.refused:
        raise RuntimeError(f"{outcome.unanswered} unanswered, {outcome.refused} refused: nothing was measured")
    return outcome


def rps(outcome: Outcome) -> float:
    return len(outcome.latencies) / outcome.seconds


def seconds(outcome: Outcome) -> list[float]:
    return [took for _, took in outcome.latencies]


def measure(plan: Plan) -> Iterator[Figure]:
    """Figures 1 to 5, those that are wanted."""
    with field() as servers:
        rounds = Rounds(plan)
        for server in (servers.ours, servers.m):
            rounds.calculates(server, 400, CONNECTIONS)
        if plan.wants("1", "3"):
            yield from _calculates(plan, rounds, servers)
        if plan.wants("2"):
            yield from _confirms(plan, rounds, servers)
        if plan.wants("4"):
            yield from _added(plan, rounds, servers)
        if plan.wants("5"):
            yield from _open_loop(plan, rounds, servers)


def _calculates(plan: Plan, rounds: Rounds, servers: Field) -> Iterator[Figure]:
    rates, prices, nginx_rates = [], [], []
    for _ in plan.rounds("calculates", 7):
        ours, price = _priced(rounds, servers.ours, plan.scaled(2000))
        theirs, their_price = _priced(rounds, servers.m, plan.scaled(4000))
        rates.append(ours / theirs)
        prices.append(price / their_price)
        plan.note(f"{ours:.0f}/s, M {theirs:.0f}/s; {price * 1e6:.0f} us, M {their_price * 1e6:.0f} us")
        if servers.nginx is not None:
            nginx_rates.append(rps(rounds.calculates(servers.nginx, plan.scaled(8000), CONNECTIONS)) / theirs)
    if nginx_rates:
        plan.check("nginx / M", median(nginx_rates), VOID_ABOVE)
    each = f"{plan.calculates_per_receipt} per receipt"
    yield figure("1", median(rates), note=each)
    yield figure("3", median(prices), note=each)


def _priced(rounds: Rounds, server: Server, count: int) -> tuple[float, float]:
    """Requests per second, and seconds of processor per request."""
    before = server.cpu_seconds()
    outcome = rounds.calculates(server, count, CONNECTIONS)
    return rps(outcome), (server.cpu_seconds() - before) / count


def _confirms(plan: Plan, rounds: Rounds, servers: Field) -> Iterator[Figure]:
    rates = []
    for _ in plan.rounds("confirms", 5):
        ours = rps(rounds.confirms(servers.ours, plan.scaled(800), after_calculate=True))
        theirs = rps(rounds.confirms(servers.m, plan.scaled(4000), after_calculate=False))
        servers.ours.settle()
        rates.append(ours / theirs)
        plan.note(f"{ours:.0f}/s, M {theirs:.0f}/s")
    yield figure("2", median(rates))


def _added(plan: Plan, rounds: Rounds, servers: Field) -> Iterator[Figure]:
    ratios = []
    for _ in plan.rounds("one connection", 5):
        bare = Server(servers.m._process, servers.upstream.port)  # noqa: SLF001 - the upstream as a target of load
        alone, ours, theirs = (
            median(seconds(rounds.calculates(server, plan.scaled(600), 1)))
            for server in (bare, servers.ours, servers.m)
        )
        ratios.append((ours - alone) / (theirs - alone))
        plan.note(f"p50 {ours * 1e3:.2f} ms, M {theirs * 1e3:.2f} ms, server alone {alone * 1e3:.2f} ms")
    yield figure("4", median(ratios))


def _open_loop(plan: Plan, rounds: Rounds, servers: Field) -> Iterator[Figure]:
    ratios = []
    for _ in plan.rounds("open loop", 5):
        ours, theirs = (
            percentile(seconds(rounds.calculates(server, plan.scaled(1200), 64, rate=RATE)), 0.99)
            for server in (servers.ours, servers.m)
        )
        ratios.append(ours / theirs)
        plan.note(f"p99 {ours * 1e3:.2f} ms, M {theirs * 1e3:.2f} ms")
    yield figure("5", median(ratios))
