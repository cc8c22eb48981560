"""Where the gateway stands and whom it serves."""

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.errors import ConfigError
from gateway.settings.section import Address, DayHours, Identifier, Section, Text


class Outlet(Section, frozen=True, kw_only=True):
    """`timezone` as in "Europe/Moscow"; empty: the computer's own.

    `clock` says whose time a live sale carries: this computer's ("gateway"), or ("auto") this computer's while the
    kernel says that it is kept by NTP, else the register's.
    """

    id: Text
    timezone: str = ""
    opening_hours: DayHours = ""
    clock: Literal["gateway", "auto"] = "gateway"

    @property
    def zone(self) -> ZoneInfo | None:
        """Raises `ConfigError` when there is no such zone."""
        try:
            return ZoneInfo(self.timezone) if self.timezone else None
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(
                f"outlet.timezone: нет часового пояса {self.timezone!r}, пример: Europe/Moscow"
            ) from error


class Server(Section, frozen=True, kw_only=True):
    """`listen` is for registers and cashier pages, `admin` for monitoring; both `host:port`.

    `admin_token_file`: whoever is not on this computer may switch limited mode only with the secret in it; empty:
    only who is.
    """

    listen: Address = "0.0.0.0:8090"
    admin: Address = "127.0.0.1:9108"
    admin_token_file: str = ""


class Register(Section, frozen=True, kw_only=True):
    """`id` as the register calls itself; `outlet` when it is not the gateway's own; `printer` by name.

    `screen_token_file` holds the secret that its screens show; empty: only screens on this computer.
    `slip_to`: on the register's own printer, on ours, or both.
    """

    kind: Literal["frontol", "onec_retail"]
    id: Identifier
    access_key_file: Text
    outlet: str = ""
    printer: str = ""
    screen_token_file: str = ""
    slip_to: Literal["register", "printer", "both"] = "both"
