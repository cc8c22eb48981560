"""The computer: its clock, and the disk of the store."""

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from gateway.clock import SystemClock
from gateway.domain.check import Check, failed, passed, warned
from gateway.settings import Settings

SYNCS = 20
SLOW_SYNC = 0.05
"""Seconds: a close waits for one, and the gateway's own share of an answer is meant to be 10 ms."""

MEGABYTE = 1024**2


def clock(settings: Settings) -> Check:
    kernel = SystemClock(trusted=False)
    now = f"{kernel.now().astimezone(settings.outlet.zone):%d.%m.%Y %H:%M:%S %Z}"
    if kernel.lost():
        return failed("clock", f"часы компьютера сбились: {now}", "поставьте время; шлюз пока ничего не отправляет")
    if not kernel.synchronised():
        return warned("clock", f"{now}, но часы никто не сверяет", "включите: timedatectl set-ntp true")
    return passed("clock", f"{now}, часы сверяются по сети")


def disk(folder: Path, settings: Settings) -> Check:
    """Free space where the store is; full is what costs sales."""
    free = shutil.disk_usage(_existing(folder)).free // MEGABYTE
    least = settings.keeping.disk_warning_megabytes
    if free < least:
        said = f"{folder}: свободно {free} МБ, меньше {least} МБ"
        return failed("disk", said, "освободите место: на полном диске шлюз не может принять чек")
    return passed("disk", f"{folder}: свободно {free} МБ")


def sync_time(folder: Path) -> Check:
    """How long one acknowledged close waits for the disk. Raises `OSError` when nothing can be written there."""
    took = _sync_times(_existing(folder))
    typical, worst = statistics.median(took), max(took)
    said = f"запись на диск: обычно {typical * 1000:.1f} мс, в худшем случае {worst * 1000:.1f} мс"
    if typical > SLOW_SYNC:
        return warned("fsync", said, "диск медленный: закрытие чека ждёт его; нужен SSD, не карта памяти")
    return passed("fsync", said)


def _sync_times(folder: Path) -> list[float]:
    took = []
    with tempfile.NamedTemporaryFile(dir=folder, prefix="doctor-") as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            file.flush()
            began = time.monotonic()
            os.fdatasync(file.fileno())
            took.append(time.monotonic() - began)
    return took


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it: the gateway makes its own at the first start."""
    return next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
