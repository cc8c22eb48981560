"""A mailbox in memory: for tests and tries."""

from gateway.alarm_ports import Mailer
from gateway.errors import MailError


class MemoryMailer:
    """`mails` are (subject, body), oldest first. `away`: every mail fails."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []
        self.away = False

    async def send(self, subject: str, body: str) -> None:
        if self.away:
            raise MailError("away")
        self.mails.append((subject, body))


CONFORMS: type[Mailer] = MemoryMailer
