"""A mail that cannot be made or sent is a `MailError`, and nothing else: the watch of alarms lives on."""

import pytest

from adapters.mail import MailSettings, open_mailer
from adapters.mail.smtp import SmtpMailer
from gateway.errors import ConfigError, MailError

ADMIN = "admin@example.org"


class Unchecked(MailSettings, frozen=True, kw_only=True):
    """As if the check of the settings had not seen it."""

    def __post_init__(self) -> None: ...


@pytest.mark.parametrize(
    "settings",
    [
        Unchecked(server="mail..example.org", sender=ADMIN, recipients=(ADMIN,)),
        Unchecked(server="127.0.0.1", sender=ADMIN, recipients=(f"{ADMIN}\nBcc: all@example.org",)),
    ],
    ids=["host", "recipient"],
)
async def test_a_setting_no_mail_can_be_made_of_is_a_mail_that_was_not_sent(settings: MailSettings) -> None:
    with pytest.raises(MailError):
        await SmtpMailer(settings, "").send("subject", "body")


def test_a_password_in_the_wrong_layout_is_refused_at_once_and_not_shown() -> None:
    settings = MailSettings(server="mail.example.org", sender=ADMIN, recipients=(ADMIN,), user="a", password_file="p")
    with pytest.raises(ConfigError, match="раскладку") as refused:
        open_mailer(settings, "gfhjkм")
    assert "gfhjk" not in str(refused.value)
