"""The store: whether it opens, whether it can be written, and what waits in it."""

import asyncio
from pathlib import Path

from gateway import bootstrap
from gateway.config_file import ConfigFile
from gateway.doctor import machine
from gateway.domain.check import Check, failed, passed, warned
from gateway.errors import GatewayError
from gateway.ports import Counts

SECONDS = 5.0


async def checks(config: ConfigFile) -> list[Check]:
    """The disk first: it is what a store fails by."""
    folder = bootstrap.state_folder(bootstrap.store_settings(config))
    return [*(_disk(folder, config) if folder else []), await _store(config)]


def _disk(folder: Path, config: ConfigFile) -> list[Check]:
    space = machine.disk(folder, config.settings)
    try:
        return [space, machine.sync_time(folder)]
    except OSError as error:
        do = f"проверьте диск и права; от имени root: sudo pos-gateway doctor; папка {folder}"
        return [space, failed("fsync", f"{folder}: не записать: {error.strerror}", do)]


async def _store(config: ConfigFile) -> Check:
    try:
        async with asyncio.timeout(SECONDS):
            store = await bootstrap.attach(config)
            try:
                await store.pulse()
                return _counted(await store.counts())
            finally:
                await store.close()
    except TimeoutError:
        return failed("store", "база не отвечает", "проверьте диск; для PostgreSQL — сервер и сеть до него")
    except GatewayError as error:
        if _never_started(config):
            return warned("store", "базы ещё нет", "она появится при первом запуске: systemctl start pos-gateway")
        return failed("store", str(error), "проверьте диск, права и адрес базы; журнал: journalctl -u pos-gateway")


def _never_started(config: ConfigFile) -> bool:
    """Only of a store that is a file."""
    path = getattr(bootstrap.store_settings(config), "path", "")
    return bool(path) and not Path(path).exists()


def _counted(counts: Counts) -> Check:
    parked = counts.parked_sales + counts.parked_refunds + counts.parked_documents
    said = f"открывается и пишется; ждут отправки: {counts.pending}, отклонено: {parked}"
    if parked:
        return warned("store", said, "pos-gateway outbox list: что отклонено и почему; потом retry или drop")
    return passed("store", said)
