"""Speaks to the Mindbox sandbox as any client may: by the wire facts, not by our own client's habits."""

from pathlib import Path
from typing import Any

import aiohttp
import msgspec

SEED = Path(__file__).parents[1] / "config" / "examples" / "sandbox-seed.toml"
MARIA = {"mobilePhone": "79217654321"}
ANNA = {"mobilePhone": "79115550123"}
COFFEE = {
    "lineId": "1",
    "lineNumber": 1,
    "quantity": 2,
    "basePricePerItem": 389.90,
    "minPricePerItem": 310.00,
    "product": {"ids": {"system1c": "20417"}},
    "status": {"ids": {"externalId": "CheckedOut"}},
}
CHEESE = {
    "lineId": "2",
    "lineNumber": 2,
    "quantity": 0.342,
    "quantityType": "double",
    "basePricePerItem": 849.00,
    "product": {"ids": {"system1c": "1033"}},
    "status": {"ids": {"externalId": "CheckedOut"}},
}


class Caller:
    """One session, one sandbox."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self.url = url

    async def ask(self, operation: str, body: Any, **options: str) -> tuple[int, Any]:
        http, raw, _ = await self._post(operation, body, **options)
        return http, msgspec.json.decode(raw)

    async def done(self, operation: str, body: Any, **options: str) -> Any:
        http, answer = await self.ask(operation, body, **options)
        assert (http, answer["status"]) == (200, "Success"), answer
        return answer

    async def raw(self, operation: str, body: Any, **options: str) -> tuple[int, bytes]:
        http, raw, _ = await self._post(operation, body, **options)
        return http, raw

    async def headers(self, operation: str, body: Any) -> Any:
        return (await self._post(operation, body))[2]

    async def stray(self) -> int:
        async with self._session.post(f"{self.url}/v3/customers") as response:
            return response.status

    async def look(self, path: str) -> Any:
        async with self._session.get(f"{self.url}/_sandbox/{path}") as response:
            return msgspec.json.decode(await response.read())

    async def control(self, path: str, **body: Any) -> int:
        async with self._session.post(f"{self.url}/_sandbox/{path}", json=body) as response:
            return response.status

    async def forget_calls(self) -> None:
        async with self._session.delete(f"{self.url}/_sandbox/calls") as response:
            assert response.status == 200

    async def available(self, phone: str = "79217654321") -> float:
        return float((await self.look(f"customers/{phone}"))["available"])

    async def _post(
        self,
        operation: str,
        body: Any,
        *,
        mode: str = "sync",
        key: str = "",
        authorization: str = "SecretKey demo-secret-key",
        endpoint: str = "",
    ) -> tuple[int, bytes, Any]:
        endpoint = endpoint or f"Demo.{operation.partition('.')[0]}"
        query = {"endpointId": endpoint, "operation": operation} | ({"transactionId": key} if key else {})
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        headers = {"Authorization": authorization} if authorization else {}
        url = f"{self.url}/v3/operations/{mode}"
        async with self._session.post(url, params=query, data=data, headers=headers) as response:
            return response.status, await response.read(), response.headers


def order(order_id: str = "sale-1", *, status: str = "CheckedOut", points: float = 0, **more: Any) -> dict[str, Any]:
    state = {"status": {"ids": {"externalId": status}}}
    lines = more.pop("lines", [COFFEE | state, CHEESE | state])
    bonus = {"bonusPoints": [{"amount": points}]} if points else {}
    return {"ids": {"offlineTransactionId": order_id}, "lines": lines, "coupons": [], **bonus, **more}


def goods(sku: str, quantity: float, price: float, number: int = 1, status: str = "CheckedOut") -> dict[str, Any]:
    return {
        "lineId": str(number),
        "lineNumber": number,
        "quantity": quantity,
        "basePricePerItem": price,
        "product": {"ids": {"system1c": sku}},
        "status": {"ids": {"externalId": status}},
    }


def seeded(folder: Path, *changes: tuple[str, str]) -> Path:
    """The example seed with some of its text replaced."""
    text = SEED.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "seed.toml"
    path.write_text(text, encoding="utf-8")
    return path
