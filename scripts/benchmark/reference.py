"""M, what everything is measured against: a minimal proxy that parses JSON both ways and does nothing else."""

import asyncio
import sys

import aiohttp
import orjson
import uvloop
from aiohttp import web

OPERATIONS = {"calculate": "Offline.AuthorizedPreorder", "confirm": "Offline.CreateAuthorizedOrder"}


async def serve(port: int, upstream: int) -> None:
    url = f"http://127.0.0.1:{upstream}/v3/operations/sync?endpointId=Demo.Offline&operation="
    session = aiohttp.ClientSession()

    async def handle(request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read())
        async with session.post(url + OPERATIONS[asked["action"]], data=orjson.dumps(asked)) as response:
            answer = orjson.loads(await response.read())
        return web.Response(body=orjson.dumps(answer), content_type="application/json")

    app = web.Application()
    app.router.add_post("/frontol/document/", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
