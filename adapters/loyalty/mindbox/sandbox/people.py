"""Operations about people: joining, changing their data, the codes sent to their phones.

Shapes: Mindbox developers docs, "json" (register), "userredjson-1" (edit), "mobile-phone-verification",
"send-confirmation-code", "secret-code-authentication"; field rules: help centre, "field-validation-rules".
"""

from collections.abc import Callable, Mapping
from datetime import date

from msgspec.structs import replace

from adapters.loyalty.mindbox.sandbox.catalogue import Kind
from adapters.loyalty.mindbox.sandbox.customer_answers import NOT_FOUND, customer_ids, found
from adapters.loyalty.mindbox.sandbox.mapping import account_keys, phone_digits
from adapters.loyalty.mindbox.sandbox.refusals import Invalid, Json
from adapters.loyalty.mindbox.sandbox.requests import Body, CustomerBody
from adapters.loyalty.mindbox.sandbox.seed import MindboxTable
from adapters.loyalty.programme import Account, AccountKeys, Programme
from adapters.loyalty.programme.seed import CustomerSeed

CONFIRMATION, AUTHORIZATION = "confirmation", "authorization"
"""Two mechanisms, two codes: that the phone is the customer's, and that it is he who spends his points."""

CLEAR = "%CLEAR%"
LONGEST_NAME, LONGEST_EMAIL = 100, 254
PHONE_DIGITS = range(10, 20)
SEXES = {"male": "male", "m": "male", "female": "female", "f": "female", "w": "female"}
TEXT_FIELDS = ("first_name", "middle_name", "last_name")


class People:
    """The operations over one programme."""

    def __init__(self, programme: Programme, names: MindboxTable) -> None:
        self._programme = programme
        self._names = names

    @property
    def handlers(self) -> Mapping[Kind, Callable[[Body], Json]]:
        return {
            Kind.REGISTER: self._register,
            Kind.EDIT: self._edit,
            Kind.CONFIRM_PHONE: self._confirm,
            Kind.RESEND_CODE: self._resend,
            Kind.SEND_CODE: self._send_code,
            Kind.SEND_AND_TELL_CODE: self._send_and_tell_code,
            Kind.CHECK_CODE: self._check_code,
        }

    def _account(self, body: Body) -> Account | None:
        return self._programme.find(account_keys(body.customer))

    def _register(self, body: Body) -> Json:
        """A new customer gets the code that proves his phone at once, as by the usual scenario."""
        wanted = _written(CustomerSeed(id="", phone=_phone(body.customer)), body.customer)
        rules = str(body.customer.custom_fields.get(self._names.rules_field, ""))
        account, is_new = self._programme.enrol(wanted, rules)
        if not is_new and self._programme.variants.known_phone == "validation_error":
            raise Invalid("Этот номер телефона уже зарегистрирован", "/customer/mobilePhone")
        if is_new:
            self._write_fields(account, body.customer)
            self._programme.sms.send(account.profile.phone, purpose=CONFIRMATION)
        return {"customer": self._brief(account, "Created" if is_new else "AlreadyExists")}

    def _edit(self, body: Body) -> Json:
        """The customer is found by id or card first: the phone may be what is changed."""
        account = self._programme.find(_lasting(account_keys(body.customer)))
        if account is None:
            return {"customer": NOT_FOUND}
        before, fields = account.profile, dict(account.fields)
        after = _written(before, body.customer)
        if phone := phone_digits(body.customer.mobile_phone):
            after = replace(after, phone=phone)
        self._programme.accounts.change(account, after)
        self._write_fields(account, body.customer)
        if after.phone != before.phone:
            account.confirmed = False
            self._programme.sms.send(after.phone, purpose=CONFIRMATION)
        is_same = (before, fields) == (after, account.fields)
        return {"customer": self._brief(account, "NotChanged" if is_same else "Changed")}

    def _confirm(self, body: Body) -> Json:
        account = self._account(body)
        if account is None:
            return {"smsConfirmation": NOT_FOUND}
        return {"smsConfirmation": {"processingStatus": self._confirmed(account, str(body.sms_confirmation.code))}}

    def _confirmed(self, account: Account, code: str) -> str:
        if account.confirmed:
            return "AlreadyConfirmed"
        if not self._programme.sms.check(account.profile.phone, code, purpose=CONFIRMATION):
            return "IncorrectConfirmationCode"
        account.confirmed = True
        return "MobilePhoneConfirmed"

    def _resend(self, body: Body) -> Json:
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND}
        self._programme.sms.send(account.profile.phone, purpose=CONFIRMATION)
        return {"customer": found(account)}

    def _send_code(self, body: Body) -> Json:
        sections, _ = self._sent(body)
        return sections

    def _send_and_tell_code(self, body: Body) -> Json:
        """The register compares the code itself: it is told (spelt correctly here)."""
        sections, code = self._sent(body)
        return {**sections, "authenticationCode": code} if code else sections

    def _sent(self, body: Body) -> tuple[Json, str]:
        """A code of the caller's own is sent as it is."""
        account = self._account(body)
        if account is None:
            return {"customer": NOT_FOUND}, ""
        wanted = str(body.authentification_code or "")
        code = self._programme.sms.send(account.profile.phone, wanted, purpose=AUTHORIZATION)
        return {"customer": found(account)}, code

    def _check_code(self, body: Body) -> Json:
        """How a wrong code is told is not documented: three ways."""
        account, code = self._account(body), str(body.authentification_code or "")
        if account and self._programme.sms.check(account.profile.phone, code, purpose=AUTHORIZATION):
            return {"customer": found(account)}
        match self._programme.variants.wrong_code:
            case "validation_error":
                raise Invalid("Неверный код подтверждения", "/authentificationCode")
            case "no_customer":
                return {}
            case _:
                return {"customer": NOT_FOUND}

    def _brief(self, account: Account, status: str) -> Json:
        """What "return the current customer" gives after a change."""
        brief = {
            "processingStatus": status,
            "ids": customer_ids(account),
            "isMobilePhoneConfirmed": account.confirmed,
        }
        return brief | ({"customFields": account.fields} if account.fields else {})

    def _write_fields(self, account: Account, customer: CustomerBody) -> None:
        """The project's own fields; the address of the wallet card is one that the server fills in."""
        for name, value in customer.custom_fields.items():
            if value == CLEAR:
                account.fields.pop(name, None)
            else:
                account.fields[name] = value
        if self._names.wallet_link and self._names.wallet_field not in account.fields:
            account.fields[self._names.wallet_field] = self._names.wallet_link.format(id=account.id)


def _phone(customer: CustomerBody) -> str:
    phone = phone_digits(customer.mobile_phone)
    if len(phone) not in PHONE_DIGITS:
        raise Invalid("Укажите номер мобильного телефона полностью", "/customer/mobilePhone")
    return phone


def _lasting(keys: AccountKeys) -> AccountKeys:
    if keys.id:
        return AccountKeys(id=keys.id)
    return AccountKeys(card=keys.card) if keys.card else keys


def _written(profile: CustomerSeed, customer: CustomerBody) -> CustomerSeed:
    """What the customer says, over what is known; a field that makes no sense is dropped."""
    texts = {name: given for name in TEXT_FIELDS if (given := getattr(customer, name)) is not None}
    if customer.full_name and not texts:
        texts = dict(zip(("last_name", "first_name", "middle_name"), customer.full_name.split(), strict=False))
    for name, text in texts.items():
        if len(text) > LONGEST_NAME:
            raise Invalid("Слишком длинное имя", f"/customer/{name}")
    changes: dict[str, object] = {name: "" if text == CLEAR else text for name, text in texts.items()}
    if customer.email is not None and len(customer.email) <= LONGEST_EMAIL:
        changes["email"] = "" if customer.email == CLEAR else customer.email
    if customer.birth_date is not None:
        changes["birth_date"] = _day(customer.birth_date)
    if customer.sex == CLEAR:
        changes["sex"] = ""
    elif customer.sex is not None and customer.sex.lower() in SEXES:
        changes["sex"] = SEXES[customer.sex.lower()]
    if customer.discount_card and not profile.card:
        changes["card"] = customer.discount_card.first
    return replace(profile, **changes)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
