"""A typo in a host is seen before anybody tries to reach it."""

import pytest

from gateway.domain.hosts import is_host


@pytest.mark.parametrize("text", ["mail.example.org", "printer_1", "касса.рф", "10.0.0.9", "::1", "fe80::1%eth0"])
def test_names_and_addresses_are_hosts(text: str) -> None:
    assert is_host(text)


@pytest.mark.parametrize(
    "text",
    ["", "192.168.1..50", "192.168.1.500", "192.168.1", "mail..example.org", "a b", "a\nb", "a/b", "x" * 64, "::g"],
)
def test_what_nobody_could_be_asked_for_is_none(text: str) -> None:
    assert not is_host(text)
