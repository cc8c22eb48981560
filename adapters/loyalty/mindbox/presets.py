"""Operation names of Mindbox's own integration families; a project may rename each in the config.

Sources: Mindbox help, "Set Retail integration" (Offline.*) and "Интеграция Frontol" (Frontol.*). Neither family
lists an operation for reading an order, for segments, for a cashier action or for histories; those names are ours,
and so is that of the Frontol family for setting the status "paid": the family's own only cancels. That family neither
edits customers nor knows cards, and its register compares codes itself.
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
    register_customer: str
    confirm_phone: str
    resend_code: str
    edit_customer: str
    send_code: str
    check_code: str
    get_card: str
    bind_card: str
    issue_card: str
    replace_card: str
    balance_history: str
    promotions: str


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
    register_customer="Offline.RegisterCustomer",
    confirm_phone="Offline.ConfirmMobilePhone",
    resend_code="Offline.ResendMobilePhoneConfirmationCode",
    edit_customer="Offline.EditCustomer",
    send_code="Offline.SendMobilePhoneAuthorizationCode",
    check_code="Offline.CheckMobilePhoneAuthorizationCode",
    get_card="Offline.GetDiscountCard",
    bind_card="Offline.ActivateDiscountCard",
    issue_card="Offline.ActivateVirtualDiscountCard",
    replace_card="Offline.ReplaceDiscountCard",
    balance_history="Offline.GetCustomerBalanceHistory",
    promotions="Offline.GetCustomerPromotions",
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
    register_customer="Frontol.RegisterCustomer",
    confirm_phone="Frontol.CommitRegisterCustomer",
    resend_code="",
    edit_customer="",
    send_code="Frontol.SendMobilePhoneAuthorizationCode",
    check_code="",
    get_card="",
    bind_card="",
    issue_card="",
    replace_card="",
    balance_history="Frontol.GetCustomerBalanceHistory",
    promotions="Frontol.GetCustomerPromotions",
)

PRESETS = {"offline": OFFLINE, "frontol": FRONTOL}
