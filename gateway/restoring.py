"""Where each thing of an archive goes, and putting it there: the old one stays beside it as `.old`."""

import filecmp
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gateway import archive
from gateway.config_file import CREDENTIALS, ConfigFile, secret_target

LOGS = ("-wal", "-shm")
"""What SQLite keeps beside a database: sales that were taken may stand only there."""


class Piece(Struct, frozen=True, kw_only=True):
    """One file of the archive, unpacked, and its place on this computer. `what` it is, in words; its `name` there."""

    what: str
    name: str
    source: Path
    target: Path

    @property
    def is_needed(self) -> bool:
        """Not when its place has the very same file."""
        there = self.target.is_file()
        return self.source.is_file() and not (there and filecmp.cmp(self.source, self.target, shallow=False))


def pieces(unpacked: Path, config: ConfigFile) -> Iterator[Piece]:
    """What the config names. `config` is the archive's, its paths taken from where it will lie."""
    for name in archive.secret_names(config):
        inner = archive.secret_place(name)
        target = Path(os.path.normpath(secret_target(config.folder, name)))
        yield Piece(what=f"ключ {name}", name=inner, source=unpacked / inner, target=target)
    if folder := config.settings.templates.folder:
        inside = unpacked / archive.TEMPLATES
        for source in sorted(path for path in inside.rglob("*") if path.is_file()):
            target = Path(os.path.normpath(config.folder / folder / source.relative_to(inside)))
            inner = str(source.relative_to(unpacked))
            yield Piece(what=f"шаблон {source.name}", name=inner, source=source, target=target)


def refusal(piece: Piece, folder: Path) -> str:
    """Why a piece is not put in its place; empty when it is."""
    if not piece.source.is_file():
        return "" if piece.target.is_file() else f"{piece.what}: в архиве его нет; положите его в {piece.target}"
    if not piece.is_needed or piece.target.is_relative_to(folder):
        return ""
    return f"{piece.what}: место вне {folder}; достаньте из архива {piece.name} и положите в {piece.target}"


def place(source: Path, target: Path) -> None:
    """Whole or not at all, never readable by others meanwhile, and the property of whoever owns the folder."""
    target.parent.mkdir(mode=0o700 if target.parent.name == CREDENTIALS else 0o755, parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=archive.PRIVATE)
    shutil.copy2(source, draft)
    owner = target.parent.stat()
    os.chown(draft, owner.st_uid, owner.st_gid)
    _put_aside(target)
    draft.replace(target)


def _put_aside(target: Path) -> None:
    """With the logs of a database: they hold its last sales, and a new one would take them for its own."""
    if target.exists():
        for end in LOGS:
            target.with_name(f"{target.name}.old{end}").unlink(missing_ok=True)
    for end in ("", *LOGS):
        path = target.with_name(target.name + end)
        if path.exists():
            path.replace(target.with_name(f"{target.name}.old{end}"))
