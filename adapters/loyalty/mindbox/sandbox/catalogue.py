"""Which operation does what: the names of Mindbox's own register integrations, in one table.

Names from the Mindbox help centre, pages "Set Retail 10" and "Frontol"; those they do not list (order read,
segments, the custom action, histories, most of the cards) are ours. A project adds its own in the seed.
"""

from enum import StrEnum
from functools import cache


class Kind(StrEnum):
    GET_CUSTOMER = "get_customer"
    AUTHORIZED_PREORDER = "authorized_preorder"
    UNAUTHORIZED_PREORDER = "unauthorized_preorder"
    ANONYMOUS_PREORDER = "anonymous_preorder"
    AUTHORIZED_ORDER = "authorized_order"
    ANONYMOUS_ORDER = "anonymous_order"
    SAVE_OFFLINE_ORDER = "save_offline_order"
    CHANGE_STATUS = "change_status"
    CANCEL = "cancel"
    RETURN = "return"
    GET_ORDER = "get_order"
    SEGMENTS = "segments"
    ACTION = "action"
    REGISTER = "register"
    EDIT = "edit"
    CONFIRM_PHONE = "confirm_phone"
    RESEND_CODE = "resend_code"
    SEND_CODE = "send_code"
    SEND_AND_TELL_CODE = "send_and_tell_code"
    CHECK_CODE = "check_code"
    GET_CARD = "get_card"
    LIST_CARDS = "list_cards"
    BIND_CARD = "bind_card"
    ISSUE_CARD = "issue_card"
    BLOCK_CARD = "block_card"
    REPLACE_CARD = "replace_card"
    BALANCE_HISTORY = "balance_history"
    CHANGE_BALANCE = "change_balance"
    PROMOTIONS = "promotions"
    PROMO_CODES = "promo_codes"


# Only operations with the step "create or update order" honour the transaction id of a sync call
# (Mindbox help centre, "Idempotency"); every async call does.
KEYED = frozenset({Kind.AUTHORIZED_ORDER, Kind.ANONYMOUS_ORDER, Kind.SAVE_OFFLINE_ORDER})

# What only reads gives its answer at once or not at all (help centre, "Operations: basics").
SYNC_ONLY = frozenset(
    {
        Kind.GET_CUSTOMER,
        Kind.AUTHORIZED_PREORDER,
        Kind.UNAUTHORIZED_PREORDER,
        Kind.ANONYMOUS_PREORDER,
        Kind.GET_ORDER,
        Kind.SEGMENTS,
        Kind.CHECK_CODE,
        Kind.GET_CARD,
        Kind.LIST_CARDS,
        Kind.BALANCE_HISTORY,
        Kind.PROMOTIONS,
        Kind.PROMO_CODES,
    }
)
CALCULATIONS = frozenset({Kind.AUTHORIZED_PREORDER, Kind.UNAUTHORIZED_PREORDER, Kind.ANONYMOUS_PREORDER})

_COMMON = {
    "GetCustomerInfo": Kind.GET_CUSTOMER,
    "AuthorizedPreorder": Kind.AUTHORIZED_PREORDER,
    "UnauthorizedPreorder": Kind.UNAUTHORIZED_PREORDER,
    "AnonymousPreorder": Kind.ANONYMOUS_PREORDER,
    "SaveOfflineOrder": Kind.SAVE_OFFLINE_ORDER,
    "ChangeStatus": Kind.CHANGE_STATUS,
    "Return": Kind.RETURN,
    "GetOrder": Kind.GET_ORDER,
    "GetCustomerSegments": Kind.SEGMENTS,
    "PopupShown": Kind.ACTION,
    "RegisterCustomer": Kind.REGISTER,
    "EditCustomer": Kind.EDIT,
    "SendMobilePhoneAuthorizationCode": Kind.SEND_CODE,
    "CheckMobilePhoneAuthorizationCode": Kind.CHECK_CODE,
    "ConfirmMobilePhone": Kind.CONFIRM_PHONE,
    "ResendMobilePhoneConfirmationCode": Kind.RESEND_CODE,
    "GetDiscountCard": Kind.GET_CARD,
    "GetCustomerDiscountCards": Kind.LIST_CARDS,
    "ActivateDiscountCard": Kind.BIND_CARD,
    "ActivateVirtualDiscountCard": Kind.ISSUE_CARD,
    "BlockDiscountCard": Kind.BLOCK_CARD,
    "ReplaceDiscountCard": Kind.REPLACE_CARD,
    "GetCustomerBalanceHistory": Kind.BALANCE_HISTORY,
    "ChangeCustomerBalance": Kind.CHANGE_BALANCE,
    "GetCustomerPromotions": Kind.PROMOTIONS,
    "GetCustomerPromoCodes": Kind.PROMO_CODES,
}
_NAMES = {
    "Offline": {
        **_COMMON,
        "CheckCustomer": Kind.GET_CUSTOMER,
        "CreateAuthorizedOrder": Kind.AUTHORIZED_ORDER,
        "CreateAnonymousOrder": Kind.ANONYMOUS_ORDER,
        "CreateUnauthorizedOrder": Kind.AUTHORIZED_ORDER,
    },
    "Frontol": {
        **_COMMON,
        "BeginAuthorizedOrderTransaction": Kind.AUTHORIZED_ORDER,
        "BeginAnonymousOrderTransaction": Kind.ANONYMOUS_ORDER,
        "CancelOrder": Kind.CANCEL,
        "CommitRegisterCustomer": Kind.CONFIRM_PHONE,
        "SendMobilePhoneAuthorizationCode": Kind.SEND_AND_TELL_CODE,
    },
}


@cache
def operations_of(prefix: str) -> dict[str, Kind]:
    """Full names of the operations of one family; an unknown prefix has none but the seed's own."""
    return {f"{prefix}.{name}": kind for name, kind in _NAMES.get(prefix, {}).items()}
