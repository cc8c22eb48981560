"""Where alarms are mailed, and where they are kept."""

from collections.abc import Sequence
from typing import Protocol

from gateway.domain.alarm import Alarm


class Mailer(Protocol):
    """The way to the administrator's mailbox."""

    async def send(self, subject: str, body: str) -> None:
        """Handed to the mail server when it returns. Raises `MailError`."""


class AlarmBook(Protocol):
    """Which alarms hold, and which were told: it outlives the process."""

    def read(self) -> Sequence[Alarm]: ...

    def keep(self, alarms: Sequence[Alarm]) -> None:
        """Raises `OSError`."""
