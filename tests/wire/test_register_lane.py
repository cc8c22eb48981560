"""The short way of a till's request: the same answers as from aiohttp, and aiohttp for whatever is not plain."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from adapters.registers.lane import Arrived, Lanes, Runner, Written, connection
from adapters.registers.lane.wire import Head, head

BODY = b'{"action": "calculate"}'
POST = b"POST /till/document HTTP/1.1\r\nHost: gateway\r\nUser-Agent: till 7\r\nAuthorization: key\r\n"
REQUEST = POST + b"Content-Length: 23\r\n\r\n" + BODY
SHORT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 26\r\n\r\n"


class Service:
    """Answers with what it was asked, through aiohttp and through the lane."""

    def __init__(self) -> None:
        self.clients: list[str] = []
        self.lanes = Lanes(self.clients.append)
        self.gate = asyncio.Event()
        self.gate.set()

    async def serve(self, arrived: Arrived) -> Written:
        await self.gate.wait()
        body = arrived.authorization.encode() + arrived.body
        return Written(status=200, body=body, content_type="application/json", close=b"close" in body)

    async def handle(self, http: web.Request) -> web.Response:
        key = http.headers.get("Authorization", "")
        arrived = Arrived(target=http.raw_path, authorization=key, client="", body=await http.read(), since=0)
        written = await self.serve(arrived)
        self.lanes.learn(http.raw_path, self.serve)
        return web.Response(body=written.body, content_type=written.content_type)

    async def start(self) -> None:
        app = web.Application()
        app.add_routes([web.post("/{any:.*}", self.handle), web.get("/", self.handle)])
        self.runner = Runner(app, self.lanes, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.port = self.runner.addresses[0][1]

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    running = Service()
    await running.start()
    reader, writer = await running.connect()
    assert b"\r\nServer: " in (await told(reader, writer, REQUEST))[0], "nobody has served this address before"
    writer.close()
    yield running
    await running.runner.cleanup()


async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *parts: bytes) -> tuple[bytes, bytes]:
    """Head and body of the answer to a request sent in parts."""
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0)
    return await heard(reader)


async def heard(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    text = await reader.readuntil(b"\r\n\r\n")
    length = int(text.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return text, await reader.readexactly(length)


async def test_a_known_address_is_served_the_short_way(service: Service) -> None:
    reader, writer = await service.connect()
    for _ in range(3):
        assert await told(reader, writer, REQUEST) == (SHORT, b"key" + BODY)
    assert service.clients == ["till 7"] * 3
    writer.close()


@pytest.mark.parametrize("size", [1, 7, len(REQUEST) - len(BODY), len(REQUEST) - 1])
async def test_a_request_is_the_same_in_whatever_pieces_it_comes(service: Service, size: int) -> None:
    reader, writer = await service.connect()
    pieces = [REQUEST[at : at + size] for at in range(0, len(REQUEST), size)]
    assert await told(reader, writer, *pieces) == (SHORT, b"key" + BODY)
    writer.close()


async def test_requests_sent_ahead_are_answered_in_turn(service: Service) -> None:
    reader, writer = await service.connect()
    second = REQUEST.replace(b"calculate", b"document!")
    assert await told(reader, writer, REQUEST + second) == (SHORT, b"key" + BODY)
    assert await heard(reader) == (SHORT, b"key" + BODY.replace(b"calculate", b"document!"))
    writer.close()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n",
        REQUEST.replace(b"document", b"elsewhere"),
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        POST + b"Transfer-encoding:chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0"),
        POST + b"Content-Length: 0\r\nContent-Encoding: identity\r\n\r\n",
    ],
)
async def test_whatever_is_not_plain_is_aiohttps_with_every_byte_that_came(service: Service, request_: bytes) -> None:
    reader, writer = await service.connect()
    await told(reader, writer, REQUEST)
    text, _ = await told(reader, writer, request_)
    assert b" 200 OK\r\n" in text
    assert b"\r\nServer: " in text
    writer.close()


@pytest.mark.parametrize(
    "length", [b"Content-Length: 23\r\nContent-Length: 23\r\n", b"Content-Length: +23\r\n", b"Content-Length: x\r\n"]
)
async def test_a_length_that_can_be_read_in_two_ways_is_aiohttps_to_refuse(service: Service, length: bytes) -> None:
    reader, writer = await service.connect()
    text, _ = await told(reader, writer, POST + length + b"\r\n" + BODY)
    assert b" 400 " in text
    writer.close()


async def test_expect_is_answered(service: Service) -> None:
    reader, writer = await service.connect()
    writer.write(POST + b"Expect: 100-continue\r\nContent-Length: 23\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert (await told(reader, writer, BODY))[1] == b"key" + BODY
    writer.close()


async def test_a_slow_body_is_aiohttps_to_wait_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.01)
    reader, writer = await service.connect()
    writer.write(REQUEST[:-5])
    await asyncio.sleep(0.1)
    text, body = await told(reader, writer, REQUEST[-5:])
    assert body == b"key" + BODY
    assert b"\r\nServer: " in text
    writer.close()


async def test_bytes_now_and_then_do_not_buy_a_body_more_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.2)
    reader, writer = await service.connect()
    start = len(REQUEST) - len(BODY)
    writer.write(REQUEST[:start])
    for at in range(start, len(REQUEST)):
        await asyncio.sleep(0.03)
        writer.write(REQUEST[at : at + 1])
    text, body = await heard(reader)
    assert body == b"key" + BODY
    assert b"\r\nServer: " in text, "aiohttp has waited for the end"
    writer.close()


@pytest.mark.parametrize("stray", [b"\r\n", b"\r\n\r\n\r\n"])
async def test_empty_lines_before_a_request_are_nothing(service: Service, stray: bytes) -> None:
    reader, writer = await service.connect()
    for _ in range(2):
        assert await told(reader, writer, stray + REQUEST + stray) == (SHORT, b"key" + BODY)
    assert await told(reader, writer, b"\r", b"\n", REQUEST) == (SHORT, b"key" + BODY)
    writer.close()


async def test_an_empty_line_after_a_request_buys_no_time(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.1)
    reader, writer = await service.connect()
    await told(reader, writer, REQUEST + b"\r\n")
    assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()


async def test_what_a_client_sent_ahead_goes_with_him(service: Service) -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))
    service.gate.clear()
    lanes: set[asyncio.Protocol] = set()
    for ahead in (REQUEST, b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n", b"POST", b""):
        _, writer = await service.connect()
        writer.write(REQUEST + ahead)
        await writer.drain()
        await asyncio.sleep(0.05)
        lanes |= service.lanes.open
        writer.transport.abort()
    await asyncio.sleep(0.05)
    service.gate.set()
    await asyncio.sleep(0.05)
    gc.collect()
    assert faults == []
    assert len(service.clients) == 4, "nothing that came behind was begun"
    assert [vars(lane)["_limit"].is_running for lane in lanes] == [False] * 4, "nobody is waited for"


async def test_a_lane_waits_between_requests_as_long_as_aiohttp() -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    assert runner.server is not None
    assert runner.server().keepalive_timeout == connection.IDLE_SECONDS
    await runner.cleanup()


async def test_a_head_that_never_ends_holds_no_place(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    reader, writer = await service.connect()
    writer.write(b"POST /till/document HTTP/1.1\r\n")
    await writer.drain()
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await asyncio.wait_for(heard(reader), 5)
    assert not service.lanes.open
    writer.close()


async def test_bytes_now_and_then_do_not_buy_a_head_more_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    reader, writer = await service.connect()

    async def trickle() -> None:
        for _ in range(100):
            writer.write(b"P")
            await asyncio.sleep(0.02)

    slow = asyncio.create_task(trickle())
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await asyncio.wait_for(heard(reader), 1.5)
    slow.cancel()
    writer.close()


async def test_a_connection_that_says_nothing_is_closed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.05)
    reader, writer = await service.connect()
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await asyncio.wait_for(heard(reader), 5)
    writer.close()


async def test_an_endless_head_is_aiohttps_to_refuse(service: Service) -> None:
    reader, writer = await service.connect()
    writer.write(POST + b"X: " + b"y" * 40_000)
    text, _ = await asyncio.wait_for(heard(reader), 5)
    assert b" 400 " in text
    writer.close()


@pytest.mark.parametrize("request_", [REQUEST.replace(b"Host", b"Connection: close\r\nHost"), None])
async def test_goodbye_is_said_and_meant(service: Service, request_: bytes | None) -> None:
    reader, writer = await service.connect()
    text, _ = await told(reader, writer, request_ or REQUEST.replace(b"calculate", b"close----"))
    assert b"\r\nConnection: close\r\n" in text
    assert await reader.read() == b""
    writer.close()


async def test_a_fault_of_ours_ends_the_connection_and_no_other(service: Service) -> None:
    async def broken(_arrived: Arrived) -> Written:
        raise ZeroDivisionError

    service.lanes.learn("/broken", broken)
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))
    reader, writer = await service.connect()
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await told(reader, writer, REQUEST.replace(b"/till/document", b"/broken"))
    writer.close()


async def test_who_was_let_in_gets_his_answer_when_the_gateway_stops(service: Service) -> None:
    service.gate.clear()
    idle = await service.connect()
    await asyncio.sleep(0.05)
    reader, writer = await service.connect()
    writer.write(REQUEST)
    await asyncio.sleep(0.05)
    stopping = asyncio.create_task(service.runner.cleanup())
    assert await asyncio.wait_for(idle[0].read(), 1) == b"", "an idle connection goes at once"
    service.gate.set()
    text, body = await heard(reader)
    assert body == b"key" + BODY
    assert b"\r\nConnection: close\r\n" in text
    await stopping
    for open_ in (writer, idle[1]):
        open_.close()


async def test_who_begins_while_the_gateway_stops_is_waited_for_too(service: Service) -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def one(_arrived: Arrived) -> Written:
        await first.wait()
        return Written(status=200, body=b"1", content_type="text/plain")

    async def two(_arrived: Arrived) -> Written:
        first.set()
        await second.wait()
        return Written(status=200, body=b"2", content_type="text/plain")

    service.lanes.learn("/one", one)
    service.lanes.learn("/two", two)
    reader, writer = await service.connect()
    late_reader, late_writer = await service.connect()
    writer.write(REQUEST.replace(b"/till/document", b"/one"))
    late_writer.write(REQUEST.replace(b"/till/document", b"/two")[:-1])
    await asyncio.sleep(0.05)
    stopping = asyncio.create_task(service.runner.cleanup())
    await asyncio.sleep(0.05)
    late_writer.write(BODY[-1:])
    assert (await heard(reader))[1] == b"1"
    await asyncio.sleep(0.05)
    assert not stopping.done()
    second.set()
    assert (await heard(late_reader))[1] == b"2"
    await stopping
    writer.close()
    late_writer.close()


async def test_nobody_is_served_after_the_gateway_has_stopped(service: Service) -> None:
    service.gate.clear()
    _, writer = await service.connect()
    writer.write(REQUEST)
    await asyncio.sleep(0.05)
    await service.runner.cleanup()
    assert not service.lanes.busy
    writer.close()


def test_addresses_are_learnt_up_to_a_bound() -> None:
    lanes, service = Lanes(), Service()
    for number in range(300):
        lanes.learn(f"/{number}", service.serve)
    assert lanes.served(b"/7") is not None
    assert lanes.served(b"/299") is None


def test_names_of_headers_are_read_in_any_case_and_their_values_as_they_are() -> None:
    text = b"POST /x HTTP/1.1\r\nAUTHORIZATION:FrontolAuth AbC \r\nuser-agent: Till\r\ncontent-length:5\r\n"
    assert head(text) == Head(b"/x", "FrontolAuth AbC", "Till", 5, keeps_alive=True)


@pytest.mark.parametrize(
    "line",
    [
        b"X : y",
        b" X: y",
        b"X",
        b": y",
        b"X\xc3: y",
        b"X: y\nAuthorization: other",
        b"X: y\rAuthorization: other",
        b"X: y\0",
        b"Host: a\r\nHOST: b",
        b"Authorization: a\r\nauthorization: b",
    ],
)
def test_headers_that_can_be_read_in_two_ways_are_aiohttps(line: bytes) -> None:
    assert head(b"POST /x HTTP/1.1\r\nX: y\r\nContent-Length: 5\r\n") is not None
    assert head(b"POST /x HTTP/1.1\r\n" + line + b"\r\nContent-Length: 5\r\n") is None


def test_an_address_beyond_ascii_is_aiohttps() -> None:
    assert head(b"POST /\xd0\xbf HTTP/1.1\r\nContent-Length: 5\r\n") is None
    lanes = Lanes()
    lanes.learn("/\u043f", Service().serve)
    assert lanes.served(b"/?") is None


def test_values_are_read_as_aiohttp_reads_them() -> None:
    text = b"POST /x HTTP/1.1\r\nAuthorization: \xd0\xba\r\nUser-Agent: \xff\r\nContent-Length: 5\r\n"
    assert head(text) == Head(b"/x", "\u043a", "\udcff", 5, keeps_alive=True)
