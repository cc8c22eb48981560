"""Calls the server has only queued: it may lose one in silence, so each is looked for until its order shows it."""

from datetime import datetime, timedelta

LOOKS = (1 / 30, 1 / 12, 1 / 4, 1.0)
"""When the order is read after a send, as parts of a queued call's life: of a minute at 2, 5, 15 and 60 s."""

JUST_HAD = 0.01
"""A look that is nearer than this part of the life has just been had."""


def next_look(sent_at: datetime, now: datetime, life: timedelta) -> float | None:
    """Seconds until the order is worth another look; None when the call is to be sent again, with the same key.

    A send that lies in the future was dated by a clock that has been set back since: nobody knows how old it is.
    """
    age = (now - sent_at) / life
    if not 0 <= age < 1:
        return None
    at = next((look for look in LOOKS if look > age + JUST_HAD), 1 + JUST_HAD)
    return (at - age) * life.total_seconds()
