"""One thing that was looked at, what was found, and what to do about it: what `doctor` is made of."""

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """The shop can sell; somebody should look at it."""

    FAILED = "failed"
    """Something does not work until it is mended."""


class Check(Struct, frozen=True, kw_only=True):
    """`name`: what was looked at. `said`: what was found. `do`: what to do now; empty when all is well.

    The texts are for the administrator, in plain words: no secret, nothing of a customer.
    """

    name: str
    state: State
    said: str
    do: str = ""


def passed(name: str, said: str) -> Check:
    return Check(name=name, state=State.OK, said=said)


def warned(name: str, said: str, do: str) -> Check:
    return Check(name=name, state=State.WARNING, said=said, do=do)


def failed(name: str, said: str, do: str) -> Check:
    return Check(name=name, state=State.FAILED, said=said, do=do)
