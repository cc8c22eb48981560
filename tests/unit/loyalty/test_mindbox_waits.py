"""How long a server that is too busy wants to be left alone: in its own words, or by our custom."""

import pytest

from adapters.loyalty.mindbox.answers import LONGEST_WAIT, USUAL_WAIT, question, told
from adapters.loyalty.mindbox.wire import decode
from adapters.loyalty.transport import Reply
from gateway.errors import LoyaltyError, LoyaltyUnavailable, OutcomeUnknown

WAITS = [("7", 7), ("0", 1), ("86400", LONGEST_WAIT)]
NO_WAITS = ["", "soon", "Sat, 21 Nov 2026 18:00:00 GMT", "-5", "1.5"]


def waits(status: int, retry_after: str) -> LoyaltyError:
    with pytest.raises(LoyaltyError) as refused:
        told(Reply(status, b"", retry_after), decode)
    return refused.value


@pytest.mark.parametrize(("said", "seconds"), WAITS)
def test_too_many_calls_wait_as_long_as_the_server_says(said: str, seconds: int) -> None:
    refused = waits(429, said)
    assert isinstance(refused, LoyaltyUnavailable), "surely nothing was done"
    assert refused.retry_after == seconds


@pytest.mark.parametrize("said", NO_WAITS)
def test_too_many_calls_without_a_number_of_seconds_wait_as_usual(said: str) -> None:
    assert waits(429, said).retry_after == USUAL_WAIT


@pytest.mark.parametrize(("said", "seconds"), WAITS)
def test_a_busy_servers_wait_is_heard_though_the_change_may_have_been_made(said: str, seconds: int) -> None:
    refused = waits(503, said)
    assert isinstance(refused, OutcomeUnknown)
    assert refused.retry_after == seconds


@pytest.mark.parametrize("said", NO_WAITS)
def test_a_busy_server_that_names_no_time_is_asked_by_our_own_custom(said: str) -> None:
    assert waits(503, said).retry_after is None


def test_a_question_to_a_busy_server_was_surely_without_effect_and_keeps_its_wait() -> None:
    with pytest.raises(LoyaltyUnavailable) as refused:
        question(Reply(503, b"", "9"), decode)
    assert refused.value.retry_after == 9
