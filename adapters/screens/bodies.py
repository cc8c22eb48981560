"""The body of a screen's request: a few words, in however many pieces they arrive."""

import asyncio
from contextlib import suppress

from aiohttp import web

BODY_SECONDS = 5.0
"""A screen that sends slower than this is not waited for."""


async def small_body(request: web.Request, largest: int) -> bytes:
    """What has come of it in time, `largest` bytes at most: whoever reads it refuses what is cut off."""
    body = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            while len(body) < largest and (piece := await request.content.read(largest - len(body))):
                body += piece
    return body
