"""The admin address: `/metrics`, `/healthz` (the process lives), `/readyz` (it can take a sale), and more."""

from collections.abc import AsyncIterator
from itertools import chain

import msgspec
from aiohttp import web
from prometheus_client.core import GaugeMetricFamily

from gateway.domain.work import Lane
from gateway.errors import StoreError
from gateway.observability.clients import Clients
from gateway.observability.exposition import exposed
from gateway.observability.guard_view import GuardView
from gateway.observability.limited_switch import LimitedSwitch, as_json
from gateway.observability.metrics import Metrics, gauge
from gateway.observability.printer_routes import PrinterRoutes
from gateway.ports import Clock, Store


class Admin:
    def __init__(
        self,
        metrics: Metrics,
        store: Store,
        clock: Clock,
        view: GuardView,
        switch: LimitedSwitch,
        printers: PrinterRoutes,
        clients: Clients,
    ) -> None:
        self._metrics = metrics
        self._store = store
        self._clock = clock
        self._view = view
        self._switch = switch
        self._printers = printers
        self._clients = clients

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/metrics", self._scrape),
            web.get("/healthz", self._alive),
            web.get("/readyz", self._ready),
            web.get("/loyalty", self._loyalty),
            web.get("/clients", self._seen),
            *self._switch.routes(),
            *self._printers.routes(),
        ]

    async def _scrape(self, _request: web.Request) -> web.Response:
        stored = [family async for family in self._stored()]
        text = await exposed(
            chain(self._metrics.registry.collect(), self._view.families(), stored), self._metrics.histograms()
        )
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _stored(self) -> AsyncIterator[GaugeMetricFamily]:
        """What lies in the store; left out while it cannot be read."""
        try:
            counts = await self._store.counts()
        except StoreError:
            return
        yield gauge("outbox_pending", "Work not yet told to the loyalty server", counts.pending)
        age = counts.age(self._clock.now())
        yield gauge("outbox_oldest_age_seconds", "How long the oldest of it has been owed, tries included", age)
        yield gauge("parked_sales", "Sales refused for good", counts.parked_sales)
        yield gauge("parked_refunds", "Refunds refused for good", counts.parked_refunds)
        yield gauge("parked_documents", "Documents that nobody could read", counts.parked_documents)

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _seen(self, _request: web.Request) -> web.Response:
        return web.json_response(self._clients.told())

    async def _loyalty(self, _request: web.Request) -> web.Response:
        """How the loyalty server is doing, and what the budgets cost there."""
        told = {"breakers": self._view.breakers(), "budgets": self._view.advice()}
        return web.Response(body=msgspec.json.encode(told), content_type="application/json")

    async def _ready(self, _request: web.Request) -> web.Response:
        if self._clock.lost():
            return web.json_response({"status": "the computer's clock is wrong"}, status=503)
        try:
            await self._store.next_due(Lane.SALES)  # counting a long outbox at every look would take its time
        except StoreError:
            return web.json_response({"status": "store unavailable"}, status=503)
        return web.json_response({"status": "ok", **as_json(self._view.limited())})
