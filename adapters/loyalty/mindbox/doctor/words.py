"""What the lack of an operation costs the shop: for the administrator, in plain words."""

NEEDED = {
    "get_customer": "покупателя не узнать",
    "preorder": "скидок и баллов по карте не будет",
    "anonymous_preorder": "скидок без карты не будет",
    "create_order": "баллы не списать, чеки покупателей не дойдут",
    "anonymous_create_order": "чеки без карты не дойдут",
    "change_status": "списанные баллы не вернуть, если чек не закрыт",
    "refund": "возвраты не дойдут",
}
"""Without one of these the shop loses money or receipts."""

WANTED = {
    "mark_paid": "чеки останутся неоплаченными",
    "offline_order": "чек с ценами, которых сервер не признаёт, придётся разбирать вручную",
    "get_order": "доставку возвратов нечем проверить",
    "segments": "всплывающие окна после продажи не покажутся",
    "shown": "о показанном окне сервер не узнает и промокода не даст",
    "register_customer": "новых участников на кассе не завести",
    "confirm_phone": "телефон нового участника не подтвердить",
    "resend_code": "код подтверждения нельзя прислать ещё раз",
    "edit_customer": "анкету на кассе не изменить",
    "send_code": "код по СМС для списания баллов не отправить",
    "check_code": "код проверит только сама касса, одноразовый QR не сработает",
    "get_card": "сведений о карте не будет",
    "bind_card": "пластиковую карту не выдать",
    "issue_card": "виртуальную карту не выдать",
    "replace_card": "карту не заменить",
    "balance_history": "истории баллов не будет",
    "promotions": "доступные покупателю акции не показать",
}
"""Without one of these something useful is missing."""

REFUSED = {
    401: ("сервер не увидел ключа", "проверьте secret_key_file: в нём одна строка, сам ключ"),
    403: ("ключ не подходит", "проверьте loyalty.endpoint и ключ этой же точки интеграции"),
    404: ("по этому адресу нет API", "проверьте loyalty.url: адрес API указан на странице операции в Mindbox"),
    429: ("слишком много вызовов", "подождите две минуты; тестовому ключу хватает 100 вызовов в час"),
}
"""HTTP statuses that are about us, not about the operation: what is wrong, and what to do."""
