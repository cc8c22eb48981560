"""The transport against a raw socket that answers, cuts and hangs in every way a server may."""

import asyncio
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from adapters.loyalty.transport import Reply, Transport
from adapters.loyalty.transport.reply import LARGEST_REPLY, Broken, ReplyReader
from gateway.domain.deadline import Deadline
from gateway.errors import ConfigError, LoyaltyUnavailable, OutcomeUnknown

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[bool]]
"""What the server does with one request; True when it will take another one on this connection."""


class RawServer:
    """Reads requests whole and does with the n-th of all what its n-th script says, then repeats the last one."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self.asked = asyncio.Event()
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                self.asked.set()
                script = self.scripts[min(len(self.requests), len(self.scripts)) - 1]
                if not await script(reader, writer, self.requests[-1]):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def drop_idle(self) -> None:
        for writer in self._writers:
            writer.close()

    async def stop(self) -> None:
        self._server.close()
        self.drop_idle()
        await self._server.wait_closed()


def says(*parts: bytes, keep: bool = True) -> Script:
    async def script(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> bool:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        return keep

    return script


async def hangs(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _request: bytes) -> bool:
    await reader.read()
    return False


async def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> bool:
    writer.transport.abort()
    return False


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    running = RawServer()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def transport(server: RawServer) -> AsyncIterator[Transport]:
    made = Transport(f"{server.url}/base/", {"Authorization": "SecretKey k"}, 4)
    yield made
    await made.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by itself, with its key."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=server"
    where = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{file}.key", "-out", f"{file}.crt"]
    subprocess.run([*command.split(), *where], check=True, capture_output=True)  # noqa: S603 - our own words
    file.write_bytes(Path(f"{file}.key").read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def tls_server(
    request: pytest.FixtureRequest, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RawServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = context.maximum_version = request.param
    context.load_cert_chain(certificate)
    running = RawServer()
    await running.start(context)
    yield running
    await running.stop()


def within(seconds: float) -> Deadline:
    return Deadline(time.monotonic() + seconds)


async def change(transport: Transport, seconds: float = 5) -> Reply:
    return await transport.post("/a?b=c", b"{}", within(seconds), repeatable=False)


async def ask(transport: Transport, seconds: float = 5) -> Reply:
    return await transport.post("/a?b=c", b"{}", within(seconds), repeatable=True)


async def test_a_question_is_one_post_with_its_length_and_its_headers(
    server: RawServer, transport: Transport
) -> None:
    server.scripts = [says(OK)]
    assert await ask(transport) == Reply(200, b"hi", "")
    host = server.url.removeprefix("http://").encode()
    assert server.requests == [
        b"POST /base/a?b=c HTTP/1.1\r\nHost: "
        + host
        + b"\r\nAuthorization: SecretKey k\r\nContent-Length: 2\r\n\r\n{}"
    ]


@pytest.mark.parametrize(
    "parts",
    [
        (OK,),
        tuple(bytes([byte]) for byte in OK),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n", b"1;x=y\r\ni\r\n0\r\n\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", OK),
        (b"HTTP/1.1 103 Early Hints\r\nRetry-After: 7\r\n\r\n" + OK,),
    ],
)
async def test_a_reply_is_the_same_in_whatever_pieces_it_comes(
    server: RawServer, transport: Transport, parts: tuple[bytes, ...]
) -> None:
    server.scripts = [says(*parts)]
    for _ in range(2):
        assert await ask(transport) == Reply(200, b"hi", "")
    assert server.connections == 1


async def test_a_body_may_end_with_the_connection(server: RawServer, transport: Transport) -> None:
    server.scripts = [says(b"HTTP/1.1 200 OK\r\n\r\nh", b"i", keep=False)]
    assert await change(transport) == Reply(200, b"hi", "")


async def test_a_status_without_a_body_and_the_wait_a_server_asks_for_are_read(
    server: RawServer, transport: Transport
) -> None:
    server.scripts = [says(b"HTTP/1.1 503 Busy\r\nRETRY-AFTER: 17 \t\r\nContent-Length: 0\r\n\r\n")]
    assert await change(transport) == Reply(503, b"", "17")


async def test_redirects_are_not_followed(server: RawServer, transport: Transport) -> None:
    server.scripts = [says(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")]
    assert (await change(transport)).status == 302
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "script",
    [
        says(keep=False),
        resets,
        says(b"HTTP/1.1 200 O", keep=False),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", keep=False),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", keep=False),
        says(b"nonsense\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n"),
        says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        says(OK + OK),
        says(OK + b"H"),
    ],
)
async def test_a_change_without_a_whole_reply_has_an_unknown_outcome(
    server: RawServer, transport: Transport, script: Script
) -> None:
    server.scripts = [script]
    with pytest.raises(OutcomeUnknown):
        await change(transport)
    assert len(server.requests) == 1


@pytest.mark.parametrize("script", [hangs, says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh")])
async def test_at_the_deadline_nobody_waits_any_longer(
    server: RawServer, transport: Transport, script: Script
) -> None:
    server.scripts = [script, says(OK)]
    with pytest.raises(OutcomeUnknown):
        await change(transport, 0.05)
    assert (await change(transport)).body == b"hi"
    assert server.connections == 2, "what is still to come on the first one belongs to nobody"


async def test_an_answer_without_an_end_is_cut(server: RawServer, transport: Transport) -> None:
    async def floods(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(LARGEST_REPLY // 65536 + 2):
            writer.write(b"x" * 65536)
            await writer.drain()
        return False

    server.scripts = [floods]
    with pytest.raises(OutcomeUnknown, match="too large"):
        await change(transport)


async def test_headers_without_an_end_are_cut() -> None:
    reader = ReplyReader()
    reader.feed(b"HTTP/1.1 200 OK\r\nX: ")
    reader.feed(b"x" * (LARGEST_REPLY - 100))
    with pytest.raises(Broken, match="too large"):
        reader.feed(b"x" * 200)


async def test_a_server_that_cannot_be_reached_has_surely_done_nothing(server: RawServer) -> None:
    await server.stop()
    for repeatable in (True, False):
        with pytest.raises(LoyaltyUnavailable):
            await Transport(server.url, {}, 4).post("/", b"", within(5), repeatable=repeatable)


async def test_without_time_nothing_is_sent(server: RawServer, transport: Transport) -> None:
    server.scripts = [says(OK)]
    await ask(transport)
    with pytest.raises(LoyaltyUnavailable):
        await change(transport, 0)
    await ask(transport)
    assert (len(server.requests), server.connections) == (2, 1)


async def test_a_request_whose_end_never_left_has_surely_done_nothing() -> None:
    """The server takes no byte: the kernel's buffers fill, and the end of the request stays here."""
    over = asyncio.Event()

    async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(deaf, "127.0.0.1", 0, limit=1)
    transport = Transport(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", {}, 1)
    with pytest.raises(LoyaltyUnavailable):
        await transport.post("/", b"x" * 30_000_000, within(0.3), repeatable=False)
    await transport.close()
    over.set()
    server.close()
    await server.wait_closed()


async def test_a_question_outlives_a_connection_that_was_closed_while_idle(
    server: RawServer, transport: Transport
) -> None:
    """It is found closed only when the question is on its way: the close and the question cross."""
    server.scripts = [says(OK), resets, says(OK)]
    assert (await ask(transport)).body == b"hi"
    assert (await ask(transport)).body == b"hi"
    assert (len(server.requests), server.connections) == (3, 2)


async def test_a_change_is_never_sent_twice(server: RawServer, transport: Transport) -> None:
    server.scripts = [says(OK), resets, says(OK)]
    await change(transport)
    with pytest.raises(OutcomeUnknown):
        await change(transport)
    assert len(server.requests) == 2


async def test_a_question_is_asked_anew_only_where_a_connection_went_stale(
    server: RawServer, transport: Transport
) -> None:
    server.scripts = [resets]
    with pytest.raises(LoyaltyUnavailable):
        await ask(transport)
    assert len(server.requests) == 1


async def test_a_connection_closed_while_idle_is_not_used_again(server: RawServer, transport: Transport) -> None:
    server.scripts = [says(OK)]
    await change(transport)
    server.drop_idle()
    await asyncio.sleep(0.05)
    assert (await change(transport)).body == b"hi"
    assert server.connections == 2


@pytest.mark.parametrize(
    "reply", [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", b"HTTP/1.0" + OK[8:]]
)
async def test_a_server_that_says_goodbye_is_asked_on_a_new_connection(
    server: RawServer, transport: Transport, reply: bytes
) -> None:
    server.scripts = [says(reply)]
    await ask(transport)
    await ask(transport)
    assert server.connections == 2


async def test_words_that_nobody_asked_for_end_a_connection(server: RawServer, transport: Transport) -> None:
    async def talks(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> bool:
        writer.write(OK)
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"HTTP/1.1 500 For the next one\r\nContent-Length: 0\r\n\r\n")
        return True

    server.scripts = [talks, says(OK)]
    await ask(transport)
    await asyncio.sleep(0.05)
    assert (await ask(transport)).status == 200
    assert server.connections == 2


async def test_connections_are_bounded_and_the_next_one_waits_its_turn(server: RawServer) -> None:
    open_, most = 0, 0

    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> bool:
        nonlocal open_, most
        open_ += 1
        most = max(most, open_)
        await asyncio.sleep(0.02)
        open_ -= 1
        writer.write(OK)
        return True

    server.scripts = [slow]
    transport = Transport(server.url, {}, 2)
    replies = await asyncio.gather(*(ask(transport) for _ in range(6)))
    assert (len(replies), most, server.connections) == (6, 2, 2)
    await transport.close()


async def test_who_finds_no_place_in_time_has_surely_done_nothing(server: RawServer) -> None:
    server.scripts = [hangs]
    transport = Transport(server.url, {}, 1)
    first = asyncio.create_task(change(transport, 0.3))
    await asyncio.sleep(0.1)
    with pytest.raises(LoyaltyUnavailable):
        await change(transport, 0.05)
    with pytest.raises(OutcomeUnknown):
        await first
    await transport.close()


async def test_a_cancelled_call_takes_its_connection_with_it(server: RawServer, transport: Transport) -> None:
    server.scripts = [hangs, says(OK)]
    call = asyncio.create_task(ask(transport))
    await server.asked.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await ask(transport)).body == b"hi"
    assert server.connections == 2


async def test_closing_cuts_what_is_under_way(server: RawServer, transport: Transport) -> None:
    server.scripts = [hangs]
    call = asyncio.create_task(change(transport))
    await server.asked.wait()
    await transport.close()
    with pytest.raises(OutcomeUnknown):
        await call


async def test_after_closing_no_question_is_asked_anew(server: RawServer, transport: Transport) -> None:
    server.scripts = [says(OK), hangs]
    await ask(transport)
    server.asked.clear()
    call = asyncio.create_task(ask(transport))
    await server.asked.wait()
    await transport.close()
    with pytest.raises(LoyaltyUnavailable):
        await asyncio.wait_for(call, 2)
    assert server.connections == 1


async def test_after_closing_who_waits_for_a_place_has_surely_done_nothing(server: RawServer) -> None:
    server.scripts = [hangs]
    transport = Transport(server.url, {}, 1)
    first = asyncio.create_task(change(transport))
    await server.asked.wait()
    second = asyncio.create_task(change(transport, 1))
    await asyncio.sleep(0.05)
    await transport.close()
    with pytest.raises(OutcomeUnknown):
        await first
    with pytest.raises(LoyaltyUnavailable):
        await second
    assert len(server.requests) == 1


async def test_what_a_server_did_not_want_to_read_is_not_sent_after_its_answer() -> None:
    size, read = 30_000_000, asyncio.get_running_loop().create_future()

    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too large\r\nContent-Length: 0\r\n\r\n")
        await asyncio.sleep(0.1)
        count = 0
        try:
            while part := await reader.read(1_000_000):
                count += len(part)
        except ConnectionError:
            pass
        read.set_result(count)
        writer.close()

    server = await asyncio.start_server(refuses, "127.0.0.1", 0)
    transport = Transport(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", {}, 1)
    reply = await transport.post("/", b"x" * size, within(5), repeatable=False)
    assert reply.status == 413
    assert await read < size
    await transport.close()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "url",
    [
        "http://a..b",
        "http://" + "a" * 64,
        "http://host:port",
        "http://host/\u043f\u0443\u0442\u044c",
        "http://host/a b",
    ],
)
def test_an_address_that_no_question_can_carry_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ConfigError, match="адрес"):
        Transport(url, {}, 1)


@pytest.mark.parametrize("secret", ["a\r\nX: y", "a\nb", "a\0b"])
def test_a_secret_with_a_line_break_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Transport("http://127.0.0.1", {"Authorization": secret}, 1)
    assert secret not in str(refused.value)


async def test_a_burst_of_connections_asks_for_the_name_once(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    loop = asyncio.get_running_loop()
    really = loop.getaddrinfo

    async def counted(host: str, port: int, **options: int) -> object:
        asked.append(host)
        return await really(host, port, **options)

    monkeypatch.setattr(loop, "getaddrinfo", counted)
    server.scripts = [says(OK)]
    transport = Transport(server.url.replace("127.0.0.1", "localhost"), {}, 8)
    await asyncio.gather(*(ask(transport) for _ in range(8)))
    assert asked.count("localhost") == 1  # uvloop has addresses read by the same function
    await transport.close()


async def test_a_name_that_leads_nowhere_is_asked_for_again() -> None:
    transport = Transport("http://no-such-host.invalid", {}, 1)
    for _ in range(2):
        with pytest.raises(LoyaltyUnavailable):
            await change(transport)
    await transport.close()


async def test_over_tls_a_connection_is_kept(tls_server: RawServer) -> None:
    tls_server.scripts = [says(OK)]
    transport = Transport(tls_server.url, {}, 4)
    for _ in range(4):
        assert (await ask(transport)).body == b"hi"
    assert (len(tls_server.requests), tls_server.connections) == (4, 1)
    await transport.close()


@pytest.mark.parametrize("size", [2, 40_000, 1_000_000])
@pytest.mark.parametrize("answered", [0, 1, 2])
async def test_over_tls_a_change_that_was_read_whole_has_an_unknown_outcome(
    tls_server: RawServer, size: int, answered: int
) -> None:
    tls_server.scripts = [says(OK)] * answered + [hangs]
    transport = Transport(tls_server.url, {}, 4)
    for _ in range(answered):
        await change(transport)
    call = asyncio.create_task(transport.post("/", b"x" * size, within(5), repeatable=False))
    while len(tls_server.requests) <= answered:
        tls_server.asked.clear()
        await tls_server.asked.wait()
    await transport.close()
    with pytest.raises(OutcomeUnknown):
        await call
