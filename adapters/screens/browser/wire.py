"""What the cashier's page and the gateway say to each other: JSON shapes and server-sent events.

Framing: HTML Living Standard, 9.2 "Server-sent events". An event is `event:` and `data:` lines and a blank line;
a line that begins with a colon is a comment.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from gateway.domain.prompt import Prompt

TOO_LATE = "Поздно: время сообщения вышло"
NOT_STORED = "не сохранено, нажмите ещё раз"
UNKNOWN_REGISTER = "Такая касса не настроена. Проверьте адрес страницы."
STORE_AWAY = "Нет доступа к базе шлюза"

OPENING = b"retry: 2000\n\n"
"""How long a browser that reconnects by itself waits, in milliseconds."""

HEARTBEAT = b": heartbeat\nevent: heartbeat\ndata: 1\n\n"
"""A comment keeps proxies from closing a silent stream, but no script can see it; the event beside it lets the page
notice that the gateway's machine has lost power, when nobody is left to close the connection."""


class WaitingPrompt(Struct, frozen=True, kw_only=True):
    """A prompt as the page gets it."""

    id: str
    text: str
    stays_seconds: float
    offered_at: datetime


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a confirmation was not taken."""

    error: str


def prompts_event(prompts: Iterable[Prompt]) -> bytes:
    """Every waiting prompt as one event. JSON has no bare line ends, so one `data:` line always does."""
    return b"event: prompts\ndata: " + msgspec.json.encode([_waiting(prompt) for prompt in prompts]) + b"\n\n"


def refusal(text: str) -> bytes:
    """The body of a refused confirmation."""
    return msgspec.json.encode(Refusal(error=text))


def _waiting(prompt: Prompt) -> WaitingPrompt:
    return WaitingPrompt(
        id=prompt.id,
        text=prompt.text,
        stays_seconds=prompt.stays.total_seconds(),
        offered_at=prompt.offered_at,
    )
