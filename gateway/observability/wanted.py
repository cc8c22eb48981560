"""What somebody wants of the admin address: a few words of JSON, in however many pieces they arrive."""

import asyncio
from contextlib import suppress
from typing import TypeVar

import msgspec
from aiohttp import web

LARGEST = 1024
"""Bytes: none of our requests is longer."""

BODY_SECONDS = 5.0
"""Whoever sends slower than this is not waited for."""

T = TypeVar("T")


async def wanted(request: web.Request, kind: type[T]) -> T:
    """Raises `msgspec.DecodeError` for anything else, and for what did not arrive whole in time."""
    body = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            while len(body) < LARGEST and (piece := await request.content.read(LARGEST - len(body))):
                body += piece
    return msgspec.json.decode(body, type=kind)
