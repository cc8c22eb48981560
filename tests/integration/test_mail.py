"""Mail over a real connection to a mail server, from the daemon's own thread."""

import asyncio
from pathlib import Path

import pytest
from shop import Shop
from smtp_sink import smtp_sink

from adapters.mail import MailSettings, open_mailer
from gateway.errors import ConfigError, MailError


def settings(port: int) -> MailSettings:
    return MailSettings(
        server="127.0.0.1",
        port=port,
        security="none",
        sender="gateway@example.org",
        recipients=("admin@example.org", "second@example.org"),
    )


async def test_a_mail_arrives_with_russian_words_and_both_recipients() -> None:
    async with smtp_sink() as sink:
        await open_mailer(settings(sink.port), "").send("[MAG-3] касса молчит", "Магазин MAG-3: молчит.\n")
        mail = await sink.next_mail()
    assert mail["Subject"] == "[MAG-3] касса молчит"
    assert mail["To"] == "admin@example.org, second@example.org"
    assert mail.get_content().strip() == "Магазин MAG-3: молчит."


async def test_a_mail_server_that_refuses_or_is_away_is_an_error_to_try_again() -> None:
    async with smtp_sink() as sink:
        sink.refusing = True
        with pytest.raises(MailError, match="SMTP"):
            await open_mailer(settings(sink.port), "").send("x", "y")
    with pytest.raises(MailError, match="refused"):
        await open_mailer(settings(9), "").send("x", "y")


def test_a_password_is_never_sent_in_the_clear() -> None:
    with pytest.raises(ConfigError, match="security"):
        MailSettings(
            server="mail", sender="a@b", recipients=("c@d",), security="none", user="me", password_file="password"
        )


async def test_the_daemon_mails_a_full_disk_by_itself(tmp_path: Path) -> None:
    async with smtp_sink() as sink:
        more = f"""
[keeping]
disk_warning_megabytes = 1000000000
[mail]
server = "127.0.0.1"
port = {sink.port}
security = "none"
sender = "gateway@example.org"
recipients = ["admin@example.org"]
"""
        async with Shop(tmp_path, more=more) as shop:
            watching = asyncio.create_task(shop.gateway.alarms.run())
            mail = await sink.next_mail()
            watching.cancel()
    assert mail["Subject"] == "[MAG-3] на диске кончается место"
