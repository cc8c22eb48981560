"""What a Mindbox project calls its things; every name is the project's own."""

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import asdict

from adapters.loyalty.mindbox.presets import PRESETS, Operations
from gateway.domain.receipt import TenderKind
from gateway.errors import ConfigError

LOOPBACK = ("http://127.", "http://localhost", "http://[::1]")


class Statuses(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """External ids of the order line statuses, one per category (Mindbox help, order line statuses)."""

    checked_out: str = "CheckedOut"
    paid: str = "Paid"
    cancelled: str = "Cancelled"
    returned: str = "Returned"


class Payments(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """External ids of the payment types."""

    cash: str = "cash"
    card: str = "card"
    gift_card: str = "giftCard"
    other: str = "other"

    def name(self, kind: TenderKind) -> str:
        known = {TenderKind.CASH: self.cash, TenderKind.CARD: self.card, TenderKind.GIFT_CARD: self.gift_card}
        return known.get(kind, self.other)


class MindboxSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[loyalty]` table for `kind = "mindbox"`.

    `sale_status`: whether the project's create takes lines that are paid, or the status has to be set by a call of
    its own. `slip_placeholders` are the placeholders whose texts are printed, those of `hidden_placeholders` go
    nowhere; all others are hints for the cashier. Of the calculations within two minutes at most
    `long_basket_share` may be of more than `long_basket_lines` lines (0: without limit). `customer_system` names
    the ids of the chain's own customers; `rules_field` and `wallet_link_field` the custom fields with the version of
    the rules that a customer agreed to, and the address of his wallet card.
    `favourite_category_field`, `expiring_points_field` and `points_expire_on_field` are custom fields too; empty: the
    project has none.
    """

    kind: Literal["mindbox"]
    url: str
    endpoint: str
    secret_key_file: str
    allow_plain_http: bool = False
    preset: Literal["offline", "frontol"] = "offline"
    operations: dict[str, str] = {}
    product_system: str = "system1c"
    order_system: str = "offlineTransactionId"
    sale_status: Literal["paid", "separate"] = "paid"
    balance: str = "Main"
    level_segmentation: str = "Level"
    statuses: Statuses = Statuses()
    payments: Payments = Payments()
    favourite_category_field: str = ""
    expiring_points_field: str = ""
    points_expire_on_field: str = ""
    slip_placeholders: tuple[str, ...] = ("ReceiptFooter",)
    hidden_placeholders: tuple[str, ...] = ()
    long_basket_lines: int = 50
    long_basket_share: float = 0.1
    register_discount: str = "register-discount"
    customer_system: str = "externalId"
    rules_field: str = "rulesVersion"
    wallet_link_field: str = "walletLink"
    connections: int = 80  # more than the guard's calls in flight: a second call always finds its own

    def __post_init__(self) -> None:
        """Raises `ConfigError` for a URL that would send the key in clear over a network."""
        unknown = set(self.operations) - set(Operations.__struct_fields__)
        if unknown:
            allowed = ", ".join(Operations.__struct_fields__)
            raise ConfigError(f"loyalty.operations.{unknown.pop()}: неизвестная операция; допустимы: {allowed}")
        if self.long_basket_lines < 0:
            raise ConfigError(f"loyalty.long_basket_lines: указано {self.long_basket_lines}; допустимо: от 0")
        if not 0 < self.long_basket_share <= 1:
            raise ConfigError(
                f"loyalty.long_basket_share: указано {self.long_basket_share}; допустимо: больше 0 и не больше 1"
            )
        if self.connections < 1:
            raise ConfigError(f"loyalty.connections: указано {self.connections}; допустимо: от 1")
        if not urlsplit(self.base_url).hostname:
            raise ConfigError(f"loyalty.url: указано {self.url!r}; допустимо: адрес сервера, https://...")
        if self.base_url.startswith("https://") or self.allow_plain_http or self.base_url.startswith(LOOPBACK):
            return
        raise ConfigError("loyalty.url: нужен https:// (http:// допустим только на этом компьютере)")

    @property
    def base_url(self) -> str:
        """The URL without a trailing slash; TLS when no scheme is given."""
        url = self.url.rstrip("/")
        return url if "://" in url else f"https://{url}"

    @property
    def named(self) -> Operations:
        """The preset's operation names with the project's own over them."""
        return Operations(**{**asdict(PRESETS[self.preset]), **self.operations})
