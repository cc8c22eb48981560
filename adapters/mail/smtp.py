"""One mail over SMTP, in a thread: a mail server that hangs keeps no register waiting."""

import asyncio
import smtplib
import ssl
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from adapters.mail import MailSettings
from gateway.errors import MailError
from gateway.ports import Mailer

SECONDS = 20.0
"""For each step of the conversation."""


class SmtpMailer:
    def __init__(self, settings: MailSettings, password: str) -> None:
        self._settings = settings
        self._password = password

    async def send(self, subject: str, body: str) -> None:
        """Raises `MailError`, whatever is wrong: the alarm goes out again later."""
        try:
            await asyncio.to_thread(self._hand_over, self._message(subject, body))
        except OSError as error:
            said = type(error).__name__ if isinstance(error, smtplib.SMTPException) else error.strerror or error
            raise MailError(f"{self._settings.server}: {said}") from error
        except (ValueError, MessageError) as error:  # a setting that no mail can be made of; its text may quote a key
            raise MailError(f"{self._settings.server}: {type(error).__name__}") from error

    def _message(self, subject: str, body: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = ", ".join(self._settings.recipients)
        message["Subject"] = subject
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain=self._settings.sender.rpartition("@")[2])
        message.set_content(body)
        return message

    def _hand_over(self, message: EmailMessage) -> None:
        with self._connected() as server:
            if self._settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self._settings.user:
                server.login(self._settings.user, self._password)
            server.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        where = (self._settings.server, self._settings.port)
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(*where, timeout=SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(*where, timeout=SECONDS)


CONFORMS: type[Mailer] = SmtpMailer
