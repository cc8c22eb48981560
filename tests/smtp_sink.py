"""A mail server that takes every mail and keeps it: enough SMTP (RFC 5321) for smtplib and Alertmanager.

With a certificate it speaks TLS, at once or after STARTTLS (RFC 3207), and then takes mail only from who has logged
in (RFC 4954, AUTH PLAIN).
"""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage

USER, PASSWORD = "gateway", "mail-password"
LOGIN = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())


class SmtpSink:
    """`refusing`: it answers, and takes no mail. `starttls`: what it goes on with when asked to."""

    def __init__(self, starttls: ssl.SSLContext | None = None) -> None:
        self.mails: list[EmailMessage] = []
        self.refusing = False
        self.port = 0
        self.secured: list[bool] = []
        self._starttls = starttls
        self._arrived = asyncio.Event()

    async def next_mail(self, *, seconds: float = 10) -> EmailMessage:
        """The oldest that was not taken from here yet. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while not self.mails:
                self._arrived.clear()
                await self._arrived.wait()
        return self.mails.pop(0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 sink\r\n")
            while row := (await reader.readline()).strip():
                writer.write(await self._answer(row, reader, writer))
                if row.upper() == b"STARTTLS" and self._starttls:
                    await writer.start_tls(self._starttls)
                if row.upper() == b"QUIT":
                    break
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _answer(self, row: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        is_secure = writer.get_extra_info("ssl_object") is not None
        match row.upper().split()[0]:
            case b"QUIT":
                return b"221 bye\r\n"
            case b"EHLO":
                return b"250-sink\r\n250 AUTH PLAIN\r\n" if is_secure else b"250-sink\r\n250 STARTTLS\r\n"
            case b"STARTTLS":
                return b"220 go on\r\n" if self._starttls else b"454 not here\r\n"
            case b"AUTH":
                return b"235 welcome\r\n" if is_secure and row.split()[-1] == LOGIN else b"535 who?\r\n"
            case b"MAIL" if self.refusing:
                return b"451 later\r\n"
            case b"DATA":
                writer.write(b"354 go on\r\n")
                await self._take(reader)
                self.secured.append(is_secure)
                return b"250 taken\r\n"
            case _:
                return b"250 ok\r\n"

    async def _take(self, reader: asyncio.StreamReader) -> None:
        raw = await reader.readuntil(b"\r\n.\r\n")
        self.mails.append(message_from_bytes(raw.removesuffix(b".\r\n"), policy=policy.default))
        self._arrived.set()


@contextlib.asynccontextmanager
async def smtp_sink(
    tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[SmtpSink]:
    """`tls`: nothing but TLS from the first byte."""
    sink = SmtpSink(starttls)
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, ssl=tls)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
