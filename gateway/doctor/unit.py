"""The systemd unit: whether it starts with the computer, runs, and agrees with the config."""

import shutil
import subprocess

from gateway.config_file import ConfigFile
from gateway.domain.check import Check, failed, passed, warned

UNIT, SOCKET = "pos-gateway.service", "pos-gateway.socket"
SECONDS = 10.0


def checks(config: ConfigFile) -> list[Check]:
    if shutil.which("systemctl") is None or not (unit := _shown(UNIT)) or unit.get("LoadState") != "loaded":
        do = "установите пакет или scripts/install, чтобы шлюз запускался вместе с компьютером"
        return [warned("unit", "службы pos-gateway в systemd нет", do)]
    return [_state(unit), *_socket(config, _shown(SOCKET)), *_clock(config, unit)]


def _shown(unit: str) -> dict[str, str]:
    """Properties by name; nothing when systemd does not run here."""
    command = ["systemctl", "show", unit]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return dict(row.split("=", 1) for row in run.stdout.splitlines() if "=" in row) if run.returncode == 0 else {}


def _state(unit: dict[str, str]) -> Check:
    restarts = unit.get("NRestarts", "0")
    said = f"{unit.get('ActiveState')}, перезапусков {restarts}, {unit.get('UnitFileState')}"
    if unit.get("ActiveState") != "active":
        return failed("unit", said, f"systemctl restart {UNIT}; если не помогло: journalctl -u {UNIT} -n 30")
    if unit.get("UnitFileState") != "enabled":
        return warned(
            "unit", said, f"systemctl enable {UNIT} {SOCKET}: иначе после выключения света шлюз не запустится"
        )
    if restarts != "0":
        return warned("unit", said, f"посмотрите, почему он перезапускался: journalctl -u {UNIT} -p warning")
    return passed("unit", said)


def _socket(config: ConfigFile, unit: dict[str, str]) -> list[Check]:
    """With a socket unit the port of server.listen is only said twice: both have to say the same."""
    if unit.get("ActiveState") != "active":
        return []
    port = config.settings.server.listen.rpartition(":")[2]
    listens = unit.get("Listen", "")
    if f":{port} " not in f"{listens} ":
        said = f"{SOCKET} слушает {listens.split(' ')[0]}, а server.listen = {config.settings.server.listen!r}"
        return [
            warned(
                "socket",
                said,
                f"действует первое; systemctl edit {SOCKET}: ListenStream= и ListenStream=0.0.0.0:{port}",
            )
        ]
    return [passed("socket", f"порт {port} остаётся открытым и при перезапуске шлюза")]


def _clock(config: ConfigFile, unit: dict[str, str]) -> list[Check]:
    if config.settings.outlet.clock == "auto" and unit.get("ProtectClock") == "yes":
        said = 'outlet.clock = "auto", но служба не может спросить, сверяются ли часы'
        do = "скопируйте clock-auto.conf из /usr/share/pos-gateway/systemd: в его начале сказано куда"
        return [warned("clock", said, do)]
    return []
