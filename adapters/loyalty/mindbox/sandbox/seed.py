"""The sandbox's part of the seed: endpoints, keys, names of the project."""

from typing import Literal

from msgspec import Struct, field

from adapters.loyalty.mindbox.sandbox.catalogue import Kind, operations_of
from adapters.loyalty.mindbox.sandbox.limits import Limits
from adapters.loyalty.programme import LineStatus, ProgrammeSeed

LiveStatus = Literal["CheckedOut", "Paid", "Cancelled", "Returned"]


class Endpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An integration point; every key of `secret_keys` opens it, as while keys are being rotated.

    `test_keys` are good for so many calls an hour as `limits` says.
    """

    id: str
    prefix: str
    secret_keys: tuple[str, ...]
    test_keys: tuple[str, ...] = ()


def _usual_statuses() -> dict[str, LiveStatus]:
    return {"CheckedOut": "CheckedOut", "Paid": "Paid", "Cancelled": "Cancelled", "Returned": "Returned"}


class MindboxTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The project's names. `operations` are those beyond the usual, open at every endpoint.

    Custom fields of a customer: `rules_field` has the version of the rules he agreed to, `wallet_field` the address
    of his wallet card, made of `wallet_link` with {id}; without one there is no wallet card. `gift_card_payment` is
    the id of the payment type.
    """

    endpoints: tuple[Endpoint, ...]
    async_delay_seconds: float = 0.2
    order_id_name: str = "offlineTransactionId"
    product_id_name: str = "system1c"
    statuses: dict[str, LiveStatus] = field(default_factory=_usual_statuses)
    operations: dict[str, Kind] = field(default_factory=dict)
    limits: Limits = Limits()
    rules_field: str = "rulesVersion"
    wallet_field: str = "walletLink"
    wallet_link: str = ""
    gift_card_payment: str = "giftCard"

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        return next((one for one in self.endpoints if one.id == endpoint_id), None)

    def kind(self, endpoint: Endpoint, operation: str) -> Kind | None:
        """What `operation` does at `endpoint`; None when it is not known there."""
        return self.operations.get(operation) or operations_of(endpoint.prefix).get(operation)

    def status(self, name: str) -> LineStatus | None:
        known = self.statuses.get(name)
        return LineStatus(known) if known else None

    def status_name(self, status: LineStatus) -> str:
        """The project's first name for `status`."""
        return next((name for name, known in self.statuses.items() if known == status), status.value)


class SandboxSeed(ProgrammeSeed, frozen=True, kw_only=True):
    """A whole seed file of this sandbox."""

    mindbox: MindboxTable
