"""The shipped scripts of a simulated till against the real gateway and the sandbox; a recording played again."""

from pathlib import Path
from typing import Any

import pytest
from shop import ROOT, Shop, eventually

from adapters.registers.frontol.simulator.playing import play, play_again
from adapters.registers.frontol.simulator.script import read_script
from gateway.errors import ConfigError

TILLS = ROOT / "config" / "examples" / "tills"
KEY = "test-access-key"
MORE = """
[codes]
spending = "generated"
[identification.spending]
phone = "with_code"
[enrolment]
enabled = true
"""


@pytest.fixture
async def shop(tmp_path: Path) -> Any:
    async with Shop(tmp_path, more=MORE, frontol=f'record = "{tmp_path}/till.jsonl"') as running:
        yield running


async def played(shop: Shop, script: Path) -> list[str]:
    rows = [row async for row in play(script, f"{shop.url}/frontol", KEY)]
    assert [row.text for row in rows if row.wrong] == []
    return [row.text for row in rows]


async def test_every_shipped_script_comes_to_what_it_expects(shop: Shop) -> None:
    for script in sorted(TILLS.glob("*.toml")):
        told = "\n".join(await played(shop, script))
        assert "▸ Чек 1 закрыт" in told
    paid = [
        order for order in await shop.inspect("orders") if order["createdTimes"] and order["status"] != "Cancelled"
    ]
    assert len(paid) == len(list(TILLS.glob("*.toml"))), "a repeated close makes no second sale"


async def test_a_customer_who_tells_a_wrong_code_pays_no_points(shop: Shop, tmp_path: Path) -> None:
    script = tmp_path / "wrong.toml"
    script.write_text(
        (TILLS / "sale.toml").read_text().split('[[steps]]\ndo = "undo"')[0].replace(
            'do = "points" ', 'do = "points"\ncode = "wrong" '
        ).replace('expect = "accepted"\n\n[[steps]]\ndo = "scan"', '[[steps]]\ndo = "scan"')
    )  # fmt: skip
    rows = [row.text async for row in play(script, f"{shop.url}/frontol", KEY)]
    assert "код неверный" in rows[-1]
    assert await shop.inspect("orders") == []


async def test_a_recording_says_nothing_of_the_customer_and_is_answered_alike(shop: Shop, tmp_path: Path) -> None:
    await played(shop, TILLS / "anonymous.toml")
    await shop.stop_gateway()
    await shop.start_gateway()
    recording = tmp_path / "till.jsonl"
    text = recording.read_text()
    assert "Соколова" not in text
    again = [row async for row in play_again(recording, f"{shop.url}/frontol", KEY)]
    assert again
    assert [row.text for row in again if row.wrong] == []


@pytest.mark.parametrize("text", ["steps = 1", '[[steps]]\ndo = "dance"', "[[steps]]\ndo = 'scan'\nprce = '1'", "= "])
def test_a_script_that_cannot_be_played_is_told_with_its_place(text: str, tmp_path: Path) -> None:
    script = tmp_path / "script.toml"
    script.write_text(text)
    with pytest.raises(ConfigError, match=r"script\.toml"):
        read_script(script)


async def test_a_code_made_by_the_gateway_reaches_the_phone_and_no_log(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    body = (Path(__file__).parent / "frontol_examples" / "2-calculate.json").read_bytes()
    told = (await shop.ask("document/", body))["client"]["validationCode"]

    async def arrived() -> bool:
        return [row["code"] for row in await shop.inspect("codes")] == [told]

    assert await eventually(arrived), "the code the till was told is the one on the phone, and the only one"
    written = capfd.readouterr()
    assert told not in written.out + written.err
