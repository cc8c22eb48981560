"""Texts that a shop can edit."""

from typing import Protocol

from gateway.domain.customer import Customer
from gateway.domain.slip import Slip
from gateway.domain.slip_data import SlipData


class Templates(Protocol):
    """Slips a shop can edit. Raises `TemplateError`."""

    def render(self, name: str, data: SlipData) -> Slip: ...


class Line(Protocol):
    """A one-line text of the administrator's with a customer's data filled in. Raises `TemplateError`."""

    def __call__(self, source: str, customer: Customer) -> str: ...
