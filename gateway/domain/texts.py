"""Every sentence a cashier may read, short and saying what to do; Russian, or English where it is chosen."""

from decimal import Decimal
from enum import StrEnum
from functools import lru_cache


class Language(StrEnum):
    RU = "ru"
    EN = "en"


class Phrase(StrEnum):
    CUSTOMER = "customer"
    CUSTOMER_UNKNOWN = "customer_unknown"
    BALANCE = "balance"
    LEVEL = "level"
    SPENDABLE = "spendable"
    TOO_MANY_POINTS = "too_many_points"
    SPENT = "spent"
    GIVEN_BACK = "given_back"
    NO_DISCOUNTS = "no_discounts"
    EARLIER_QUOTE = "earlier_quote"
    PARTLY_QUOTED = "partly_quoted"
    SERVER_AWAY = "server_away"
    POINTS_UNAVAILABLE = "points_unavailable"
    RECALCULATE = "recalculate"
    RETURNING = "returning"
    TOO_LATE = "too_late"
    NO_CUSTOMER = "no_customer"
    COUPON_NOT_HERE = "coupon_not_here"
    COUPON_UNKNOWN = "coupon_unknown"
    COUPON_SPENT = "coupon_spent"
    COUPON_NOT_NOW = "coupon_not_now"
    COUPON_TOO_EARLY = "coupon_too_early"
    COUPON_EXPIRED = "coupon_expired"
    COUPON_BLOCKED = "coupon_blocked"
    COUPON_NOT_ISSUED = "coupon_not_issued"
    COUPON_UNCHECKED = "coupon_unchecked"
    GIFT_CARD_PAYS = "gift_card_pays"
    GIFT_CARD_UNKNOWN = "gift_card_unknown"
    GIFT_CARD_INACTIVE = "gift_card_inactive"
    GIFT_CARD_SPENT = "gift_card_spent"
    GIFT_CARD_BLOCKED = "gift_card_blocked"
    GIFT_CARD_EXPIRED = "gift_card_expired"
    CARD_BLOCKED = "card_blocked"
    POINTS_AWAY = "points_away"
    NOT_STORED = "not_stored"
    NO_ACCESS = "no_access"
    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    UNKNOWN_ACTION = "unknown_action"
    NO_REGISTRATION = "no_registration"
    NO_IDENTITY = "no_identity"
    BROKEN = "broken"
    SLOW_BODY = "slow_body"
    LIMITED_SERVER = "limited_server"
    LIMITED_MANUAL = "limited_manual"
    LIMITED_STORE = "limited_store"
    LIMITED_ENDED = "limited_ended"
    TELL_CUSTOMER = "tell_customer"
    PREVIOUS_RECEIPT = "previous_receipt"
    CONGRATULATED = "congratulated"
    CUSTOMER_LEFT = "customer_left"
    SPENDING_NOT_ALLOWED = "spending_not_allowed"
    CODE_SENT = "code_sent"
    CODE_LATE = "code_late"
    CODE_NEEDED = "code_needed"
    CODE_ASK_AGAIN = "code_ask_again"
    WRONG_CODE = "wrong_code"
    TOO_MANY_TRIES = "too_many_tries"
    CODE_TOO_SOON = "code_too_soon"
    CODES_UNAVAILABLE = "codes_unavailable"
    ONE_TIME_REFUSED = "one_time_refused"
    ENROLMENT_FIELD = "enrolment_field"
    ENROLMENT_PHONE = "enrolment_phone"
    ENROLMENT_RULES = "enrolment_rules"
    ENROLMENT_UNAVAILABLE = "enrolment_unavailable"
    ENROLMENT_AGAIN = "enrolment_again"
    ENROLLED = "enrolled"
    ENROLLED_ALREADY = "enrolled_already"


RU: dict[Phrase, str] = {
    Phrase.CUSTOMER: "{name}",
    Phrase.CUSTOMER_UNKNOWN: "Покупатель не найден в программе лояльности",
    Phrase.BALANCE: "Баланс: {points}",
    Phrase.LEVEL: "Уровень: {level}",
    Phrase.SPENDABLE: "Можно списать до {points}",
    Phrase.TOO_MANY_POINTS: "Нельзя списать больше {points}",
    Phrase.SPENT: "Списано: {points}",
    Phrase.GIVEN_BACK: "Возвращено: {points}",
    Phrase.NO_DISCOUNTS: "Скидки не рассчитаны, повторите расчёт",
    Phrase.EARLIER_QUOTE: "Сервер лояльности не ответил, показан прежний расчёт",
    Phrase.PARTLY_QUOTED: "Личные скидки сейчас недоступны, можно повторить расчёт",
    Phrase.SERVER_AWAY: "Сервер лояльности временно недоступен, баллы за покупку будут начислены",
    Phrase.POINTS_UNAVAILABLE: "Списать баллы сейчас нельзя, примите другую оплату",
    Phrase.RECALCULATE: "Чек изменился, повторите расчёт скидок",
    Phrase.RETURNING: "Баллы возвращаются на счёт, повторите через минуту",
    Phrase.TOO_LATE: "Чек уже закрыт",
    Phrase.NO_CUSTOMER: "Сначала укажите карту или телефон покупателя",
    Phrase.COUPON_NOT_HERE: "Купон не подходит к этому чеку",
    Phrase.COUPON_UNKNOWN: "Купон не найден",
    Phrase.COUPON_SPENT: "Купон уже использован",
    Phrase.COUPON_NOT_NOW: "Купон сейчас не действует",
    Phrase.COUPON_TOO_EARLY: "Купон ещё не действует",
    Phrase.COUPON_EXPIRED: "Срок купона истёк",
    Phrase.COUPON_BLOCKED: "Купон заблокирован",
    Phrase.COUPON_NOT_ISSUED: "Купон ещё никому не выдан",
    Phrase.COUPON_UNCHECKED: "Купон сейчас не проверить, повторите расчёт",
    Phrase.GIFT_CARD_PAYS: "Подарочной картой можно оплатить до {sum} руб.",
    Phrase.GIFT_CARD_UNKNOWN: "Подарочная карта не найдена, примите другую оплату",
    Phrase.GIFT_CARD_INACTIVE: "Подарочная карта не активирована, примите другую оплату",
    Phrase.GIFT_CARD_SPENT: "На подарочной карте ничего не осталось",
    Phrase.GIFT_CARD_BLOCKED: "Подарочная карта заблокирована, примите другую оплату",
    Phrase.GIFT_CARD_EXPIRED: "Срок подарочной карты истёк",
    Phrase.CARD_BLOCKED: "Карта заблокирована, попросите другую карту или телефон",
    Phrase.POINTS_AWAY: "Баллы сейчас недоступны, можно повторить расчёт",
    Phrase.NOT_STORED: "Чек не сохранён шлюзом, повторите отправку",
    Phrase.NO_ACCESS: "Неверный ключ доступа, проверьте настройки кассы",
    Phrase.MALFORMED: "Запрос кассы не разобран: {what}",
    Phrase.OVERSIZED: "Запрос кассы слишком велик",
    Phrase.UNKNOWN_ACTION: "Касса прислала неизвестное действие",
    Phrase.NO_REGISTRATION: "Регистрация покупателей на кассе пока не подключена",
    Phrase.NO_IDENTITY: "Укажите карту или телефон покупателя",
    Phrase.BROKEN: "Внутренняя ошибка шлюза, продолжайте без программы лояльности",
    Phrase.SLOW_BODY: "Запрос кассы пришёл не целиком, повторите",
    Phrase.LIMITED_SERVER: "Сервер лояльности не отвечает: скидок и баллов пока нет, продавайте как обычно",
    Phrase.LIMITED_MANUAL: "Программа лояльности отключена администратором: скидок и баллов пока нет",
    Phrase.LIMITED_STORE: "Шлюз не может сохранять чеки: баллы не списываются, сообщите администратору",
    Phrase.LIMITED_ENDED: "Программа лояльности снова работает",
    Phrase.TELL_CUSTOMER: "Скажите покупателю",
    Phrase.PREVIOUS_RECEIPT: "предыдущий чек {time}{who}",
    Phrase.CONGRATULATED: "поздравили",
    Phrase.CUSTOMER_LEFT: "клиент ушёл",
    Phrase.SPENDING_NOT_ALLOWED: "По этой карте баллы только копятся",
    Phrase.CODE_SENT: "Код отправлен на телефон покупателя, спросите его",
    Phrase.CODE_LATE: "Код ещё не пришёл, повторите расчёт, чтобы списать баллы",
    Phrase.CODE_NEEDED: "Чтобы списать баллы, введите код с телефона покупателя",
    Phrase.CODE_ASK_AGAIN: "Код ещё не отправлен или устарел, запросите новый",
    Phrase.WRONG_CODE: "Код неверный, спросите покупателя ещё раз",
    Phrase.TOO_MANY_TRIES: "Код слишком много раз введён неверно, примите другую оплату",
    Phrase.CODE_TOO_SOON: "Код этому покупателю недавно отправляли, новый можно позже",
    Phrase.CODES_UNAVAILABLE: "Отправить код сейчас нельзя, примите другую оплату",
    Phrase.ONE_TIME_REFUSED: "QR-код покупателя устарел, попросите обновить его",
    Phrase.ENROLMENT_FIELD: "Проверьте поле «{field}»",
    Phrase.ENROLMENT_PHONE: "Для регистрации введите телефон покупателя",
    Phrase.ENROLMENT_RULES: "Спросите покупателя, согласен ли он с правилами программы, и отметьте это",
    Phrase.ENROLMENT_UNAVAILABLE: "Зарегистрировать покупателя сейчас нельзя, повторите позже",
    Phrase.ENROLMENT_AGAIN: "Начните регистрацию сначала: отправлен новый код",
    Phrase.ENROLLED: "Покупатель зарегистрирован",
    Phrase.ENROLLED_ALREADY: "Покупатель уже участвует в программе",
}

EN: dict[Phrase, str] = {
    Phrase.CUSTOMER: "{name}",
    Phrase.CUSTOMER_UNKNOWN: "Not a member of the loyalty programme",
    Phrase.BALANCE: "Balance: {points}",
    Phrase.LEVEL: "Level: {level}",
    Phrase.SPENDABLE: "Up to {points} may be spent",
    Phrase.TOO_MANY_POINTS: "No more than {points} may be spent",
    Phrase.SPENT: "Spent: {points}",
    Phrase.GIVEN_BACK: "Given back: {points}",
    Phrase.NO_DISCOUNTS: "No discounts calculated, calculate again",
    Phrase.EARLIER_QUOTE: "No answer from the loyalty server, earlier prices are shown",
    Phrase.PARTLY_QUOTED: "Personal discounts are not available now, you may calculate again",
    Phrase.SERVER_AWAY: "The loyalty server is away for now, points will still be earned",
    Phrase.POINTS_UNAVAILABLE: "Points cannot be spent now, take another payment",
    Phrase.RECALCULATE: "The receipt has changed, calculate the discounts again",
    Phrase.RETURNING: "Points are on their way back, try again in a minute",
    Phrase.TOO_LATE: "The receipt is closed",
    Phrase.NO_CUSTOMER: "First enter the customer's card or phone",
    Phrase.COUPON_NOT_HERE: "The coupon does not fit this receipt",
    Phrase.COUPON_UNKNOWN: "Coupon not found",
    Phrase.COUPON_SPENT: "The coupon has been used",
    Phrase.COUPON_NOT_NOW: "The coupon is not valid now",
    Phrase.COUPON_TOO_EARLY: "The coupon is not valid yet",
    Phrase.COUPON_EXPIRED: "The coupon has expired",
    Phrase.COUPON_BLOCKED: "The coupon is blocked",
    Phrase.COUPON_NOT_ISSUED: "The coupon has not been issued to anybody",
    Phrase.COUPON_UNCHECKED: "The coupon cannot be checked now, calculate again",
    Phrase.GIFT_CARD_PAYS: "Up to {sum} roubles may be paid with the gift card",
    Phrase.GIFT_CARD_UNKNOWN: "The gift card is unknown, take another payment",
    Phrase.GIFT_CARD_INACTIVE: "The gift card is not active, take another payment",
    Phrase.GIFT_CARD_SPENT: "Nothing is left on the gift card",
    Phrase.GIFT_CARD_BLOCKED: "The gift card is blocked, take another payment",
    Phrase.GIFT_CARD_EXPIRED: "The gift card has expired",
    Phrase.CARD_BLOCKED: "The card is blocked, ask for another card or the phone",
    Phrase.POINTS_AWAY: "Points are not available now, you may calculate again",
    Phrase.NOT_STORED: "The gateway did not store the receipt, send it again",
    Phrase.NO_ACCESS: "Wrong access key, check the register's settings",
    Phrase.MALFORMED: "The register's request could not be read: {what}",
    Phrase.OVERSIZED: "The register's request is too large",
    Phrase.UNKNOWN_ACTION: "The register asked for an unknown action",
    Phrase.NO_REGISTRATION: "Registration at the register is not connected yet",
    Phrase.NO_IDENTITY: "Enter the customer's card or phone",
    Phrase.BROKEN: "The gateway failed, go on without the loyalty programme",
    Phrase.SLOW_BODY: "The register's request did not arrive whole, try again",
    Phrase.LIMITED_SERVER: "The loyalty server does not answer: no discounts or points for now, sell as usual",
    Phrase.LIMITED_MANUAL: "The administrator switched the loyalty programme off: no discounts or points for now",
    Phrase.LIMITED_STORE: "The gateway cannot store receipts: points are not spent, tell the administrator",
    Phrase.LIMITED_ENDED: "The loyalty programme works again",
    Phrase.TELL_CUSTOMER: "Tell the customer",
    Phrase.PREVIOUS_RECEIPT: "previous receipt {time}{who}",
    Phrase.CONGRATULATED: "congratulated",
    Phrase.CUSTOMER_LEFT: "customer has left",
    Phrase.SPENDING_NOT_ALLOWED: "This card only earns points",
    Phrase.CODE_SENT: "A code was sent to the customer's phone, ask for it",
    Phrase.CODE_LATE: "The code is on its way, calculate again to spend points",
    Phrase.CODE_NEEDED: "Enter the code from the customer's phone to spend points",
    Phrase.CODE_ASK_AGAIN: "No code was sent, or it is too old: ask for a new one",
    Phrase.WRONG_CODE: "Wrong code, ask the customer again",
    Phrase.TOO_MANY_TRIES: "The code was wrong too often, take another payment",
    Phrase.CODE_TOO_SOON: "This customer was sent a code a short while ago, try later",
    Phrase.CODES_UNAVAILABLE: "No code can be sent now, take another payment",
    Phrase.ONE_TIME_REFUSED: "The customer's QR code is too old, ask for a new one",
    Phrase.ENROLMENT_FIELD: 'Check the field "{field}"',
    Phrase.ENROLMENT_PHONE: "Enter the customer's phone to enrol him",
    Phrase.ENROLMENT_RULES: "Ask the customer to agree to the programme's rules, and tick it",
    Phrase.ENROLMENT_UNAVAILABLE: "The customer cannot be enrolled now, try later",
    Phrase.ENROLMENT_AGAIN: "Begin the registration again: a new code was sent",
    Phrase.ENROLLED: "The customer is enrolled",
    Phrase.ENROLLED_ALREADY: "The customer takes part already",
}

_PHRASES = {Language.RU: RU, Language.EN: EN}
LAST_TWO, TEENS = 100, range(11, 15)


def say(language: Language, phrase: Phrase, **values: str) -> str:
    return _PHRASES[language][phrase].format(**values)


@lru_cache(maxsize=1000)
def points(language: Language, amount: Decimal) -> str:
    """`150 баллов`, `68,18 балла`, `1 point`."""
    number = format(amount.normalize(), "f")
    if language is Language.EN:
        return f"{number} point" if amount == 1 else f"{number} points"
    return f"{number.replace('.', ',')} {_plural(amount)}"


def _plural(amount: Decimal) -> str:
    """Russian has three forms; a fraction takes the second ("полтора балла")."""
    if amount != amount.to_integral_value():
        return "балла"
    last = int(amount) % LAST_TWO
    if last in TEENS:
        return "баллов"
    return {1: "балл", 2: "балла", 3: "балла", 4: "балла"}.get(last % 10, "баллов")
