"""The shapes of the popup API, JSON in UTF-8. The OpenAPI document is made of them: their comments are its words."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

JSON = "application/json"

LONGEST_WAIT = 30.0
"""Seconds of a long poll: shorter than proxies and HTTP clients usually wait."""

LARGEST_ANSWER = 1024
"""Bytes of an answer's body."""


class Choice(Struct, frozen=True, kw_only=True):
    """One button: what to send as the answer, and what to write on it."""

    answer: Annotated[Literal["congratulated", "left"], Meta(description="What to send when it is pressed.")]
    text: Annotated[str, Meta(description="What stands on the button.")]


class Popup(Struct, frozen=True, kw_only=True):
    """What the cashier should say to a customer after his sale."""

    id: Annotated[str, Meta(description="Names the popup in the answer.")]
    title: Annotated[str, Meta(description="A few words above the text.")]
    text: Annotated[str, Meta(description="What to tell the customer.")]
    whose: Annotated[
        str,
        Meta(description="Empty, or whose receipt it belongs to, once the next customer may stand at the register."),
    ]
    stays_seconds: Annotated[float, Meta(ge=0, description="How long to keep it on the screen from now on.")]
    click_needed: Annotated[
        bool, Meta(description="False: having been in sight for `seen_after_seconds` counts as a congratulation too.")
    ]
    seen_after_seconds: Annotated[float, Meta(ge=0, description="Matters only where no click is needed.")]
    answers: Annotated[tuple[Choice, ...], Meta(description="The buttons, the usual one first.")]


class Popups(Struct, frozen=True, kw_only=True):
    """Everything a screen of the register shows now."""

    popups: Annotated[tuple[Popup, ...], Meta(description="Oldest first.")]
    receipt_open: Annotated[bool, Meta(description="A receipt is known to be open at the register: do not cover it.")]
    expected: Annotated[
        bool, Meta(description="A popup may come for a sale of the last minutes: whoever asks only then, asks on.")
    ]
    version: Annotated[
        str, Meta(description="Names this state; sent back as `known`, the next answer waits until it differs.")
    ]


class Answer(Struct, frozen=True, kw_only=True):
    """What the cashier did; only a congratulation is reported to the loyalty server."""

    answer: Annotated[
        Literal["congratulated", "left"],
        Meta(description="congratulated: the customer has heard it. left: he had gone."),
    ]


class Stored(Struct, frozen=True, kw_only=True):
    """What became of the answer. `reason` says in words why it was not stored."""

    stored: bool
    reason: str = ""


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a request was not served, in words."""

    error: str


def encoded(value: Struct) -> bytes:
    return msgspec.json.encode(value)


def decoded_answer(body: bytes) -> Answer:
    """Raises `msgspec.DecodeError`."""
    return msgspec.json.decode(body, type=Answer)
