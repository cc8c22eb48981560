"""One-line texts with a customer's data, for prompts: the same sandbox as the slips."""

from functools import lru_cache

from jinja2 import Template

from gateway.domain.customer import Customer
from gateway.errors import TemplateError
from gateway.slips.sandbox import SlipEnvironment, restored

_environment = SlipEnvironment()
LONGEST = 500
"""Characters: more than a cashier reads between two customers."""


def line(source: str, customer: Customer) -> str:
    """`source` with `{{ customer.first_name }}` and the like filled in. Raises `TemplateError`."""
    try:
        text = restored(_compiled(source).render(customer=customer))
    except Exception as error:  # whatever an expression of the text raises is the text's fault
        raise TemplateError(f"{source[:60]!r}: {error}") from error
    return " ".join(text.split())[:LONGEST]


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return _environment.from_string(source)
