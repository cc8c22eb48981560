"""A mail server that takes every mail and keeps it: enough SMTP (RFC 5321) for smtplib and Alertmanager."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage


class SmtpSink:
    """`refusing`: it answers, and takes no mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusing = False
        self.port = 0
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
            while row := await reader.readline():
                command = row.strip().upper()
                writer.write(await self._answer(command, reader, writer))
                if command == b"QUIT":
                    break
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _answer(self, command: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        if command == b"QUIT":
            return b"221 bye\r\n"
        if self.refusing and command.startswith(b"MAIL"):
            return b"451 later\r\n"
        if command != b"DATA":
            return b"250 ok\r\n"
        writer.write(b"354 go on\r\n")
        raw = await reader.readuntil(b"\r\n.\r\n")
        self.mails.append(message_from_bytes(raw.removesuffix(b".\r\n"), policy=policy.default))
        self._arrived.set()
        return b"250 taken\r\n"


@contextlib.asynccontextmanager
async def smtp_sink() -> AsyncIterator[SmtpSink]:
    sink = SmtpSink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
