"""Where a server is, and the head that every question to it begins with."""

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from gateway.errors import ConfigError


class Target(Struct, frozen=True, kw_only=True):
    """`path` stands before every address; `head` holds the headers that are the same each time."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    path: str
    head: bytes

    def question(self, address: str, body: bytes) -> bytes:
        """The bytes of a POST."""
        start = f"POST {self.path}{address} HTTP/1.1\r\n".encode("ascii")
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (start, self.head, len(body), body)


def target(base_url: str, headers: Mapping[str, str]) -> Target:
    """Raises `ConfigError` for a header that would end early: a secret with a line break in it."""
    url = urlsplit(base_url)
    is_tls = url.scheme == "https"
    standard = 443 if is_tls else 80
    port = url.port or standard
    name = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    named = {"Host": f"{name}" if port == standard else f"{name}:{port}", **headers}
    if any(not value.isprintable() for value in named.values()):
        raise ConfigError("loyalty: в секретном ключе или адресе есть недопустимые символы (перевод строки?)")
    return Target(
        host=url.hostname or "",
        port=port,
        tls=_tls() if is_tls else None,
        path=url.path.rstrip("/"),
        head="".join(f"{name}: {value}\r\n" for name, value in named.items()).encode(),
    )


def _tls() -> ssl.SSLContext:
    """Made at the start: reading the system's certificates takes longer than a loop may stand still."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
