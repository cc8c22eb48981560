"""Each fault, as a plain client sees it."""

import asyncio
import errno
import statistics
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from fault_proxy import (
    Call,
    Close,
    Fault,
    FaultProxy,
    Garbage,
    Hang,
    Pass,
    Reset,
    Slow,
    Status,
    Trickle,
    TruncatedJson,
)
from latency import Latency

BODY = b'{"goods": [1, 2, 3], "total": "12.50"}'
SOON = aiohttp.ClientTimeout(total=0.3)


class Server:
    """Echoes, and remembers what reached it."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    async def echo(self, request: web.Request) -> web.Response:
        self.seen.append(await request.read())
        return web.Response(body=self.seen[-1], content_type="application/json")


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[FaultProxy]:
    app = web.Application()
    app.add_routes([web.post("/{any:.*}", server.echo)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with FaultProxy(f"http://127.0.0.1:{runner.addresses[0][1]}") as running:
        yield running
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(http: aiohttp.ClientSession, proxy: FaultProxy, body: bytes = BODY) -> tuple[int, bytes]:
    async with http.post(f"{proxy.url}/path?a=1", data=body, timeout=SOON) as response:
        return response.status, await response.read()


async def test_a_call_passes_unchanged_on_a_connection_kept_open(
    http: aiohttp.ClientSession, proxy: FaultProxy, server: Server
) -> None:
    for body in (BODY, b"x" * 100_000):
        assert await ask(http, proxy, body) == (200, body)
    assert server.seen == [BODY, b"x" * 100_000]
    assert (proxy.calls, proxy.counts, len(proxy._connections)) == (2, {"Pass": 2}, 1)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Hang(), TimeoutError),
        (Hang(after_headers=True), TimeoutError),
        (Trickle(), TimeoutError),
        (Reset(), aiohttp.ClientOSError),
        (Reset(midway=True), aiohttp.ClientError),
        (Close(), aiohttp.ServerDisconnectedError),
        (Garbage(framed=False), aiohttp.ClientResponseError),
    ],
    ids=repr,
)
async def test_no_answer_arrives(
    http: aiohttp.ClientSession, proxy: FaultProxy, fault: Fault, error: type[Exception]
) -> None:
    proxy.use(fault)
    with pytest.raises(error):
        await ask(http, proxy)
    assert proxy.counts == {type(fault).__name__: 1}


async def test_a_reset_is_one_and_a_close_is_none(http: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    """aiohttp tells a RST by its errno, and a FIN by its own class."""
    proxy.use(Reset())
    with pytest.raises(aiohttp.ClientOSError) as broken:
        await ask(http, proxy)
    assert broken.value.errno == errno.ECONNRESET
    proxy.use(Close())
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask(http, proxy)


@pytest.mark.parametrize("kind", [Hang, Reset, Close], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("done", [True, False])
async def test_done_says_whether_the_server_carried_it_out(
    http: aiohttp.ClientSession, proxy: FaultProxy, server: Server, kind: type[Hang], *, done: bool
) -> None:
    proxy.use(kind(done=done))
    with pytest.raises((TimeoutError, aiohttp.ClientError)):
        await ask(http, proxy)
    assert server.seen == [BODY] * done


async def test_the_head_comes_and_the_body_does_not(http: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.use(Hang(after_headers=True))
    async with http.post(proxy.url, data=BODY) as response:
        assert response.status == 200
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(response.read(), 0.1)


async def test_bytes_come_one_by_one(proxy: FaultProxy) -> None:
    proxy.use(Trickle(bytes_per_second=50))
    reader, writer = await asyncio.open_connection(*proxy.address)
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
    began = time.monotonic()
    assert [await reader.read(1000) for _ in range(10)] == [bytes((byte,)) for byte in b"HTTP/1.1 2"]
    assert 0.17 < time.monotonic() - began < 1
    writer.close()


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"<html>no</html>"])
async def test_a_status_comes_and_the_connection_stays(
    http: aiohttp.ClientSession, proxy: FaultProxy, server: Server, code: int, body: bytes
) -> None:
    proxy.use([Status(code, body), Pass()])
    assert await ask(http, proxy) == (code, body)
    assert await ask(http, proxy) == (200, BODY)
    assert (len(server.seen), len(proxy._connections)) == (1, 1)


async def test_headers_of_a_status_are_sent(http: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.use(Status(429, headers=("Retry-After: 7",)))
    async with http.post(proxy.url, data=BODY) as response:
        assert response.headers["Retry-After"] == "7"


async def test_garbage_is_a_good_answer_with_noise_in_it(http: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.use(Garbage(size=64))
    status, noise = await ask(http, proxy)
    assert (status, len(noise)) == (200, 64)
    assert (await ask(http, proxy))[1] != noise


async def test_json_is_cut_in_half(http: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.use(TruncatedJson())
    assert await ask(http, proxy) == (200, BODY[: len(BODY) // 2])


async def test_an_answer_is_late_by_the_latency(http: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.use(Slow(Latency(0.1)))
    began = time.monotonic()
    assert await ask(http, proxy) == (200, BODY)
    assert 0.1 <= time.monotonic() - began < 0.29


def test_latency_is_lognormal_with_stragglers_and_repeatable() -> None:
    latency = Latency(0.08, 0.25, straggling=0.02, straggler=0.6)
    drawn = [latency.draw() for _ in range(20_000)]
    quick = [seconds for seconds in drawn if seconds != 0.6]
    assert 0.015 < 1 - len(quick) / len(drawn) < 0.025
    assert statistics.median(quick) == pytest.approx(0.08, rel=0.02)
    assert statistics.quantiles(quick, n=100)[83] / 0.08 == pytest.approx(2.718**0.25, rel=0.03)
    again = Latency(0.08, 0.25, straggling=0.02, straggler=0.6)
    assert [again.draw() for _ in range(100)] == drawn[:100]


async def test_a_connect_hangs_while_the_proxy_is_deaf(http: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    await ask(http, proxy)
    async with proxy.deaf():
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await ask(http, proxy)
            with pytest.raises(TimeoutError):  # not even a connection, let alone an answer
                await asyncio.wait_for(asyncio.open_connection(*proxy.address), 0.1)
    assert proxy.calls == 1
    assert await ask(http, proxy) == (200, BODY)


async def test_a_schedule_goes_call_by_call_and_ends_with_passing(
    http: aiohttp.ClientSession, proxy: FaultProxy
) -> None:
    proxy.use(iter([Status(503), Pass(), Status(500)]))
    assert [(await ask(http, proxy))[0] for _ in range(5)] == [503, 200, 500, 200, 200]
    assert proxy.counts == {"Status": 2, "Pass": 3}


async def test_a_function_chooses_by_number_and_by_what_is_asked(
    http: aiohttp.ClientSession, proxy: FaultProxy
) -> None:
    seen: list[Call] = []

    def every_other(call: Call) -> Fault:
        seen.append(call)
        return Status(503) if call.number % 2 else Pass()

    proxy.use(every_other)
    assert [(await ask(http, proxy))[0] for _ in range(4)] == [200, 503, 200, 503]
    assert {call.target for call in seen} == {"/path?a=1"}
    assert all(call.request.endswith(BODY) for call in seen)


async def test_hanging_up_ends_open_connections(http: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.use(Hang())
    asked = asyncio.create_task(ask(http, proxy))
    await asyncio.sleep(0.1)
    assert proxy.counts["Hang"] == 1
    await proxy.hang_up()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await asked
    assert not proxy._connections
