"""One-line texts with a customer's data, for prompts: the same sandbox as the slips."""

from functools import lru_cache

from jinja2 import Template
from jinja2 import TemplateError as JinjaError

from gateway.domain.customer import Customer
from gateway.errors import TemplateError
from gateway.slips.sandbox import SlipEnvironment

_environment = SlipEnvironment()
LONGEST = 500
"""Characters: more than a cashier reads between two customers."""


def line(source: str, customer: Customer) -> str:
    """`source` with `{{ customer.first_name }}` and the like filled in. Raises `TemplateError`."""
    try:
        return " ".join(_compiled(source).render(customer=customer).split())[:LONGEST]
    except JinjaError as error:
        raise TemplateError(f"{source[:60]!r}: {error}") from error


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return _environment.from_string(source)
