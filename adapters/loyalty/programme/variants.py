"""What the vendors' documents leave open: every choice a real project may turn out to have made.

The defaults are what the documents make likely. The sale protocol has to hold under each of them.
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

OfflineOverKnown = Literal["updates", "doubles", "ignores"]
WrongCode = Literal["validation_error", "no_customer", "customer_not_found"]
KnownPhone = Literal["already_exists", "validation_error"]
StatusShape = Literal["any", "string", "object"]
SavedStatus = Literal["Processed", "Created", "Updated"]


class Variants(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mindbox reference, section 12; the numbers in brackets are its items.

    Behaviour: `refusal_burns_key` [2]; `keys_forgotten_after_seconds` [3], None for never; `offline_over_known` [7];
    `cancel_gives_back` the points of a cancelled order [6]; `cancelled_reopens` [6], None for what `[orders]` of the
    seed says; `create_takes_paid`: else an order stays CheckedOut until its status is changed.
    Queue: every call waits `queue_extra_seconds` longer; with `queue_reorders` every second one lets the next pass;
    every `queue_loses`-th fails in silence, 0 for none.
    Wire: `saved_status` and `total_with_new_price` [2]; `quoted_scalars` and `capital_ids` [1]; without
    `optional_blocks` an answer about an order tells neither its customer nor its points; `half_documented` blocks
    stand there or not [11]; `extra_fields` and `more_balances`, in any order, are what a project may have beside;
    `retry_after_seconds` is said with a 429, 0 for not [8]; transaction ids without hyphens are taken with
    `bare_guids` [10]; a wrong code is told as `wrong_code` has it [4], a phone that is registered already as
    `known_phone` has it [5]; the status of a status update must be of `status_shape` [6].
    """

    refusal_burns_key: bool = False
    keys_forgotten_after_seconds: float | None = None
    offline_over_known: OfflineOverKnown = "updates"
    cancelled_reopens: bool | None = None
    create_takes_paid: bool = True
    cancel_gives_back: bool = True
    queue_extra_seconds: float = 0
    queue_reorders: bool = False
    queue_loses: int = 0
    saved_status: SavedStatus = "Processed"
    total_with_new_price: bool = True
    quoted_scalars: bool = False
    capital_ids: bool = False
    optional_blocks: bool = True
    half_documented: bool = True
    extra_fields: bool = False
    more_balances: bool = False
    retry_after_seconds: int = 0
    bare_guids: bool = True
    wrong_code: WrongCode = "validation_error"
    known_phone: KnownPhone = "already_exists"
    status_shape: StatusShape = "any"

    def queue_delay(self, number: int, usual: timedelta) -> timedelta:
        """How long the `number`-th queued call waits."""
        delay = usual + timedelta(seconds=self.queue_extra_seconds)
        return 3 * delay if self.queue_reorders and number % 2 else delay

    def loses(self, number: int) -> bool:
        return bool(self.queue_loses) and number % self.queue_loses == 0


class UsedKeys:
    """Idempotency keys that will not be honoured again; one name space for all operations."""

    def __init__(self, now: Callable[[], datetime], variants: Callable[[], Variants]) -> None:
        self._now = now
        self._variants = variants
        self._used: dict[Hashable, datetime] = {}

    def __contains__(self, key: Hashable) -> bool:
        at = self._used.get(key)
        kept = self._variants().keys_forgotten_after_seconds
        return at is not None and (kept is None or self._now() - at <= timedelta(seconds=kept))

    def succeeded(self, key: Hashable) -> None:
        self._used[key] = self._now()

    def refused(self, key: Hashable) -> None:
        if self._variants().refusal_burns_key:
            self._used[key] = self._now()
