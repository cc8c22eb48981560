"""A Frontol register as a client: for the demo, for trials without a till, for tests."""

from adapters.registers.frontol.simulator.answers import Answer, AnswerNotUnderstood, read_answer
from adapters.registers.frontol.simulator.basket import Basket, BasketLine
from adapters.registers.frontol.simulator.paper import slip_of
from adapters.registers.frontol.simulator.requests import Cashier, Document, Payment, Register
from adapters.registers.frontol.simulator.till import Exchange, GatewayAway, Till

__all__ = [
    "Answer",
    "AnswerNotUnderstood",
    "Basket",
    "BasketLine",
    "Cashier",
    "Document",
    "Exchange",
    "GatewayAway",
    "Payment",
    "Register",
    "Till",
    "read_answer",
    "slip_of",
]
