"""Screens that raise popups for the cashier or show the gateway's state."""

from collections.abc import Mapping

from aiohttp import web

from adapters.screens import api, browser
from adapters.screens.access import Access, Place
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language
from gateway.ports import PromptDesk

__all__ = ["routes"]


def routes(desk: PromptDesk, tokens: Mapping[RegisterRef, str], language: Language) -> list[web.AbstractRouteDef]:
    """The popup API and the cashier pages. `tokens` by register, empty where only this computer may look."""
    access = Access(_places(tokens))
    return [*api.routes(desk, access, language), *browser.routes(desk, access, language)]


def _places(tokens: Mapping[RegisterRef, str]) -> dict[str, Place]:
    """Registers by their name in an address: the id; `outlet.id` where another outlet's has the same id."""
    named: dict[str, Place] = {}
    for ref, token in tokens.items():
        name = f"{ref.outlet}.{ref.register}" if ref.register in named else ref.register
        named[name] = Place(register=ref, token=token)
    return named
