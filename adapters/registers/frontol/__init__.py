"""Frontol through its Priority API, or through our scenario (`plain`): settings and factory."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from aiohttp import web

from adapters.registers.frontol.dialect import PRIORITY
from adapters.registers.frontol.mapping import Style
from adapters.registers.frontol.plain import PLAIN
from adapters.registers.frontol.registers import KeyRing
from adapters.registers.frontol.server import Budgets, FrontolServer
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language
from gateway.ports import Checkout, Meter

__all__ = ["Budgets", "FrontolServer", "KeyRing", "Style", "routes"]


def routes(
    checkout: Checkout,
    registers: Mapping[bytes, Sequence[RegisterRef]],
    meter: Meter,
    *,
    style: Style,
    budgets: Budgets,
    language: Language,
    silent: AbstractSet[RegisterRef] = frozenset(),
) -> list[web.AbstractRouteDef]:
    """The routes of all Frontol registers; `registers` by access key, `silent` ones print no slips themselves."""
    keys = KeyRing(registers)
    return [
        route
        for dialect in (PLAIN, PRIORITY)  # in this order: the second takes any prefix
        for route in FrontolServer(checkout, keys, meter, style, budgets, language, silent, dialect).routes()
    ]
