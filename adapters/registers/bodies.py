"""The body of a register's request, read for so long and so far as a receipt may take."""

import asyncio

from aiohttp import web

from gateway.errors import RegisterError

LARGEST_BODY = 1000 * 1024
"""Bytes: a receipt of two thousand lines and more fits; what is larger is no receipt."""

BODY_SECONDS = 5.0
"""A register that sends slower than this is cut off; until then it holds a connection, and nothing else."""


class Oversized(RegisterError):
    """The request is larger than any receipt."""


class TooSlow(RegisterError):
    """The request did not arrive whole in time."""


async def read_body(http: web.Request) -> bytes:
    """The bytes as they came. Raises `Oversized`, `TooSlow`; the rest is not read."""
    if http.content.is_eof():  # it came with its head, as most do: no timer for what is here already
        return _fitting(http.content.read_nowait())
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in http.content.iter_any():
                size += len(chunk)
                if size > LARGEST_BODY:
                    raise Oversized
                chunks.append(chunk)
    except TimeoutError:
        raise TooSlow from None
    return b"".join(chunks)


def _fitting(body: bytes) -> bytes:
    if len(body) > LARGEST_BODY:
        raise Oversized
    return body
