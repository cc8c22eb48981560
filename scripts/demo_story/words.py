"""What the demo says to a person, in Russian and in English."""

WORDS = {
    "title": (
        "Одна продажа: касса {register}, шлюз и сервер лояльности",
        "One sale: a {register} register, the gateway and the loyalty server",
    ),
    "frontol": ("Frontol", "Frontol"),
    "onec": ("1С:Розница", "1C:Retail"),
    "plot": (
        "Анна Светлова, уровень «Серебро», до «Золота» не хватает 300 ₽. На кассе — акция 1+1=3.",
        "Anna Svetlova, silver level, 300 roubles short of gold. The shop has a 1+1=3 promotion.",
    ),
    "starting": ("Запускаю песочницу Mindbox и шлюз…", "Starting the Mindbox sandbox and the gateway…"),
    "page": ("Страница кассира: {url}", "The cashier's page: {url}"),
    "status": ("Страница администратора: {url}", "The administrator's page: {url}"),
    "open_page": (
        "Откройте её сейчас: попап придёт через {seconds} с после закрытия чека.",
        "Open it now: the popup comes {seconds} s after the receipt is closed.",
    ),
    "till": ("касса", "register"),
    "gateway": ("шлюз", "gateway"),
    "mindbox": ("Mindbox", "Mindbox"),
    "cashier": ("кассир", "cashier"),
    "customer": ("покупатель", "customer"),
    "ask_client": ("кто это? {phone}", "who is it? {phone}"),
    "ask_calculate": ("рассчитай чек: {goods}", "price the receipt: {goods}"),
    "ask_pay": ("спиши {points} баллов", "spend {points} points"),
    "ask_confirm": (
        "чек закрыт: {due} ₽ картой и {points} баллов",
        "receipt closed: {due} roubles by card and {points} points",
    ),
    "sms": ("SMS: код {code}, чтобы списать баллы", "SMS: the code {code} to spend points"),
    "reads_code": ("«Код {code}»", "“The code is {code}”"),
    "wrong_code": ("код не тот, оплата картой", "not the right code, paid by card"),
    "ask_refund": (
        "возврат: {name}, {due} ₽ на карту и {points} баллов",
        "a return: {name}, {due} roubles to the card and {points} points",
    ),
    "ask_confirm_money": ("чек закрыт: {due} ₽ картой", "receipt closed: {due} roubles by card"),
    "cashier_says": (
        "«Возьмёте ещё одну вещь? Самая дешёвая из трёх — в подарок»",
        "“One more piece? The cheapest of three is free”",
    ),
    "adds": ("ещё одна вещь: {name}, {price} ₽", "one more piece: {name}, {price} roubles"),
    "took": ("ответ за {ms} мс", "answered in {ms} ms"),
    "refused": ("отказ: {error}", "refused: {error}"),
    "discount": ("скидка {name}: −{amount} ₽", "discount on {name}: −{amount} roubles"),
    "prints": ("на печать: слип «{title}»", "to print: the slip “{title}”"),
    "silent": ("ничего не сказал", "said nothing"),
    "no_points": ("баллы не предложены, оплата картой", "no points offered, paid by card"),
    "slip": ("Слип покупателя", "The customer's slip"),
    "wait_poll": (
        "ждём попап: шлюз спросит о сегментах через {seconds} с после закрытия чека",
        "waiting for the popup: the gateway asks for segments {seconds} s after the close",
    ),
    "wait_popup": (
        "прошло {passed} с после закрытия чека, попап ждём через {left} с",
        "{passed} s since the close, popup expected in {left} s",
    ),
    "wait_human": (
        "попап на экране, нажмите «Поздравили» на {url}; осталось {left} с",
        "the popup is up, confirm it on {url}; {left} s left",
    ),
    "wait_report": ("шлюз сообщает о показе…", "the gateway reports it…"),
    "popup": ("попап через {seconds} с после закрытия чека: «{text}»", "popup {seconds} s after the close: “{text}”"),
    "shown": ("прочитано", "seen"),
    "shown_answer": ("ответ страницы: {status}", "the page's answer: {status}"),
    "code": ("промокод за новый уровень: {code}", "promo code for the new level: {code}"),
    "verdict": ("Что знает сервер лояльности", "What the loyalty server knows"),
    "good": ("Продажа прошла: всё сошлось.", "The sale went through: everything agrees."),
    "bad": ("Не сошлось, чего не хватает: {count}.", "It does not agree; missing: {count}."),
    "unseen": (
        "Попап никто не подтвердил — промокод не выдан. Так и задумано.",
        "Nobody confirmed the popup, so there is no promo code. That is as it should be.",
    ),
    "stay": ("Всё работает, можно смотреть. Остановка — Ctrl-C.", "Everything is up, have a look. Ctrl-C ends it."),
    "log": ("Журнал шлюза:", "The gateway's log:"),
    "not_fresh": (
        "Песочница {url} не свежая: Анна уже «{level}», оборот {turnover} ₽. Перезапустите песочницу.",
        "The sandbox {url} is not fresh: Anna is “{level}”, turnover {turnover}. Restart it.",
    ),
    "no_anna": ("В песочнице {url} нет покупателя {phone}.", "The sandbox {url} has no customer {phone}."),
    "sandbox_away": (
        "Песочница {url} не отвечает: неизвестно, дошла ли продажа, списаны ли баллы, показан ли попап.",
        "The sandbox {url} does not answer: nobody can tell whether the sale arrived.",
    ),
    "ok_once": ("на сервере ровно один заказ", "exactly one order at the server"),
    "no_sale": ("продажа не дошла до сервера лояльности", "the sale never reached the loyalty server"),
    "many_sales": ("продаж дошло: {count}, а должна быть одна", "the sale arrived {count} times"),
    "ok_paid": ("заказ оплачен", "the order is paid"),
    "not_paid": ("заказ не оплачен, его статус {status}", "the order is not paid but {status}"),
    "ok_total": ("сумма {value} ₽", "total {value} roubles"),
    "bad_total": ("сумма заказа {value} ₽, а должна быть {wanted} ₽", "total {value}, wanted {wanted}"),
    "ok_spent": ("списано баллов: {value}", "points spent: {value}"),
    "bad_spent": ("списано баллов: {value}, а должно быть {wanted}", "points spent: {value}, wanted {wanted}"),
    "ok_earned": ("начислено баллов: {value}", "points earned: {value}"),
    "bad_earned": ("начислено баллов: {value}, а должно быть {wanted}", "points earned: {value}, wanted {wanted}"),
    "ok_balance": ("на счёте баллов: {value}", "balance: {value}"),
    "bad_balance": ("на счёте баллов: {value}, а должно быть {wanted}", "balance: {value}, wanted {wanted}"),
    "ok_shown": (
        "показ попапа сообщён через {seconds} с после продажи",
        "the popup was reported as shown {seconds} s after the sale",
    ),
    "not_shown": ("о показе попапа никто не сообщил", "nobody reported the popup as shown"),
    "shown_often": ("сообщений о показе попапа: {count}, а должно быть одно", "the popup was reported {count} times"),
    "shown_late": (
        "о показе попапа сообщено поздно: через {seconds} с",
        "the popup was reported too late: after {seconds} s",
    ),
    "ok_code": ("промокод за переход выдан: {code}", "promo code for the new level: {code}"),
    "no_code": ("промокод за новый уровень не выдан", "no promo code for the new level"),
    "wait_refund": ("шлюз передаёт возврат…", "the gateway delivers the return…"),
    "ok_refund": ("возвращена одна вещь: {name}", "one piece was returned: {name}"),
    "no_refund": ("возврат не дошёл до сервера лояльности", "the return never reached the loyalty server"),
    "ok_points_back": (
        "вернулось баллов: {value}, снято начисленных: {taken}",
        "points back: {value}, taken back of the earned: {taken}",
    ),
    "bad_points_back": (
        "на счёте после возврата {value}, а должно быть {wanted}",
        "the balance after the return is {value}, wanted {wanted}",
    ),
    "ok_calls": ("сервер принял все вызовы шлюза: {count}", "the server took all calls of the gateway: {count}"),
    "bad_calls": ("сервер не принял вызовы: {names}", "calls the server did not take: {names}"),
    "GetCustomerInfo": ("кто это, сколько баллов", "who is it, how many points"),
    "AuthorizedPreorder": ("расчёт чека", "price the receipt"),
    "AnonymousPreorder": ("расчёт чека без покупателя", "price an anonymous receipt"),
    "Return": ("возврат", "the return"),
    "SendMobilePhoneAuthorizationCode": ("отправь код по SMS", "send the code by SMS"),
    "CreateAuthorizedOrder": ("заказ со списанием баллов", "an order that spends the points"),
    "CreateAuthorizedOrder.closed": ("продажа оплачена", "the sale is paid"),
    "GetCustomerSegments": ("в каких она сегментах", "which segments is she in"),
    "PopupShown": ("кассир видел попап", "the cashier saw the popup"),
}


class Words:
    """One language."""

    def __init__(self, language: str) -> None:
        self._place = ("ru", "en").index(language)

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key][self._place].format(**values)

    def known(self, key: str) -> bool:
        return key in WORDS
