"""What the cashier's page hears: server-sent events with JSON. Its popups have the shape of the popup API.

Framing: HTML Living Standard, 9.2 "Server-sent events". An event is `event:` and `data:` lines and a blank line;
a line that begins with a colon is a comment.
"""

import msgspec
from msgspec import Struct

from adapters.screens.api.wire import Popup

NO_ACCESS = "Нет доступа. Проверьте адрес страницы: кассу в нём и ключ (token)."
STORE_AWAY = "Нет доступа к базе шлюза"

OPENING = b"retry: 2000\n\n"
"""How long a browser that reconnects by itself waits, in milliseconds."""

HEARTBEAT = b": heartbeat\nevent: heartbeat\ndata: 1\n\n"
"""A comment keeps proxies from closing a silent stream, but no script can see it; the event beside it lets the page
notice that the gateway's machine has lost power, when nobody is left to close the connection."""


class Card(Struct, frozen=True, kw_only=True):
    """Who stands at the register. `balance` is spelt for the cashier."""

    name: str
    level: str
    balance: str
    hints: tuple[str, ...]


class View(Struct, frozen=True, kw_only=True):
    """Everything the page shows. `limited` is empty while nothing is."""

    popups: tuple[Popup, ...]
    receipt_open: bool
    card: Card | None
    limited: str


def view_event(view: View) -> bytes:
    """JSON has no bare line ends, so one `data:` line always does."""
    return b"event: view\ndata: " + msgspec.json.encode(view) + b"\n\n"
