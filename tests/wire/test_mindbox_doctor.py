"""`doctor loyalty` against sandboxes that are well, wrong and ill: what it says, and that it changes nothing."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from builders import REGISTER
from loyalty_worlds import nobody_listens
from mindbox_caller import SEED, Caller, seeded

from adapters.loyalty.mindbox import MindboxSettings
from adapters.loyalty.mindbox.doctor import Examination
from adapters.loyalty.mindbox.sandbox import Sandbox
from gateway.cli import app
from gateway.domain.check import Check, State

KEY = "demo-secret-key"


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with Sandbox(seed_path=SEED) as sandbox, aiohttp.ClientSession() as session:
        yield Caller(session, sandbox.url)


async def examined(url: str, *, key: str = KEY, ahead: float = 0, budget: float = 5, **more: Any) -> list[Check]:
    """From a thread of its own: it blocks."""
    named = {"kind": "mindbox", "url": url, "endpoint": "Demo.Offline", "secret_key_file": "key"} | more
    steps: list[None] = []
    examination = Examination(
        MindboxSettings(**named),
        key,
        REGISTER,
        {"identify": budget, "quote": budget},
        lambda: datetime.now(UTC) + timedelta(seconds=ahead),
    )
    checks = await asyncio.to_thread(lambda: list(examination.checks(3, lambda: steps.append(None))))
    assert len(steps) <= examination.steps(3)
    return checks


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


async def test_all_is_well_and_nothing_was_changed(caller: Caller) -> None:
    before = await caller.look("customers")
    checks = await examined(caller.url)
    assert [check.name for check in checks] == [
        "address",
        "tls",
        "key",
        "clock",
        "operations",
        "speed get_customer",
        "speed preorder",
    ]
    assert {check.state for check in checks} == {State.OK}
    assert "отвечают 23 из 23" in by_name(checks)["operations"].said
    assert (await caller.look("orders"), await caller.look("customers")) == ([], before)
    assert await caller.look("codes") == []


async def test_an_operation_that_is_not_there_is_named_with_what_its_lack_costs(caller: Caller) -> None:
    names = {"segments": "Acme.Segments", "refund": "Acme.Return"}
    checks = by_name(await examined(caller.url, operations=names))
    assert checks["operation segments"].state is State.WARNING
    assert checks["operation refund"].state is State.FAILED
    assert "Acme.Return" in checks["operation refund"].said
    assert "возвраты не дойдут" in checks["operation refund"].do
    assert "отвечают 21 из 23" in checks["operations"].said


@pytest.mark.parametrize(
    ("change", "said"),
    [({"key": "wrong"}, "HTTP 403"), ({"endpoint": "Demo.Nowhere"}, "HTTP 403")],
)
async def test_a_wrong_key_or_endpoint_is_said_first_and_ends_it(caller: Caller, change: Any, said: str) -> None:
    checks = await examined(caller.url, **change)
    assert [check.name for check in checks] == ["address", "tls", "key"]
    assert (checks[-1].state, said in checks[-1].said) == (State.FAILED, True)
    assert "loyalty.endpoint" in checks[-1].do


@pytest.mark.parametrize(("http", "said"), [(404, "нет API"), (429, "слишком много"), (503, "HTTP 503")])
async def test_what_the_server_answers_to_everybody(caller: Caller, http: int, said: str) -> None:
    await caller.control("faults", mode="error", http=http)
    checks = await examined(caller.url)
    assert (checks[-1].name, checks[-1].state) == ("key", State.FAILED)
    assert said in checks[-1].said


async def test_nobody_at_that_address() -> None:
    checks = await examined(nobody_listens())
    assert (checks[-1].name, checks[-1].state) == ("tls", State.FAILED)
    checks = await examined("https://no-such-host.invalid")
    assert [(check.name, check.state) for check in checks] == [("address", State.FAILED)]


async def test_a_server_that_does_not_speak_tls(caller: Caller) -> None:
    checks = await examined(caller.url.replace("http://", "https://"))
    assert (checks[-1].name, checks[-1].state) == ("tls", State.FAILED)


@pytest.fixture
async def secure(openssl: str, tmp_path: Path) -> AsyncIterator[tuple[str, Path]]:
    """An address that speaks TLS and nothing else, and its certificate, which nobody has signed."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "5", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    maker = await asyncio.create_subprocess_exec(*made, stderr=asyncio.subprocess.DEVNULL)
    assert await maker.wait() == 0
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    yield f"https://localhost:{server.sockets[0].getsockname()[1]}", certificate
    server.close()


async def test_a_certificate_nobody_trusts_and_one_that_is_soon_over(
    secure: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, certificate = secure
    distrusted = (await examined(url))[-1]
    assert (distrusted.name, distrusted.state) == ("tls", State.FAILED)
    assert "прокси" in distrusted.do
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusted = by_name(await examined(url))
    assert (trusted["tls"].state, "TLSv1" in trusted["tls"].said) == (State.WARNING, True)
    assert trusted["key"].state is State.FAILED


async def test_a_clock_that_is_wrong(caller: Caller) -> None:
    checks = by_name(await examined(caller.url, ahead=90))
    assert (checks["clock"].state, "timedatectl" in checks["clock"].do) == (State.WARNING, True)


async def test_a_budget_that_is_too_short_is_said_with_one_that_would_do(caller: Caller) -> None:
    checks = by_name(await examined(caller.url, budget=1e-6))
    assert checks["speed preorder"].state is State.WARNING
    assert "100%" in checks["speed preorder"].said
    assert "budgets.quote = " in checks["speed preorder"].do


async def test_the_command_says_it_as_json_and_never_the_key(caller: Caller, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    text = (SEED.parent / "frontol-mindbox.toml").read_text(encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    for name in ("mindbox-secret-key", "frontol-access-key"):
        (tmp_path / "secrets" / name).write_text(KEY, encoding="utf-8")
    config = tmp_path / "gateway.toml"
    config.write_text(text.replace("http://127.0.0.1:8181", caller.url), encoding="utf-8")
    arguments = ["doctor", "loyalty", "--config", str(config), "--calls", "2"]
    told = await asyncio.to_thread(CliRunner().invoke, app, [*arguments, "--json"])
    assert told.exit_code == 0
    assert {check["state"] for check in json.loads(told.stdout)} == {"ok"}
    shown = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    assert "speed preorder" in shown.stdout
    assert KEY not in told.output + shown.output


async def test_without_calls_nothing_is_measured(tmp_path: Path) -> None:
    seed = seeded(tmp_path, ("async_delay_seconds = 0.2", "async_delay_seconds = 0.1"))
    async with Sandbox(seed_path=seed) as sandbox:
        settings = MindboxSettings(kind="mindbox", url=sandbox.url, endpoint="Demo.Frontol", secret_key_file="k")
        examination = Examination(settings, KEY, REGISTER, {"identify": 1, "quote": 1}, lambda: datetime.now(UTC))
        checks = await asyncio.to_thread(lambda: list(examination.checks(0, lambda: None)))
    assert not [check for check in checks if check.name.startswith("speed")]
