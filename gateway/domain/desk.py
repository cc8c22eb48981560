"""What the screens of one register show: prompts that wait, who stands at the register, and what is limited."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from gateway.domain.customer import Customer
from gateway.domain.prompt import Prompt


class PromptAnswer(StrEnum):
    """What the cashier did with a prompt; only a congratulation is reported to the loyalty server."""

    CONGRATULATED = "congratulated"
    LEFT = "left"  # the customer had gone


class Popup(Struct, frozen=True, kw_only=True):
    """A prompt on the screens. `whose` tells of the receipt it belongs to, once another customer may stand there.

    `stays_seconds` is how long a screen keeps it from now on, at most.
    """

    prompt: Prompt
    stays_seconds: float
    whose: str = ""


class CustomerCard(Struct, frozen=True, kw_only=True):
    """Who stands at the register while his receipt is open; `hints` are what the register was told to say."""

    name: str
    level: str
    balance: Decimal
    hints: tuple[str, ...] = ()


class DeskView(Struct, frozen=True, kw_only=True):
    """`expected`: a prompt may come for a sale of the last minutes. `limited`: why sales go on without points."""

    popups: tuple[Popup, ...] = ()
    receipt_open: bool = False
    expected: bool = False
    card: CustomerCard | None = None
    limited: str = ""


def buyer(customer: Customer) -> str:
    """`Мария С.`: enough to tell the customer before from the one now, no more than that."""
    initial = f"{customer.last_name[:1]}." if customer.last_name else ""
    return " ".join(part for part in (customer.first_name, initial) if part)
