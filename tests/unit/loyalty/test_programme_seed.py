"""The seed: the example loads, and mistakes in it are named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.loyalty.programme import Programme
from gateway.errors import ConfigError


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("receipt_cap = 150", "reciept_cap = 150", "reciept_cap"),
        ('promotion = "spring-coffee"', 'promotion = "sprnig"', "sprnig"),
        ("turnover = 0\n", "turnover = 5\n", "turnover 0"),
        ('kind = "cheapest_free"', 'kind = "cheapest"', "cheapest"),
        ('receipt = "', 'receipt = "{balanse} ', "balanse"),
        ("percent = 10\n", 'percent = "ten"\n', "percent"),
        ('phone = "79603334455"', 'phone = "+7 960 333 44 55"', "digits"),
        ("[points]", "[points", "line"),
    ],
)
def test_a_mistake_is_refused_by_its_name(
    make_programme: Callable[..., Programme], tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        make_programme(lambda text: text.replace(right, wrong), tmp_path)
