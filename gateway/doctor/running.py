"""What the running gateway says of itself, over its admin address."""

import http.client
from typing import Any, NamedTuple

import msgspec

from gateway.config_file import ConfigFile
from gateway.daemon import near
from gateway.domain.check import Check, failed, passed, warned

SECONDS = 5.0
OK = 200
COSTLY = 0.01
"""A share of calls that are too late for their budget, above which somebody should know."""

LIMITED = {"store": "шлюз не может сохранять чеки", "manual": "включён вручную", "server": "сервер лояльности"}
"""Why the mode is on, in words."""

Told = dict[str, Any]


class Answer(NamedTuple):
    status: int
    told: Any


def fetched(config: ConfigFile, path: str) -> Answer | None:
    """What the gateway says as JSON; None when no gateway answers there."""
    host, port = near(config.settings.server.admin, "server.admin")
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return Answer(response.status, msgspec.json.decode(response.read()))
    except (OSError, UnicodeError, http.client.HTTPException, msgspec.DecodeError):
        return None
    finally:
        connection.close()


def checks(config: ConfigFile) -> list[Check]:
    ready = fetched(config, "/readyz")
    if ready is None:
        said = f"шлюз не запущен: {config.settings.server.admin} не отвечает"
        return [
            failed("gateway", said, "systemctl start pos-gateway; если не помогло: journalctl -u pos-gateway -n 30")
        ]
    return [_ready(ready), *_budgets(_told(config, "/loyalty")), _clients(_told(config, "/clients"))]


def _told(config: ConfigFile, path: str) -> Told:
    found = fetched(config, path)
    return {} if found is None else found.told


def _ready(ready: Answer) -> Check:
    if ready.status != OK:
        return failed(
            "gateway", f"не готов: {ready.told.get('status')}", "проверьте диск, базу и часы, потом перезапустите"
        )
    if ready.told.get("limited"):
        reasons = ", ".join(LIMITED.get(name, name) for name in ready.told.get("reasons", {}))
        return warned("gateway", f"ограниченный режим: {reasons}", "pos-gateway limited status")
    return passed("gateway", "работает, чеки принимает")


def _budgets(told: Told) -> list[Check]:
    """What a budget costs: the share of receipts that do without the loyalty server's answer."""
    found = []
    for row in told.get("budgets", []):
        name, share = f"budget {row['operation']}", row["missed"]
        said = f"{row['budget']:g} с мало для {share:.1%} вызовов (измерено {row['measured']})"
        if share > COSTLY:
            fits = row["fits_1_percent"]
            more = (
                f"хватило бы {fits:g} с (не больше 1 % опозданий)"
                if fits
                else "сервер лояльности отвечает слишком долго"
            )
            found.append(warned(name, said, f"{more}; см. [budgets] и время ожидания самой кассы"))
        else:
            found.append(passed(name, said))
    return found


def _clients(told: Told) -> Check:
    seen = told.get("clients", [])
    if not seen:
        said = "с запуска шлюза никто не обращался"
        return warned("clients", said, "если касса работает, проверьте адрес шлюза в её настройках")
    return passed("clients", "; ".join(f"{row['client']}, последний раз {row['seen']}" for row in seen))
