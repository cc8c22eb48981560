"""How long registers wait for the loyalty server, and how it is spared."""

from gateway.services.guard.breaker import BreakerRules
from gateway.services.guard.guarded import GuardRules
from gateway.services.guard.hedge import HedgeRules
from gateway.settings.section import Budget, CallTime, Duration, Parallel, Positive, Section, Share, Wait


class Budgets(Section, frozen=True, kw_only=True):
    """Seconds a register waits for each kind of answer, at most. `delivery`: a call nobody waits for.

    `code`: how long the sending of a code to a phone may take, `enrol`: each step of a registration.
    """

    identify: Budget = 0.3
    quote: Budget = 0.3
    redeem: Budget = 0.6
    release: Budget = 0.3
    complete: Budget = 0.3
    code: Budget = 3.0
    enrol: Budget = 3.0
    delivery: CallTime = 4.0


class LoyaltyGuard(Section, frozen=True, kw_only=True):
    """What stands between the registers and a loyalty server that is slow or away.

    A breaker per kind of operation: `failures_in_a_row`, or `failure_share` of at least `failure_calls` calls
    within `failure_window_seconds`, stop the calls for `rest_seconds`, twice as long after the second time, and so
    on up to `longest_rest_seconds`; then one call is a probe. A slow answer is no failure: only silence beyond
    `patience_seconds` is.

    `hedging`: a question (never a change) that takes unusually long is asked a second time, for at most
    `hedge_share` of the questions and baskets of up to `hedge_lines` lines. An answer that came too late for its
    receipt is kept for `late_answer_seconds`. `calls_in_flight`: calls under way at once, of them repeats of the
    outbox `retry_share`, but never fewer than `retry_least`.
    """

    failures_in_a_row: Positive = 5
    failure_share: Share = 0.5
    failure_calls: Positive = 20
    failure_window_seconds: Duration = 10
    rest_seconds: Duration = 30
    longest_rest_seconds: Duration = 300
    patience_seconds: CallTime = 2
    hedging: bool = True
    hedge_share: Share = 0.1
    hedge_lines: Positive = 50
    late_answer_seconds: Wait = 30
    calls_in_flight: Positive = 64
    retry_share: Share = 0.2
    retry_least: Parallel = 3

    def rules(self) -> GuardRules:
        return GuardRules(
            breaker=BreakerRules(
                in_a_row=self.failures_in_a_row,
                share=self.failure_share,
                calls=self.failure_calls,
                window=self.failure_window_seconds,
                opens_for=self.rest_seconds,
                opens_at_most=self.longest_rest_seconds,
            ),
            hedge=HedgeRules(enabled=self.hedging, share=self.hedge_share, lines=self.hedge_lines),
            patience=self.patience_seconds,
            kept_for=self.late_answer_seconds,
            in_flight=self.calls_in_flight,
            retry_share=self.retry_share,
            retry_least=self.retry_least,
        )


class LimitedMode(Section, frozen=True, kw_only=True):
    """`warn_after_seconds`: how long sales may go on without the loyalty programme before it is an error."""

    warn_after_seconds: Duration = 1800
