"""A loyalty server that is away or slow, seen from a till and from the administrator's chair; real sockets."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, eventually, signed, write_config
from till import document, line
from typer.testing import CliRunner

from adapters.registers import bodies
from gateway.cli import app
from gateway.errors import StoreUnavailable

GUARD = "[loyalty_guard]\nrest_seconds = 0.5\nlongest_rest_seconds = 0.5\npatience_seconds = 1.0\n"
NO_DISCOUNTS = "Скидки не рассчитаны, повторите расчёт"
BEGINS = "Сервер лояльности не отвечает: скидок и баллов пока нет, продавайте как обычно"
BY_HAND = "Программа лояльности отключена администратором: скидок и баллов пока нет"
ENDED = "Программа лояльности снова работает"
PREORDER = "Offline.AuthorizedPreorder"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Shop(tmp_path, more=GUARD) as running:
        yield running


def goods(**members: Any) -> dict[str, Any]:
    return document("calculate", line(1, "700-A", "100.00", "3.000", "300.00"), **members)


async def said(shop: Shop, request: dict[str, Any] | None = None) -> list[str]:
    """What the cashier reads after a calculation."""
    answer = await shop.ask("document/", request or goods())
    return [row["text"] for row in answer.get("cashierInformation", [])]


async def broken(shop: Shop) -> None:
    """Until the breaker of calculations is open."""
    await shop.faults(mode="error")
    for _ in range(5):
        await shop.ask("document/", goods())
    assert (await shop.metrics())['pos_gateway_loyalty_breaker_state{operation="quote"}'] == 2


async def state(shop: Shop, path: str = "limited") -> Any:
    async with shop.http.get(f"{shop.admin_url}/{path}") as response:
        assert response.status == 200
        return await response.json()


async def switch(shop: Shop, *, on: bool, **options: Any) -> int:
    async with shop.http.post(f"{shop.admin_url}/limited", json={"on": on}, **options) as response:
        return response.status


async def calls(shop: Shop) -> int:
    return len(await shop.inspect("calls"))


async def test_errors_open_the_breaker_and_a_probe_closes_it(shop: Shop) -> None:
    await broken(shop)
    before = await calls(shop)
    began = time.monotonic()
    assert NO_DISCOUNTS in await said(shop)
    assert time.monotonic() - began < 0.2
    assert await calls(shop) == before
    await shop.faults(mode="off")
    await asyncio.sleep(0.6)
    assert NO_DISCOUNTS not in await said(shop)
    assert (await shop.metrics())['pos_gateway_loyalty_breaker_state{operation="quote"}'] == 0


async def test_the_cashier_is_told_once_and_the_missing_discounts_every_time(shop: Shop) -> None:
    await shop.faults(mode="error")
    heard = [await said(shop) for _ in range(8)]
    assert [BEGINS in texts for texts in heard].count(True) == 1
    assert all(NO_DISCOUNTS in texts for texts in heard)
    await shop.faults(mode="off")
    await asyncio.sleep(0.6)
    heard = [await said(shop) for _ in range(3)]
    assert [ENDED in texts for texts in heard] == [True, False, False]
    assert not any(NO_DISCOUNTS in texts for texts in heard)


async def test_points_are_refused_at_once_and_nothing_is_left_in_doubt(shop: Shop) -> None:
    asked = goods(uid=str(uuid.uuid4()))
    await shop.ask("document/", asked)
    await broken(shop)
    before = await calls(shop)
    began = time.monotonic()
    payment = {"mode": "nonFiscal", "amount": "10.00"}
    answer = await shop.ask("document/", {**asked, "action": "payByBonus", "payment": payment})
    assert time.monotonic() - began < 0.2
    assert answer == {"code": -1, "error": "Списать баллы сейчас нельзя, примите другую оплату"}
    assert await calls(shop) == before
    metrics = await shop.metrics()
    assert metrics["pos_gateway_outbox_pending"] == 0  # no watch, no release: the sale is open as before


async def test_sales_closed_meanwhile_are_delivered_when_the_server_is_back(shop: Shop) -> None:
    await shop.faults(mode="error")
    for _ in range(7):
        request = document("confirm", line(1, "5002", "100.00"), payments=[])
        assert (await shop.ask("document/", request))["code"] == 0
    await shop.faults(mode="off")

    async def delivered() -> bool:
        return [order["status"] for order in await shop.inspect("orders")] == ["Paid"] * 7

    assert await eventually(delivered, seconds=20)


async def test_an_answer_that_came_too_late_serves_the_recalculation(shop: Shop) -> None:
    guard = shop.gateway.core.guard
    inner = guard._program  # the only place where an answer can be held up by itself
    released = asyncio.Event()
    quote = inner.quote

    async def held_up(*args: Any, **kwargs: Any) -> Any:
        answer = await quote(*args, **kwargs)
        await released.wait()
        return answer

    inner.quote = held_up  # type: ignore[method-assign]
    asked = goods(uid=str(uuid.uuid4()))
    assert NO_DISCOUNTS in await said(shop, asked)
    released.set()
    await asyncio.sleep(0.05)
    before = await calls(shop)
    answer = await shop.ask("document/", asked)
    assert answer["document"]["positions"]
    assert await calls(shop) == before
    assert (await shop.metrics())['pos_gateway_loyalty_late_answers_used_total{operation="quote"}'] == 1


async def test_a_straggler_is_overtaken(shop: Shop) -> None:
    for _ in range(25):
        await shop.ask("document/", goods())
    await shop.faults(mode="hang", operation=PREORDER, times=1)
    began = time.monotonic()
    assert NO_DISCOUNTS not in await said(shop)
    assert time.monotonic() - began < 0.3
    assert (await shop.metrics())['pos_gateway_loyalty_hedges_total{operation="quote",result="won"}'] == 1


async def test_by_hand_nobody_waits_but_what_is_stored_goes_out(shop: Shop) -> None:
    assert await switch(shop, on=True) == 200
    before = await calls(shop)
    assert await said(shop) == [BY_HAND, NO_DISCOUNTS]
    assert await said(shop) == [NO_DISCOUNTS]
    assert await calls(shop) == before
    await shop.ask("document/", document("confirm", line(1, "5002", "100.00"), payments=[]))

    async def delivered() -> bool:
        return [order["status"] for order in await shop.inspect("orders")] == ["Paid"]

    assert await eventually(delivered)
    metrics = await shop.metrics()
    assert metrics['pos_gateway_limited_mode{reason="manual"}'] == 1
    assert metrics['pos_gateway_limited_mode{reason="server"}'] == 0
    assert abs(metrics["pos_gateway_limited_mode_since_timestamp_seconds"] - time.time()) < 30
    assert await switch(shop, on=False) == 200
    assert ENDED in await said(shop)


async def test_the_switch_survives_a_restart_and_readiness_shows_it(shop: Shop) -> None:
    await switch(shop, on=True)
    since = (await state(shop))["reasons"]["manual"]
    await shop.stop_gateway()
    await shop.start_gateway()
    ready = await state(shop, "readyz")
    assert ready["status"] == "ok"
    assert (ready["limited"], ready["reasons"]) == (True, {"manual": since})
    assert BY_HAND in await said(shop)


async def test_the_switch_wants_json_and_nothing_else(shop: Shop) -> None:
    """A form of a foreign page in the browser of this computer cannot send it."""
    for body, kind, status in (
        (b'{"on": true}', "text/plain", 403),
        (b"on=true", "application/x-www-form-urlencoded", 403),
        (b'{"on": 1}', "application/json", 400),
        (b'{"of": true}', "application/json", 400),
        (b"", "application/json", 400),
    ):
        async with shop.http.post(f"{shop.admin_url}/limited", data=body, headers={"Content-Type": kind}) as response:
            assert response.status == status
    assert (await state(shop))["limited"] is False


async def test_with_a_token_only_who_shows_it_may_switch(tmp_path: Path) -> None:
    (tmp_path / "admin-token").write_text("right\n")
    async with Shop(tmp_path) as shop:
        path = write_config(tmp_path, shop.sandbox.url)
        path.write_text(path.read_text().replace("[server]", '[server]\nadmin_token_file = "admin-token"'))
        await _restart_with(shop, path)
        assert await switch(shop, on=True) == 403
        assert await switch(shop, on=True, headers={"Authorization": "Bearer wrong"}) == 403
        assert await switch(shop, on=True, headers={"Authorization": "Bearer right"}) == 200


async def _restart_with(shop: Shop, path: Path) -> None:
    """The gateway anew, with a config file that the shop would not have written."""
    from gateway.bootstrap import build
    from gateway.config_file import ConfigFile
    from gateway.daemon import listen, port_of

    await shop.stop_gateway()
    shop.gateway = await build(ConfigFile(path), shop.fatal.append)
    shop._public = await listen(shop.gateway.routes, ("127.0.0.1", 0))
    shop._admin = await listen(shop.gateway.admin_routes, ("127.0.0.1", 0))
    shop.admin_url = f"http://127.0.0.1:{port_of(shop._admin)}"
    shop._jobs = [asyncio.create_task(job) for job in shop.gateway.core.jobs()]


async def test_the_command_talks_to_the_running_gateway(shop: Shop) -> None:
    runner, where = CliRunner(), shop.admin_url.removeprefix("http://")
    config = str(shop.folder / "gateway.toml")

    async def limited(word: str) -> str:
        told = await asyncio.to_thread(runner.invoke, app, ["limited", word, "-c", config, "--admin", where])
        assert told.exit_code == 0, told.output
        return told.output

    assert "выключен" in await limited("status")
    assert "включён вручную" in await limited("on")
    assert (await state(shop))["limited"] is True
    assert "включён вручную" in await limited("status")
    assert "выключен" in await limited("off")


async def test_a_store_that_takes_nothing_is_limited_mode_too(shop: Shop) -> None:
    records = shop.gateway.core.checkout._closing._records
    commit = records.store.commit

    async def full(_change: Any) -> None:
        raise StoreUnavailable("disk full")

    records.store.commit = full
    answer = await shop.ask("document/", document("confirm", line(1, "5002", "100.00"), payments=[]))
    assert answer["code"] != 0
    assert "store" in (await state(shop))["reasons"]
    assert "Шлюз не может сохранять чеки: баллы не списываются, сообщите администратору" in await said(shop)
    records.store.commit = commit
    await shop.ask("document/", document("confirm", line(1, "5002", "100.00"), payments=[]))
    assert (await state(shop))["limited"] is False


async def test_the_price_of_the_budgets_is_told(shop: Shop) -> None:
    for _ in range(25):
        await shop.ask("document/", goods())
    told = await state(shop, "loyalty")
    quote = next(row for row in told["budgets"] if row["operation"] == "quote")
    assert (quote["measured"] >= 25, quote["budget"]) == (True, 0.3)
    assert 0 <= quote["missed"] <= 1
    assert told["breakers"]["quote"] == "closed"
    metrics = await shop.metrics()
    assert 'pos_gateway_loyalty_budget_miss_ratio{operation="quote"}' in metrics
    assert metrics['pos_gateway_loyalty_call_duration_seconds_bucket{operation="quote",outcome="ok",le="0.6"}'] >= 25


async def test_a_body_that_comes_slowly_is_cut_and_delays_nobody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.5)
    body = json.dumps(goods()).encode()
    host, port = shop.url.removeprefix("http://").split(":")
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
    head = f"POST /frontol/document/ HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode()
    slow = [await asyncio.open_connection(host, int(port)) for _ in range(30)]
    for _, writer in slow:
        writer.write(head + body[:10])
    began = time.monotonic()
    assert NO_DISCOUNTS not in await said(shop)
    assert time.monotonic() - began < 0.4
    answers = await asyncio.gather(*(reader.read() for reader, _ in slow))
    assert time.monotonic() - began < 3
    assert all("Запрос кассы пришёл не целиком".encode() in answer for answer in answers)
    for _, writer in slow:
        writer.close()


async def test_the_budget_counts_from_the_first_byte_of_the_body(shop: Shop) -> None:
    """What the till needed for sending is not there any more for the loyalty server."""
    await shop.faults(mode="hang")
    body = json.dumps(goods()).encode()
    host, port = shop.url.removeprefix("http://").split(":")
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
    head = f"POST /frontol/document/ HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection(host, int(port))
    began = time.monotonic()
    writer.write(head + body[:10])
    await asyncio.sleep(0.2)
    writer.write(body[10:])
    await reader.readuntil(b"\r\n\r\n")
    assert time.monotonic() - began < 0.4
    writer.close()
