"""A mailbox in memory: for tests and tries."""

from gateway.errors import MailError
from gateway.ports import Mailer


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
