"""Operation names of Mindbox's own integration families; a project may rename each in the config.

Sources: Mindbox help, "Set Retail integration" (Offline.*) and "Интеграция Frontol" (Frontol.*). Neither family
lists an operation for reading an order, for segments or for a cashier action; those names are ours, and so is that
of the Frontol family for setting the status "paid": the family's own only cancels.
"""

from msgspec import Struct


class Operations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each call is named at the project. An empty name: the project does not have it.

    `change_status` cancels an order; `mark_paid` is only called where the sale's status is set apart.
    """

    get_customer: str
    preorder: str
    anonymous_preorder: str
    create_order: str
    anonymous_create_order: str
    change_status: str
    mark_paid: str
    refund: str
    offline_order: str
    get_order: str
    segments: str
    shown: str


OFFLINE = Operations(
    get_customer="Offline.GetCustomerInfo",
    preorder="Offline.AuthorizedPreorder",
    anonymous_preorder="Offline.AnonymousPreorder",
    create_order="Offline.CreateAuthorizedOrder",
    anonymous_create_order="Offline.CreateAnonymousOrder",
    change_status="Offline.ChangeStatus",
    mark_paid="Offline.ChangeStatus",
    refund="Offline.Return",
    offline_order="Offline.SaveOfflineOrder",
    get_order="Offline.GetOrder",
    segments="Offline.GetCustomerSegments",
    shown="Offline.PopupShown",
)

FRONTOL = Operations(
    get_customer="Frontol.GetCustomerInfo",
    preorder="Frontol.AuthorizedPreorder",
    anonymous_preorder="Frontol.AnonymousPreorder",
    create_order="Frontol.BeginAuthorizedOrderTransaction",
    anonymous_create_order="Frontol.BeginAnonymousOrderTransaction",
    change_status="Frontol.CancelOrder",
    mark_paid="Frontol.ChangeStatus",
    refund="Frontol.Return",
    offline_order="Frontol.SaveOfflineOrder",
    get_order="Frontol.GetOrder",
    segments="Frontol.GetCustomerSegments",
    shown="Frontol.PopupShown",
)

PRESETS = {"offline": OFFLINE, "frontol": FRONTOL}
