"""A till's day as a TOML file: what the cashier does, step by step, and what must come of it. Pure.

[till]
work_place = "KASSA-2"

[[steps]]
do = "scan"
sku = "20417"
"""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from gateway.errors import ConfigError

Outcome = Literal["accepted", "refused"]


class TillTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the administrator enters at the till, and who sits at it."""

    organization: str = "demo"
    business_unit: str = "MAG-3"
    work_place: str = "KASSA-2"
    cashier: str = "Соколова А. П."


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """`expect` is checked where it is given; a sale goes on either way."""

    expect: Outcome | None = None


class Customer(Step, frozen=True, kw_only=True, tag="customer"):
    """A card is read or a phone typed: the till asks who it is."""

    phone: str = ""
    card: str = ""


class Scan(Step, frozen=True, kw_only=True, tag="scan"):
    """`own_discount` is the till's own for the whole line, negative for a surcharge."""

    sku: str
    name: str = "Товар"
    price: str
    quantity: str = "1"
    minimum_price: str = "0"
    own_discount: str = "0"


class Coupon(Step, frozen=True, kw_only=True, tag="coupon"):
    code: str


class Calculate(Step, frozen=True, kw_only=True, tag="calculate"):
    """`discount` is what all lines together must come to."""

    discount: Decimal | None = None


class Pay(Step, frozen=True, kw_only=True, tag="points"):
    """`amount` in points, all that are offered where it is missing. `code`: what the customer says if asked."""

    amount: Decimal | None = None
    code: str = "right"


class Undo(Step, frozen=True, kw_only=True, tag="undo"):
    """The payment by points is taken back."""


class Close(Step, frozen=True, kw_only=True, tag="close"):
    """The rest is paid, the receipt is printed and told. `repeat`: the till tells it once more."""

    tender: Literal["cash", "creditCard"] = "cash"
    repeat: bool = False


class Refund(Step, frozen=True, kw_only=True, tag="refund"):
    """Lines of the receipt closed last, by their numbers; all of them where none is named."""

    lines: tuple[int, ...] = ()


class Register(Step, frozen=True, kw_only=True, tag="register"):
    """A new participant: `values` by the names of the form's fields."""

    phone: str
    values: dict[str, str] = {}
    code: str = "right"


class Drop(Step, frozen=True, kw_only=True, tag="drop"):
    """The receipt is given up; the next step begins another."""


class Wait(Step, frozen=True, kw_only=True, tag="wait"):
    seconds: float


AnyStep = Customer | Scan | Coupon | Calculate | Pay | Undo | Close | Refund | Register | Drop | Wait


class Script(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`title` says what is tried."""

    title: str = ""
    till: TillTable = TillTable()
    steps: tuple[AnyStep, ...]


def read_script(path: Path) -> Script:
    """Raises `ConfigError` with the file and the step that cannot be understood."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: файл не читается: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: это не TOML в UTF-8: {error}") from error
    try:
        return msgspec.convert(table, Script, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error} (примеры: config/examples/tills)") from error
