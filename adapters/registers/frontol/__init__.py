"""Frontol through its Priority API, or through our scenario (`plain`): settings and factory."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from aiohttp import web

from adapters.registers.asking import Budgets
from adapters.registers.frontol.dialect import PRIORITY
from adapters.registers.frontol.mapping import Style
from adapters.registers.frontol.plain import PLAIN
from adapters.registers.frontol.recording import Recorder, recorder
from adapters.registers.frontol.registers import KeyRing
from adapters.registers.frontol.server import FrontolServer
from adapters.registers.lane import Lanes
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language
from gateway.ports import Checkout, EnrolmentDesk, Meter

__all__ = ["FrontolServer", "KeyRing", "Recorder", "Style", "recorder", "routes"]


def routes(
    checkout: Checkout,
    enrolment: EnrolmentDesk,
    registers: Mapping[bytes, Sequence[RegisterRef]],
    meter: Meter,
    *,
    style: Style,
    budgets: Budgets,
    language: Language,
    silent: AbstractSet[RegisterRef] = frozenset(),
    recording: Recorder | None = None,
    lanes: Lanes | None = None,
) -> list[web.AbstractRouteDef]:
    """The routes of all Frontol registers; `registers` by access key, `silent` ones print no slips themselves.

    What they serve once is served on the short way of `lanes` from then on.
    """
    keys, learn = KeyRing(registers), (lanes or Lanes()).learn
    servers = (
        FrontolServer(checkout, enrolment, keys, meter, style, budgets, language, silent, dialect, recording, learn)
        for dialect in (PLAIN, PRIORITY)  # in this order: the second takes any prefix
    )
    return [route for server in servers for route in server.routes()]
