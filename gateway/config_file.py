"""Reading the TOML file: every error names the file, the key, what is allowed, and the nearest known key."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from gateway.errors import ConfigError
from gateway.settings import Settings

T = TypeVar("T")

WORDS = {
    str: "строка в кавычках",
    int: "целое число",
    float: "число",
    bool: "true или false",
    date: "дата ГГГГ-ММ-ДД",
}
PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<at>.*?)`)?$", re.DOTALL)
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
MISSING = re.compile(r"missing required field `(.+?)`")
ITS_OWN = ("Expected ", "Invalid ", "Object ")
"""How msgspec begins what it says itself; anything else is the sentence of one of our checks."""

CREDENTIALS = "credentials"
"""The folder of secrets beside the config."""

CREDENTIALS_ID = "pos-gateway"
"""`LoadCredential=pos-gateway:/etc/pos-gateway/credentials` of the unit."""

LONGEST_SHOWN = 60
"""Characters of a wrong value."""


def secret_target(folder: Path, name: str) -> Path:
    """Where a secret is written: where the gateway looks first and has it; else among the credentials."""
    beside = folder / name
    return beside if "/" in name or beside.is_file() else folder / CREDENTIALS / name


class ConfigFile:
    """One file, decoded. `folder` is where its relative paths start."""

    def __init__(
        self, path: Path, overrides: Mapping[str, str | None] | None = None, *, folder: Path | None = None
    ) -> None:
        """`overrides` win over the file: `{"server.listen": "127.0.0.1:80"}`; None leaves the file's value.

        `folder`: where the file will lie, when that is not where it lies now.

        Raises `ConfigError` when the file cannot be read or does not fit.
        """
        self.path = path
        self.folder = folder or path.resolve().parent
        table = self._read()
        for key, value in (overrides or {}).items():
            section, _, name = key.partition(".")
            inner = table.setdefault(section, {}) if value is not None else None
            if isinstance(inner, dict):
                inner[name] = value
        self.settings = self.decode(table, Settings)

    def _read(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8-sig"))  # Notepad writes a mark at the beginning
        except OSError as error:
            raise ConfigError(f"{self.path}: файл не читается: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self.path}: файл не в UTF-8: сохраните его в этой кодировке") from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{self.path}: это не TOML: {error}") from error

    def decode(self, table: dict[str, Any], kind: type[T], key: str = "") -> T:
        """`table` as `kind`; errors name `key` as the place in the file."""
        try:
            _check_keys(table, kind, key)
            return msgspec.convert(table, kind)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{self.path}: {_explained(str(error), table, kind, key)}") from error
        except ConfigError as error:
            text = str(error)
            place = "" if not key or text.startswith(key) else f"{key}."  # an adapter knows its keys, not its place
            raise ConfigError(f"{self.path}: {place}{text}") from error

    def secret(self, name: str, key: str) -> str:
        """The content of a secret's file: a credential of systemd's, or beside the config, or in `credentials`."""
        places = self._places(name)
        try:
            for path in places:
                secret = path.read_text(encoding="utf-8-sig").strip() if path.is_file() else ""
                if secret:
                    return secret
        except OSError as error:
            raise ConfigError(f"{self.path}: {key}: {path} не читается: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self.path}: {key}: {path} не в UTF-8, а ключ — одна строка текста") from error
        looked = ", ".join(map(str, places))
        raise ConfigError(f"{self.path}: {key}: нужен непустой файл с ключом; указано {name!r}, искали: {looked}")

    def secret_file(self, name: str) -> Path | None:
        """Where a secret's file is; None when it is nowhere."""
        return next((path for path in self._places(name) if path.is_file() and path.stat().st_size), None)

    def _places(self, name: str) -> list[Path]:
        """A credential is named by its line in the unit; one of a folder by both (systemd.exec(5))."""
        if "/" in name:
            return [self.folder / name]
        given = os.environ.get("CREDENTIALS_DIRECTORY")
        handed_over = [Path(given) / name, Path(given) / f"{CREDENTIALS_ID}_{name}"] if given else []
        return [*handed_over, self.folder / name, self.folder / CREDENTIALS / name]


def _check_keys(value: Any, kind: Any, key: str) -> None:
    """Refuse an unknown key with the nearest known one, wherever it stands."""
    shape = _struct(kind)
    if isinstance(value, list):
        inner = next(iter(get_args(kind)), None)
        for place, item in enumerate(value, 1):
            _check_keys(item, inner, f"{key}[{place}]")
    if shape is None or not isinstance(value, dict):
        return
    known = _keys(shape)
    for name, item in value.items():
        path = f"{key}.{name}" if key else name
        if name in known:
            _check_keys(item, known[name], path)
        elif not (name == "kind" and shape.__struct_config__.tag_field == "kind"):
            raise ConfigError(f"{path}: неизвестный ключ{nearest(name, known)}; допустимы: {', '.join(known)}")


def _struct(kind: Any) -> type[Struct] | None:
    return kind if isinstance(kind, type) and issubclass(kind, Struct) else None


def _keys(shape: type[Struct]) -> dict[str, Any]:
    """The keys of a table and what each may be."""
    return get_type_hints(shape, include_extras=True)


def nearest(name: str, known: Iterable[str]) -> str:
    """`, возможно, "listen"` when something known is spelt nearly like `name`, else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f", возможно, {_spelt(near[0])}" if near else ""


def _explained(message: str, table: Any, kind: Any, key: str) -> str:
    """What msgspec found wrong, in the administrator's words: the key, what stands there, what is allowed."""
    match = PLACE.match(message)
    what, at = (match["what"], match["at"] or "") if match else (message, "")
    place, value, wanted = _followed(at, table, kind, key)
    if missing := MISSING.search(what):
        path = f"{place}.{missing[1]}".lstrip(".")
        return f"{path}: ключ обязателен; допустимо: {allowed(_keys(wanted)[missing[1]])}"
    if not what.startswith(ITS_OWN):
        return f"{place or 'файл'}: {what}"
    near = nearest(value, _choices(wanted)) if isinstance(value, str) else ""
    return f"{place}: указано {_spelt(value)}{near}; допустимо: {allowed(wanted)}"


def _followed(at: str, value: Any, kind: Any, place: str) -> tuple[str, Any, Any]:
    """Down msgspec's path: the place as an administrator counts, what stands there, what may stand there."""
    for name, index in STEP.findall(at):
        if name:
            place, value, kind = f"{place}.{name}".lstrip("."), value[name], _keys(kind)[name]
        else:
            place, value, kind = f"{place}[{int(index) + 1}]", value[int(index)], get_args(kind)[0]
    return place, value, kind


def allowed(kind: Any) -> str:
    """What a value of `kind` may be."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        said = [note.description for note in inner[1:] if isinstance(note, Meta) and note.description]
        return said[0] if said else allowed(inner[0])
    if choices := _choices(kind):
        return ", ".join(_spelt(choice) for choice in choices)
    if origin in (Union, UnionType):
        return " или ".join(allowed(part) for part in inner if part is not NoneType)
    if origin is tuple:
        return "таблицы [[...]]" if _struct(inner[0]) else f"список [...] значений: {allowed(inner[0])}"
    if origin is dict:
        return f"таблица значений: {allowed(inner[1])}" if inner[1] in WORDS else "таблица"
    shape = _struct(kind)
    return f"таблица с ключами {', '.join(_keys(shape))}" if shape else WORDS.get(kind, str(kind))


def _choices(kind: Any) -> tuple[str, ...]:
    """The words a value is chosen from; none when it is not chosen from words."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(str(item.value) for item in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()


def _spelt(value: Any) -> str:
    """A value as it stands in the file, shortened."""
    if isinstance(value, dict | list):
        return "таблица" if isinstance(value, dict) else "список"
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
