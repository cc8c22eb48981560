"""Pages in the reader's language: files beside the code, texts put into a template, the choice between languages."""

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template

from aiohttp import web
from aiohttp.typedefs import Handler

DEFAULT = "ru"

# Pages hold customers' names and the shop's affairs: nothing may keep them, frame them, or load anything into them.
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def asset(package: str, name: str) -> str:
    """A file that lies beside the modules of `package`, also in a wheel."""
    return files(package).joinpath(name).read_text("utf-8")


def served(package: str, name: str, content_type: str) -> Handler:
    """A route's handler for such a file."""
    body = asset(package, name)

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type=content_type, headers=HEADERS)

    return serve


def language(request: web.Request, known: Mapping[str, object]) -> str:
    """The one asked for in the address, else the browser's first that we have, else Russian."""
    wanted = [request.query.get("lang", ""), *_by_preference(request.headers.get("Accept-Language", ""))]
    return next((lang for tag in wanted if (lang := tag.split("-")[0].lower()) in known), DEFAULT)


def page(template: str, lang: str, texts: Mapping[str, str], status: int = 200, **fields: str) -> web.Response:
    """`template` with `texts` and `fields` in it, and all texts once more for the page's own script."""
    values = {**texts, **fields, "lang": lang, "texts": json.dumps(dict(texts), ensure_ascii=False)}
    return web.Response(
        status=status,
        text=Template(template).substitute({name: escape(text) for name, text in values.items()}),
        content_type="text/html",
        headers=HEADERS | {"Content-Security-Policy": POLICY, "Content-Language": lang},
    )


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
