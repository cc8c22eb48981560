"""Mail to the administrator: over SMTP, or kept in memory."""

from email.utils import parseaddr
from typing import Annotated, Literal

from msgspec import Meta, Struct

from gateway.domain.hosts import is_host
from gateway.errors import ConfigError
from gateway.ports import Mailer

Port = Annotated[int, Meta(ge=1, le=65535, description="целое число от 1 до 65535")]
SUBMISSION = 587


class MailSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[mail]` table. Without a `server` nobody is mailed.

    `security`: "tls" from the first byte (465), "starttls" (587), "none" only inside a network of one's own.
    """

    server: str = ""
    port: Port = SUBMISSION
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""
    recipients: tuple[str, ...] = ()
    user: str = ""
    password_file: str = ""

    def __post_init__(self) -> None:
        """Raises `ConfigError` for a mail that could not be sent, or a password that everybody could read."""
        if not self.server:
            return
        if not self.recipients or "@" not in self.sender:
            raise ConfigError('mail: нужны sender и recipients, например ["admin@example.org"]')
        if self.user and self.security == "none":
            raise ConfigError('mail.security: "none" послал бы пароль открытым текстом; допустимо: starttls, tls')
        if bool(self.user) is not bool(self.password_file):
            raise ConfigError("mail: user и password_file указываются вместе")
        self._check_spelling()

    def _check_spelling(self) -> None:
        """Raises `ConfigError` for what the mail server could not even be asked."""
        if not is_host(self.server):
            raise ConfigError(f"mail.server: указано {self.server!r}; допустимо: имя или адрес без порта")
        if not self.user.isascii():
            raise ConfigError(f"mail.user: указано {self.user!r}; допустимо: латинские буквы, цифры и знаки")
        for key, text in (("sender", self.sender), *(("recipients", row) for row in self.recipients)):
            if not (text.isprintable() and is_host(parseaddr(text)[1].rpartition("@")[2])):
                raise ConfigError(f"mail.{key}: указано {text!r}; допустимо: адрес вида admin@example.org")


def open_mailer(settings: MailSettings, password: str) -> Mailer:
    """Nothing is connected yet: that happens for each mail. Raises `ConfigError` for a password SMTP cannot carry."""
    from adapters.mail.smtp import SmtpMailer

    if not (password.isascii() and password.isprintable()):
        raise ConfigError("mail.password_file: в пароле не латинская буква: проверьте раскладку и перезапишите файл")
    return SmtpMailer(settings, password)
