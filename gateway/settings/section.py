"""What every table of the configuration is made of, and the values its keys may have."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

# A description is what an error message says is allowed.
Text = Annotated[str, Meta(pattern=r"\S", description="непустая строка в кавычках")]
Identifier = Annotated[
    # registers send it without blanks around it, and it is a part of the cashier page's address
    str, Meta(pattern=r"^[^/\s]([^/]*[^/\s])?\Z", description="непустая строка без «/» и без пробелов по краям")
]
Address = Annotated[
    str,
    Meta(
        pattern=r"^[^/\s]*:(\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])\Z",
        description='"адрес:порт", например "127.0.0.1:8090", порт от 0 до 65535',
    ),
]
Budget = Annotated[
    # no cashier waits longer: a larger number is milliseconds by mistake
    float, Meta(gt=0, le=10, description="секунды, больше 0 и не больше 10 (0.3 — это 300 мс)")
]
CallTime = Annotated[float, Meta(gt=0, le=60, description="секунды, больше 0 и не больше 60")]
Duration = Annotated[float, Meta(gt=0, le=86400, description="секунды, больше 0 и не больше 86400 (сутки)")]
Wait = Annotated[float, Meta(ge=0, le=86400, description="секунды, от 0 до 86400 (сутки)")]
Parallel = Annotated[int, Meta(ge=1, le=100, description="целое число от 1 до 100")]
Positive = Annotated[int, Meta(ge=1, le=10000, description="целое число от 1 до 10000")]
Share = Annotated[float, Meta(gt=0, le=1, description="доля, больше 0 и не больше 1 (0.1 — это 10 %)")]
Pattern = Annotated[str, Meta(description="регулярное выражение или пустая строка")]
Days = Annotated[int, Meta(ge=0, le=366, description="целое число от 0 до 366")]
Window = Annotated[
    # later the popup would greet another customer
    float, Meta(gt=0, le=120, description="секунды, больше 0 и не больше 120 (две минуты)")
]
Priority = Annotated[int, Meta(ge=-1000, le=1000, description="целое число от -1000 до 1000")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DayHours = Annotated[
    str,
    Meta(
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00))?\Z",
        description='часы, например "10:00-22:00"; пусто — круглые сутки',
    ),
]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the file; an unknown key is an error."""
