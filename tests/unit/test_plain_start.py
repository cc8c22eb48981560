"""`pos-gateway run` in its plainest spelling is understood without typer; every other is left to it."""

import os
import ssl

import pytest

from gateway.plain_start import options, without_authorities

FILE = "/etc/shop.toml"


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        (["run"], {}),
        (["run", "--config", FILE], {"config": FILE}),
        (["run", "-c", FILE, "--listen", ":8090"], {"config": FILE, "server.listen": ":8090"}),
        (
            ["run", "--admin", "127.0.0.1:9", "--loyalty-url", "http://x"],
            {"server.admin": "127.0.0.1:9", "loyalty.url": "http://x"},
        ),
    ],
)
def test_options_and_their_values_are_understood(arguments: list[str], chosen: dict[str, str]) -> None:
    assert options(arguments) == chosen


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["status"],
        ["--help"],
        ["run", "--help"],
        ["run", "--config"],
        ["run", "--config", ""],
        ["run", "--config", "--listen"],
        ["run", f"--config={FILE}"],
        ["run", "--confg", FILE],
        ["run", FILE],
    ],
)
def test_another_command_or_spelling_is_left_to_typer(arguments: list[str]) -> None:
    assert options(arguments) is None


def test_authorities_are_looked_for_where_they_were_once_all_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/own.pem")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    with without_authorities():
        assert ssl.create_default_context().get_ca_certs() == []
    assert os.environ["SSL_CERT_FILE"] == "/etc/own.pem"
    assert "SSL_CERT_DIR" not in os.environ
