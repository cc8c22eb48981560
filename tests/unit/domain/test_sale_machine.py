"""A sale among faults, found by chance: paid once, and its points spent once or back."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sale_world import Way, World

from gateway.domain.sale_record import Alert, State

WAYS = st.sampled_from(Way)
POINTS = st.sampled_from([50, 50, 40])
PAUSES = st.sampled_from([10, 61, 900])


class SaleAmongFaults(RuleBasedStateMachine):
    """Rules in any order; at the end the network is well, time passes, and the books must be right."""

    @initialize(balance=st.sampled_from([50, 100]), reopens=st.booleans())
    def begin(self, balance: int, *, reopens: bool) -> None:
        self.world = World(balance, reopens=reopens)
        self.elsewhere = 0
        self.promised: int | None = None

    @property
    def is_open(self) -> bool:
        return not self.world.sale.is_closed

    @precondition(lambda self: self.is_open)
    @rule(points=POINTS, way=WAYS)
    def redeem(self, points: int, way: Way) -> None:
        self.promised = points if self.world.redeem(points, way) else None

    @precondition(lambda self: self.is_open)
    @rule()
    def undo(self) -> None:
        self.world.undo()
        self.promised = None

    @precondition(lambda self: self.is_open)
    @rule(with_points=st.booleans())
    def close(self, *, with_points: bool) -> None:
        """Points only as the till was promised them."""
        self.world.close(self.promised or 0 if with_points else 0)

    @rule(way=WAYS)
    def release(self, way: Way) -> None:
        self.world.release(way)

    @rule(way=WAYS)
    def deliver(self, way: Way) -> None:
        self.world.deliver(way)

    @rule()
    def watch(self) -> None:
        self.world.watch()

    @rule(place=st.integers(0, 5))
    def arrive_late(self, place: int) -> None:
        self.world.arrive(place)

    @rule(seconds=PAUSES)
    def wait(self, seconds: int) -> None:
        self.world.now += timedelta(seconds=seconds)

    @rule()
    def spend_elsewhere(self) -> None:
        """Another till takes the points, or brings them back."""
        moved = 50 if self.world.server.balance >= 50 else -self.elsewhere
        self.world.server.balance -= moved
        self.elsewhere += moved

    @invariant()
    def at_most_one_order_is_paid(self) -> None:
        assert len(self.world.server.paid()) <= 1

    @invariant()
    def points_never_come_from_nowhere(self) -> None:
        assert self.world.server.balance >= 0

    @invariant()
    def a_delivered_sale_stays_paid(self) -> None:
        if self.world.sale.state is State.DELIVERED:
            assert self.world.server.paid() == [self.world.sale.delivered_order]

    def teardown(self) -> None:
        """In the end everything is settled, and exactly the close's points are gone."""
        if not hasattr(self, "world"):
            return
        self.world.server.balance += self.elsewhere  # so that a late copy of a refused call finds points to take
        for _ in range(12):
            for place in range(len(self.world.late)):
                self.world.arrive(place)
            self.world.watch()
            self.world.release(Way.FINE)
            self.world.deliver(Way.FINE)
            self.world.now += timedelta(minutes=16)
        self._books_are_right()

    def _books_are_right(self) -> None:
        sale, server = self.world.sale, self.world.server
        assert not sale.awaits_release
        if sale.close is None:
            assert (sale.state, server.spent(), server.paid()) == (State.OPEN, 0, [])
            return
        owed = Alert.POINTS_OWED in sale.alerts or sale.form == "without_points"
        assert sale.state is State.DELIVERED
        assert server.paid() == [sale.delivered_order]
        assert server.spent() == (0 if owed else sale.close.receipt.points)


SaleAmongFaults.TestCase.settings = settings(max_examples=250, stateful_step_count=15, deadline=None)
test_a_sale_among_faults_is_paid_once_and_its_points_are_spent_once_or_back = SaleAmongFaults.TestCase
