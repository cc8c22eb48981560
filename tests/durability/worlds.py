"""Every uncertain behaviour of a loyalty server under which the sale protocol has to hold."""

from msgspec import Struct
from msgspec.structs import replace

from adapters.loyalty.programme import Variants
from gateway.domain.sale_record import CREATE_THEN_CANCEL, TWO_PHASE, Profile

PAYS_APART = replace(CREATE_THEN_CANCEL, pays_apart=True)


class ServerKind(Struct, frozen=True):
    """A profile, and how its server behaves where the documents are silent."""

    variants: Variants = Variants()
    profile: Profile = CREATE_THEN_CANCEL


KINDS = {
    "documented": ServerKind(),
    "refusal burns its key": ServerKind(Variants(refusal_burns_key=True)),
    "keys are forgotten": ServerKind(Variants(keys_forgotten_after_seconds=300)),
    "offline order doubles": ServerKind(Variants(offline_over_known="doubles")),
    "offline order is ignored": ServerKind(Variants(offline_over_known="ignores")),
    "cancelled stays closed": ServerKind(Variants(cancelled_reopens=False)),
    "queue is late and out of order": ServerKind(Variants(queue_extra_seconds=20, queue_reorders=True)),
    "queue loses every third": ServerKind(Variants(queue_loses=3)),
    "new price without total": ServerKind(Variants(total_with_new_price=False)),
    "paid by a call of its own": ServerKind(Variants(create_takes_paid=False), PAYS_APART),
    "paid apart, queue loses every second": ServerKind(
        Variants(create_takes_paid=False, queue_loses=2, queue_reorders=True), PAYS_APART
    ),
    "paid apart though create takes it": ServerKind(Variants(), PAYS_APART),
    "two phases": ServerKind(profile=TWO_PHASE),
    "everything at once": ServerKind(
        Variants(
            refusal_burns_key=True,
            keys_forgotten_after_seconds=300,
            offline_over_known="doubles",
            cancelled_reopens=False,
            queue_extra_seconds=10,
            queue_reorders=True,
            queue_loses=3,
            total_with_new_price=False,
            create_takes_paid=False,
        ),
        PAYS_APART,
    ),
}
