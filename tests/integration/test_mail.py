"""Mail over a real connection to a mail server, from the daemon's own thread."""

import asyncio
import ssl
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace
from shop import Shop
from smtp_sink import PASSWORD, USER, smtp_sink

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


def secured(port: int, security: str) -> MailSettings:
    """The host's name as the certificate has it."""
    named = {"server": "localhost", "security": security, "user": USER, "password_file": "password"}
    return replace(settings(port), **named)


@pytest.fixture
def certificate(openssl: str, tmp_path: Path) -> Path:
    """Of localhost; nobody has signed it. The key is in the same file."""
    path = tmp_path / "mail.pem"
    command = (
        f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    )
    alternative = ["-addext", "subjectAltName=DNS:localhost", "-keyout", path, "-out", tmp_path / "public.pem"]
    subprocess.run([*command.split(), *alternative], check=True, capture_output=True)  # noqa: S603 - fixed words
    path.write_text(path.read_text() + (tmp_path / "public.pem").read_text())
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an administrator trusts his own mail server: by the system's certificates."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.usefixtures("trusted")
async def test_a_mail_goes_encrypted_after_a_login(security: str, context: ssl.SSLContext) -> None:
    async with smtp_sink(**{security: context}) as sink:
        await open_mailer(secured(sink.port, security), PASSWORD).send("[MAG-3] проба", "x")
        mail = await sink.next_mail()
    assert (mail["Subject"], sink.secured) == ("[MAG-3] проба", [True])


@pytest.mark.usefixtures("trusted")
async def test_a_wrong_password_is_an_error_that_does_not_tell_it(context: ssl.SSLContext) -> None:
    async with smtp_sink(tls=context) as sink:
        with pytest.raises(MailError, match="SMTPAuthenticationError") as told:
            await open_mailer(secured(sink.port, "tls"), "not-the-password").send("x", "y")
        assert "not-the-password" not in str(told.value)
        assert sink.mails == []


@pytest.mark.usefixtures("trusted")
async def test_a_server_without_starttls_gets_neither_password_nor_mail() -> None:
    async with smtp_sink() as sink:
        with pytest.raises(MailError):
            await open_mailer(secured(sink.port, "starttls"), PASSWORD).send("x", "y")
        assert sink.mails == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_mail_server_whose_certificate_nobody_trusts_gets_no_mail(
    security: str, context: ssl.SSLContext
) -> None:
    async with smtp_sink(**{security: context}) as sink:
        with pytest.raises(MailError, match="certificate"):
            await open_mailer(secured(sink.port, security), PASSWORD).send("x", "y")
        assert sink.mails == []


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
