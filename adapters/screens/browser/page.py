"""The page in the cashier's language: a template, its texts, and the choice between languages. Pure."""

import json
from html import escape
from importlib.resources import files
from string import Template

DEFAULT = "ru"

TEXTS: dict[str, dict[str, str]] = {
    "ru": {
        "register": "Касса",
        "say": "Скажите покупателю",
        "done": "Готово",
        "hint": "Нажмите, когда покупатель это услышал",
        "connected_idle": "Сообщений нет",
        "connected_hint": "Здесь появится подсказка, что сказать покупателю",
        "offline_idle": "Нет связи со шлюзом",
        "offline_hint": "Страница подключится сама, как только связь вернётся",
        "connecting": "подключение…",
        "connected": "на связи",
        "offline": "нет связи",
        "stored": "Сохранено",
        "failed": "Не сохранено, нажмите ещё раз",
        "late": "Время сообщения вышло",
        "noscript": "Для этой страницы нужно включить JavaScript.",
    },
    "en": {
        "register": "Register",
        "say": "Tell the customer",
        "done": "Done",
        "hint": "Press when the customer has heard it",
        "connected_idle": "No messages",
        "connected_hint": "What to tell the customer will appear here",
        "offline_idle": "No connection to the gateway",
        "offline_hint": "The page reconnects by itself",
        "connecting": "connecting…",
        "connected": "connected",
        "offline": "no connection",
        "stored": "Saved",
        "failed": "Not saved, press again",
        "late": "Too late for this message",
        "noscript": "This page needs JavaScript.",
    },
}


def asset(name: str) -> str:
    """A file that lies beside this module, also in a wheel."""
    return files("adapters.screens.browser").joinpath(name).read_text("utf-8")


def language(asked: str | None, accept_language: str) -> str:
    """The language asked for in the address, else the browser's first that we have, else Russian."""
    wanted = [asked or "", *_by_preference(accept_language)]
    return next((lang for tag in wanted if (lang := tag.split("-")[0].lower()) in TEXTS), DEFAULT)


def render(template: str, register: str, lang: str) -> str:
    """The page of one register."""
    texts = TEXTS[lang]
    fields = texts | {"lang": lang, "name": register, "texts": json.dumps(texts, ensure_ascii=False)}
    return Template(template).substitute({name: escape(text) for name, text in fields.items()})


def _by_preference(accept_language: str) -> list[str]:
    """Language tags, the best liked first (RFC 9110, 12.5.4); what cannot be read counts as not wanted."""
    weighed = []
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        weighed.append((_weight(weight), tag))
    return [tag for weight, tag in sorted(weighed, key=lambda row: -row[0]) if weight > 0]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
