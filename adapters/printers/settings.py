"""What the configuration says of one printer."""

from typing import Literal

from msgspec import Struct

from gateway.domain.hosts import is_host
from gateway.errors import ConfigError

COLUMNS = (32, 42, 48)
RAW_PORT = 9100
# `ESC t n`: the numbers of Epson's table, which most clones follow; 59 and 7 have been seen for cp866.
EPSON_PAGES = {"cp866": 17, "cp1251": 46}
MAX_BYTE, MAX_PORT = 255, 65535
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class PrinterSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One printer. Raises ConfigError when a value does not fit the kind.

    `address` is `host:port` of a network printer, `path` the device of a serial or USB one (`/dev/ttyUSB0`,
    `/dev/usb/lp0`). `confirm = "gs_r"` asks the printer whether it has finished; use "none" for one that never
    answers. `text = "raster"` draws the letters with `font`, a .ttf file (empty: one of the system's).
    `timeout_seconds` is how long the printer may take no bytes, or owe an answer.
    """

    kind: Literal["network", "serial", "device_file", "memory"]
    address: str = ""
    path: str = ""
    baud: int = 9600
    flow_control: Literal["none", "xonxoff", "rtscts"] = "none"
    columns: int = 48
    code_page: Literal["cp866", "cp1251"] = "cp866"
    code_page_number: int | None = None
    text: Literal["native", "raster"] = "native"
    font: str = ""
    qr: Literal["native", "raster"] = "raster"
    confirm: Literal["gs_r", "none"] = "gs_r"
    cut: bool = True
    timeout_seconds: float = 10.0
    allow_plain_file: bool = False

    def __post_init__(self) -> None:
        if self.columns not in COLUMNS:
            raise ConfigError(f"columns: указано {self.columns}; допустимы 32, 42 и 48")
        if self.baud not in BAUDS:
            raise ConfigError(f"baud: указано {self.baud}; допустимы {', '.join(map(str, BAUDS))}")
        if self.timeout_seconds <= 0:
            raise ConfigError(f"timeout_seconds: указано {self.timeout_seconds}; допустимо: больше 0")
        if not 0 <= self.page_number <= MAX_BYTE:
            raise ConfigError(f"code_page_number: указано {self.page_number}; допустимо: от 0 до {MAX_BYTE}")
        self._check_place()

    @property
    def page_number(self) -> int:
        """The number `ESC t` selects the code page by: the configured one, else Epson's."""
        return EPSON_PAGES[self.code_page] if self.code_page_number is None else self.code_page_number

    @property
    def host_and_port(self) -> tuple[str, int]:
        """Where a network printer listens; 9100 when the address names no port. Raises ConfigError."""
        host, colon, port = self.address.rpartition(":")
        if not colon:
            host, port = port, str(RAW_PORT)
        host = host.strip("[]")
        if not is_host(host) or not (port.isascii() and port.isdigit() and 0 < int(port) <= MAX_PORT):
            raise ConfigError(
                f"address: указано {self.address!r}; допустимо: адрес:порт, например 192.168.1.50:{RAW_PORT}"
            )
        return host, int(port)

    def _check_place(self) -> None:
        if self.kind == "network":
            _ = self.host_and_port
        if self.kind in {"serial", "device_file"} and not self.path:
            raise ConfigError(f"path: не указан; принтеру вида {self.kind} нужно его устройство")
