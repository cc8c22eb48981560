"""1C:Retail's cashier screen through our extension (`extension/`): settings and factory."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from adapters.registers.asking import Budgets
from adapters.registers.onec_retail.mapping import Style
from adapters.registers.onec_retail.server import OneCServer
from gateway.domain.identification import Identification
from gateway.domain.receipt import RegisterRef
from gateway.domain.texts import Language
from gateway.ports import Checkout, EnrolmentDesk, Meter, StaffDesk

__all__ = ["OneCServer", "Style", "routes"]


def routes(
    checkout: Checkout,
    enrolment: EnrolmentDesk,
    staff: StaffDesk,
    tokens: Mapping[bytes, RegisterRef],
    colleagues: Sequence[RegisterRef],
    meter: Meter,
    *,
    style: Style,
    budgets: Budgets,
    language: Language,
    identification: Identification,
) -> list[web.AbstractRouteDef]:
    """The routes of all 1C registers."""
    server = OneCServer(
        checkout, enrolment, staff, tokens, colleagues, meter, style, budgets, language, identification
    )
    return server.routes()
