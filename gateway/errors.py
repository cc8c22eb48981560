"""Everything that can go wrong, grouped by what the one who catches it can do.

GatewayError
├── ConfigError                 the administrator mends the file
├── TemplateError               the administrator mends the template
├── RegisterError
│   └── MalformedRequest        the register sent what nobody understands
├── LoyaltyError
│   ├── LoyaltyUnavailable      not sent, or refused for now: the change was surely not made
│   │   ├── TooManyCalls        the server counts calls, and these were too many
│   │   └── NotAsked            held back by ourselves: it says nothing about the server
│   ├── OutcomeUnknown          sent, and no answer: the change may have been made
│   ├── LoyaltyRejected         the server said no, for good
│   └── LoyaltyProtocolError    an answer nobody understands
├── PrinterError
│   ├── PrinterOffline
│   └── PaperOut
├── MailError                   the mail was not sent: it is tried again
└── StoreError
    ├── StoreUnavailable        nothing was stored: do not acknowledge
    └── Conflict                the record has changed since it was read: read and decide again
"""

from typing import ClassVar


class GatewayError(Exception):
    """Something the gateway knows about went wrong."""

    retryable: ClassVar[bool] = False

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()

    @property
    def logged(self) -> str:
        """What a log may say of it: our own words."""
        return str(self)


class ConfigError(GatewayError):
    """The configuration cannot be used."""


class TemplateError(GatewayError):
    """A slip template cannot be used."""


class RegisterError(GatewayError):
    """A register's request could not be served."""


class MalformedRequest(RegisterError):
    """The request could not be understood."""


class LoyaltyError(GatewayError):
    """The loyalty server could not be asked."""

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds the server asked us to wait, None when it did not say."""


class LoyaltyUnavailable(LoyaltyError):
    """The loyalty server is not available now."""

    retryable = True


class TooManyCalls(LoyaltyUnavailable):
    """The loyalty server has had too many calls for now."""


class NotAsked(LoyaltyUnavailable):
    """The call was held back here; nothing is known about the loyalty server."""


class OutcomeUnknown(LoyaltyError):
    """No answer came in time; the loyalty server may have done it."""

    retryable = True


class LoyaltyRejected(LoyaltyError):
    """The loyalty server refused for good."""

    @property
    def logged(self) -> str:
        """Its text is the server's own, meant for the cashier: it may name the customer."""
        return str(LoyaltyRejected())


class LoyaltyProtocolError(LoyaltyError):
    """The loyalty server's answer could not be understood."""


class PrinterError(GatewayError):
    """The slip was not printed."""

    retryable = True


class PrinterOffline(PrinterError):
    """The printer does not answer."""


class PaperOut(PrinterError):
    """The printer has no paper."""


class MailError(GatewayError):
    """The mail was not sent."""

    retryable = True


class StoreError(GatewayError):
    """The store did not take the change."""


class StoreUnavailable(StoreError):
    """Nothing was stored."""

    retryable = True


class Conflict(StoreError):
    """The record has changed since it was read."""

    retryable = True
