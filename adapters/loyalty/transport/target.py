"""Where a server is, and the head that every question to it begins with."""

import re
import ssl
from collections.abc import Mapping
from functools import cache
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from gateway.errors import ConfigError

UNENCODED = re.compile("[!-~]*")
"""What may stand in a path as it is; all else is percent-encoded (RFC 3986, 2)."""


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
    """Raises `ConfigError` for an address that no question can carry, and for a secret with a line break in it."""
    url = urlsplit(base_url)
    is_tls = url.scheme == "https"
    standard = 443 if is_tls else 80
    host, port = _place(url)
    port = port or standard
    name = f"[{host}]" if ":" in host else host
    named = {"Host": f"{name}" if port == standard else f"{name}:{port}", **headers}
    if any(not value.isprintable() for value in named.values()):
        raise ConfigError("loyalty: в секретном ключе или адресе есть недопустимые символы (перевод строки?)")
    return Target(
        host=host,
        port=port,
        tls=_tls(ssl.get_default_verify_paths()) if is_tls else None,
        path=url.path.rstrip("/"),
        head="".join(f"{name}: {value}\r\n" for name, value in named.items()).encode(),
    )


def _place(url: SplitResult) -> tuple[str, int | None]:
    """Host (as DNS spells it) and port."""
    try:
        host, port = (url.hostname or "").encode("idna").decode("ascii"), url.port
    except ValueError as error:
        raise ConfigError("loyalty: в адресе сервера лояльности ошибка: проверьте имя и порт") from error
    if not UNENCODED.fullmatch(url.path):
        raise ConfigError("loyalty: путь в адресе сервера лояльности должен быть из латинских букв, без пробелов")
    return host, port


@cache
def _tls(_authorities: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    """Made once, at the start: reading the system's certificates takes longer than a loop may stand still."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
