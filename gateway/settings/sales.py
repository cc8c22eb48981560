"""What becomes of closed receipts, and how long they are kept."""

from typing import Annotated

from msgspec import Meta

from gateway.settings.section import Days, Duration, Parallel, Section


class SaleTimes(Section, frozen=True, kw_only=True):
    request_life_seconds: Duration = 60
    queue_life_seconds: Duration = 60
    release_after_seconds: Duration = 900
    first_try_seconds: Duration = 5
    parallel_deliveries: Parallel = 4


class Keeping(Section, frozen=True, kw_only=True):
    """Days. `personal`: how long a delivered sale keeps its customer; `outcomes`: how long a late repeat is known and
    what happened is told; `refund_facts`: how long goods may come back. Below `disk_warning_megabytes` of free space
    on the store's disk the log warns.
    """

    personal_days: Days = 7
    outcomes_days: Annotated[int, Meta(ge=35, le=3660, description="целое число дней от 35 до 3660")] = 35
    refund_facts_days: Annotated[int, Meta(ge=35, le=3660, description="целое число дней от 35 до 3660")] = 1095
    disk_warning_megabytes: Annotated[int, Meta(ge=1, description="целое число мегабайт от 1")] = 1024
