"""Whatever a customer is called, a product is named or a marketer writes: the slip stays a slip."""

import unicodedata
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.printers.escpos.compose import Composer
from adapters.printers.simulated_stream import LEADS, commands
from adapters.registers.frontol.slips import slips as frontol_slips
from gateway.domain.slip_data import SlipCoupon, SlipCustomer, SlipData
from gateway.domain.slip_layout import Line, columns_of, lay_out
from gateway.slips import Templates
from gateway.slips.sample import SAMPLE

TEMPLATES = Templates(Path(__file__).parents[3] / "receipt_templates")
LONGEST_JOB = 100_000
"""Bytes: ten coupons as pictures are 70,000; a quarter of an hour on the slowest line, and no more."""

HOSTILE = st.sampled_from(
    [
        "\x1b@",
        "\x10\x14\x01\x00\x05",
        "\x1dV\x00",
        "@cut",
        "a | b",
        "{{ 7 }}",
        "\u202e",
        "Ж" * 700,
        "ё\u0301" * 90,
        "🎂",
        "\x9b1m",
        "\n@qr x",
    ]
)
ANYTHING = st.one_of(st.text(max_size=80), st.lists(HOSTILE, max_size=4).map("".join))
MONEY = st.one_of(st.none(), st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2))


@st.composite
def data(draw: st.DrawFn) -> SlipData:
    customer = SlipCustomer(
        first_name=draw(ANYTHING), card=draw(ANYTHING), level=draw(ANYTHING), available=draw(MONEY)
    )
    coupons = draw(st.lists(st.builds(SlipCoupon, code=ANYTHING.filter(bool), title=ANYTHING), max_size=12))
    return replace(
        SAMPLE,
        outlet=draw(ANYTHING),
        register=draw(ANYTHING),
        number=draw(ANYTHING),
        customer=draw(st.one_of(st.none(), st.just(customer))),
        total=draw(MONEY),
        earned=draw(MONEY),
        texts=tuple(draw(st.lists(ANYTHING, max_size=12))),
        coupons=tuple(coupons),
        wallet_link=draw(ANYTHING),
        rules_version=draw(ANYTHING),
    )


@settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(name=st.sampled_from(TEMPLATES.names), given_data=data(), columns=st.sampled_from((32, 42, 48)))
def test_no_data_makes_a_command_a_line_too_wide_or_a_slip_without_end(
    name: str, given_data: SlipData, columns: int
) -> None:
    slip = TEMPLATES.render(name, given_data)
    layout = lay_out(slip, columns=columns)
    for piece in layout.pieces:
        if isinstance(piece, Line):
            assert len(piece.text) <= columns_of(piece.size, columns)
            assert not [letter for letter in piece.text if unicodedata.category(letter) in {"Cc", "Cf", "Cs"}]
    job = Composer(columns=columns).compose(slip).data
    whole, rest = commands(job)
    assert rest == b""
    plain = [command for command in whole if command[0] not in LEADS]
    assert all(byte >= 0x20 or command == b"\n" for command in plain for byte in command)
    assert len(job) <= LONGEST_JOB


@settings(max_examples=15, deadline=None)
@given(given_data=data(), name=st.sampled_from(TEMPLATES.names))
def test_the_tills_own_printer_gets_no_control_characters_either(given_data: SlipData, name: str) -> None:
    lines = [line for paper in frontol_slips(TEMPLATES.render(name, given_data)) for line in paper]
    texts = [str(value) for line in lines for value in line.values()]
    assert not [letter for text in texts for letter in text if unicodedata.category(letter) == "Cc"]
