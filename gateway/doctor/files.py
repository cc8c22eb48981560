"""The config file, and who can read the secrets beside it."""

import stat
from pathlib import Path

from gateway import bootstrap
from gateway.config_file import CREDENTIALS, ConfigFile
from gateway.domain.check import Check, failed, passed
from gateway.errors import GatewayError

OTHERS = 0o077
"""Rights of the group and of everybody else."""


def load(path: Path) -> tuple[ConfigFile | None, Check]:
    """None when the file cannot be used: what depends on it is not looked at."""
    try:
        config = ConfigFile(path)
        bootstrap.check(config)
    except GatewayError as error:
        return None, failed("config", str(error), "исправьте названное и повторите; до этого шлюз не запустится")
    settings = config.settings
    said = (
        f"{path}: касс {len(settings.registers)}, принтеров {len(settings.printers)}, правил {len(settings.prompts)}"
    )
    return config, passed("config", said)


def credentials(config: ConfigFile) -> Check:
    """Secrets that somebody else on this computer could read."""
    folder = config.folder / CREDENTIALS
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    if not files:
        said = f"в {folder} секретов нет: их передаёт systemd или они лежат рядом с файлом настроек"
        return passed("credentials", said)
    open_ = [path for path in files if stat.S_IMODE(path.stat().st_mode) & OTHERS]
    if open_:
        names = " ".join(map(str, open_))
        said = f"секреты могут прочитать другие пользователи: {names}"
        return failed("credentials", said, f"chmod 600 {names}")
    return passed("credentials", f"{folder}: файлов {len(files)}, чужим недоступны")
