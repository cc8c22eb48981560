"""What a loyalty server may turn out to do where its documents are silent, in the time of a run; one name each."""

from msgspec import Struct

from adapters.loyalty.programme import Variants

APART = 'sale_status = "separate"'
"""How a gateway is told that the project's create does not take paid lines."""


class Variant(Struct, frozen=True):
    """`loyalty`: what the gateway's `[loyalty]` table needs besides."""

    variants: Variants = Variants()
    loyalty: str = ""


VARIANTS = {
    "documented": Variant(),
    "refusal-burns-key": Variant(Variants(refusal_burns_key=True)),
    "keys-forgotten": Variant(Variants(keys_forgotten_after_seconds=30)),
    "offline-doubles": Variant(Variants(offline_over_known="doubles")),
    "offline-ignores": Variant(Variants(offline_over_known="ignores")),
    "cancelled-stays-closed": Variant(Variants(cancelled_reopens=False)),
    "queue-late": Variant(Variants(queue_extra_seconds=1, queue_reorders=True)),
    "queue-loses": Variant(Variants(queue_loses=3)),
    "new-price-without-total": Variant(Variants(total_with_new_price=False)),
    "other-words": Variant(Variants(saved_status="Updated", quoted_scalars=True, capital_ids=True)),
    "longer-answers": Variant(Variants(extra_fields=True, more_balances=True)),
    "short-answers": Variant(Variants(saved_status="Created", optional_blocks=False, half_documented=False)),
    "says-when-to-come-back": Variant(Variants(retry_after_seconds=1)),
    "no-bare-keys": Variant(Variants(bare_guids=False)),
    "paid-apart": Variant(Variants(create_takes_paid=False), APART),
    "paid-apart-needlessly": Variant(Variants(), APART),
    "everything": Variant(
        Variants(
            refusal_burns_key=True,
            keys_forgotten_after_seconds=30,
            offline_over_known="doubles",
            cancelled_reopens=False,
            create_takes_paid=False,
            queue_extra_seconds=1,
            queue_reorders=True,
            queue_loses=3,
            saved_status="Created",
            total_with_new_price=False,
            quoted_scalars=True,
            capital_ids=True,
            optional_blocks=False,
        ),
        APART,
    ),
}
