"""Whether a text names a computer, as far as its spelling can tell."""

from ipaddress import ip_address


def is_host(text: str) -> bool:
    """A name or an address. What the resolver could not even ask for (`192.168.1..50`) is none."""
    if not text or not text.isprintable() or any(sign in text for sign in " /@"):
        return False
    if ":" in text or text.replace(".", "").isdecimal():
        return _is_number(text)
    try:
        text.encode("idna")  # as `getaddrinfo` does: no empty label, none longer than 63 signs (RFC 1035, 2.3.4)
    except UnicodeError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
