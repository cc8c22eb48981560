"""What has to be reached: the loyalty server, the printers, the gateway's own ports."""

import asyncio
import socket
import time
import uuid
from pathlib import Path

from gateway import bootstrap, workbench
from gateway.config_file import ConfigFile
from gateway.daemon import address, near
from gateway.domain.check import Check, failed, passed, warned
from gateway.domain.deadline import Deadline
from gateway.errors import LoyaltyError, LoyaltyProtocolError, LoyaltyRejected

SECONDS = 5.0
PRINTER_SECONDS = 2.0


async def loyalty(config: ConfigFile) -> Check:
    """One question that changes nothing: an order that nobody has."""
    program = bootstrap.loyalty(config).program
    began = time.monotonic()
    try:
        await program.order(str(uuid.uuid4()), deadline=Deadline(began + SECONDS))
    except LoyaltyRejected as error:
        return failed(
            "loyalty",
            f"сервер отвечает отказом: {error}",
            "проверьте endpoint, ключ, имена операций; по одной: pos-gateway doctor loyalty",
        )
    except LoyaltyProtocolError as error:
        return failed("loyalty", f"ответ сервера не понят: {error}", "проверьте loyalty.url: тот ли это сервер")
    except LoyaltyError as error:
        return failed("loyalty", f"сервер недоступен: {error}", "проверьте интернет и loyalty.url; чеки пока копятся")
    finally:
        await program.close()
    return passed("loyalty", f"отвечает за {(time.monotonic() - began) * 1000:.0f} мс, ключ принят")


async def printers(config: ConfigFile) -> list[Check]:
    return [await _printer(name, where) for name, where in workbench.printer_places(config).items()]


async def _printer(name: str, where: Path | tuple[str, int] | None) -> Check:
    """Whether it is there; whether it prints, a test slip says."""
    title = f"printer {name}"
    if where is None:
        return passed(title, "в памяти: ничего не печатает, только для проб")
    if isinstance(where, Path):
        return _device(title, where)
    try:
        async with asyncio.timeout(PRINTER_SECONDS):
            _, writer = await asyncio.open_connection(*where)
            writer.close()
    except (OSError, TimeoutError) as error:
        why = getattr(error, "strerror", None) or "не отвечает"
        return failed(title, f"{where[0]}:{where[1]}: {why}", "включите принтер, проверьте адрес и сеть")
    return passed(title, f"{where[0]}:{where[1]} отвечает")


def _device(title: str, path: Path) -> Check:
    if not path.exists():
        return failed(title, f"нет устройства {path}", "включите принтер, проверьте кабель: ls /dev/usb /dev/ttyUSB*")
    return passed(title, f"устройство {path} есть")


def ports(config: ConfigFile, *, running: bool) -> Check:
    """A running gateway has to take connections; for one that does not run the port has to be free."""
    host, port = address(config.settings.server.listen, "server.listen")
    if running:
        return _taken(host, near(config.settings.server.listen, "server.listen"))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = f"порт касс {host}:{port}: {error.strerror}"
            return warned(
                "ports", said, f"если это не pos-gateway.socket, порт занят другой программой: ss -ltnp | grep {port}"
            )
    return passed("ports", f"порт касс {host}:{port} свободен")


def _taken(host: str, local: tuple[str, int]) -> Check:
    port = local[1]
    try:
        socket.create_connection(local, timeout=PRINTER_SECONDS).close()
    except OSError as error:
        said = f"шлюз работает, но порт касс {port} не принимает соединений: {error.strerror}"
        do = "сравните server.listen и pos-gateway.socket (ListenStream): порт должен быть один"
        return failed("ports", said, do)
    if host in ("127.0.0.1", "::1", "localhost"):
        said = f"порт касс {host}:{port} открыт только этому компьютеру"
        return warned("ports", said, 'кассам на других компьютерах нужен server.listen = "0.0.0.0:8090"')
    return passed("ports", f"кассы могут соединиться: {host}:{port}")
