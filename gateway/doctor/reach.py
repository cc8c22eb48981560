"""What has to be reached: the loyalty server, the gateway's own ports."""

import socket
import time
import uuid

from gateway import bootstrap
from gateway.config_file import ConfigFile
from gateway.daemon import address, near
from gateway.domain.check import Check, failed, passed, warned
from gateway.domain.deadline import Deadline
from gateway.errors import LoyaltyError, LoyaltyProtocolError, LoyaltyRejected

SECONDS = 5.0
PORT_SECONDS = 2.0


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
        socket.create_connection(local, timeout=PORT_SECONDS).close()
    except OSError as error:
        said = f"шлюз работает, но порт касс {port} не принимает соединений: {error.strerror}"
        do = "сравните server.listen и pos-gateway.socket (ListenStream): порт должен быть один"
        return failed("ports", said, do)
    if host in ("127.0.0.1", "::1", "localhost"):
        said = f"порт касс {host}:{port} открыт только этому компьютеру"
        return warned("ports", said, 'кассам на других компьютерах нужен server.listen = "0.0.0.0:8090"')
    return passed("ports", f"кассы могут соединиться: {host}:{port}")
