"""Reading the TOML file: every error names the file, the key, what is allowed, and the nearest known key."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Struct

from gateway.errors import ConfigError
from gateway.settings import Settings

T = TypeVar("T")

TYPES = {
    "str": "строка в кавычках",
    "int": "целое число",
    "float": "число",
    "bool": "true или false",
    "array": "список [[...]] или [...]",
    "object": "таблица",
    "date": "дата ГГГГ-ММ-ДД",
    "null": "пусто",
}
PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<at>.*?)`)?$", re.DOTALL)


class ConfigFile:
    """One file, decoded. `folder` is where its relative paths start."""

    def __init__(self, path: Path, overrides: Mapping[str, str | None] | None = None) -> None:
        """`overrides` win over the file: `{"server.listen": "127.0.0.1:80"}`; None leaves the file's value.

        Raises `ConfigError` when the file cannot be read or does not fit.
        """
        self.path = path
        self.folder = path.resolve().parent
        table = self._read()
        for key, value in (overrides or {}).items():
            section, _, name = key.partition(".")
            if value is not None:
                table.setdefault(section, {})[name] = value
        self.settings = self.decode(table, Settings)

    def _read(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{self.path}: файл не читается: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.path}: это не TOML: {error}") from error

    def decode(self, table: dict[str, Any], kind: type[T], key: str = "") -> T:
        """`table` as `kind`; errors name `key` as the place in the file."""
        try:
            _check_keys(table, kind, key)
            return msgspec.convert(table, kind)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{self.path}: {_explained(str(error), key)}") from error
        except ConfigError as error:
            text = str(error)
            raise ConfigError(text if text.startswith(str(self.path)) else f"{self.path}: {text}") from error

    def secret(self, name: str, key: str) -> str:
        """The content of a secret's file: beside the config, or among systemd's credentials."""
        for path in self._places(name):
            if path.is_file():
                secret = path.read_text(encoding="utf-8").strip()
                if secret:
                    return secret
        raise ConfigError(f"{self.path}: {key}: нет файла с ключом {name!r} (или он пуст)")

    def _places(self, name: str) -> list[Path]:
        credentials = os.environ.get("CREDENTIALS_DIRECTORY")
        places = [self.folder / name]
        return [Path(credentials) / name, *places] if credentials and "/" not in name else places


def _check_keys(value: Any, kind: Any, key: str) -> None:
    """Refuse an unknown key with the nearest known one, wherever it stands."""
    shape = _struct(kind)
    if isinstance(value, list | tuple):
        inner = next(iter(get_args(kind)), None)
        for place, item in enumerate(value, 1):
            _check_keys(item, inner, f"{key}[{place}]")
    if shape is None or not isinstance(value, dict):
        return
    known = get_type_hints(shape)
    for name, item in value.items():
        path = f"{key}.{name}" if key else name
        if name in known:
            _check_keys(item, known[name], path)
        elif not (name == "kind" and shape.__struct_config__.tag_field == "kind"):
            raise ConfigError(f"{path}: неизвестный ключ{_nearest(name, known)}; допустимы: {', '.join(known)}")


def _struct(kind: Any) -> type[Struct] | None:
    return kind if isinstance(kind, type) and issubclass(kind, Struct) else None


def _nearest(name: str, known: dict[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f", возможно, {near[0]!r}" if near else ""


def _explained(message: str, key: str) -> str:
    """msgspec's message in the administrator's words: key first, then what is expected."""
    match = PLACE.match(message)
    what, at = (match["what"], match["at"] or "") if match else (message, "")
    place = re.sub(r"\[(\d+)\]", lambda found: f"[{int(found[1]) + 1}]", (key + at).lstrip(".")) or "файл"
    if missing := re.search(r"missing required field `(.+?)`", what):
        return f"{place}.{missing[1]}: ключ обязателен".removeprefix("файл.")
    if types := re.match(r"Expected `(.+?)`, got `(.+?)`", what):
        wanted, given = (_types(types[1]), _types(types[2]))
        return f"{place}: ожидается {wanted}, указано: {given}"
    if choice := re.match(r"Invalid (?:enum )?value (.+)", what):
        return f"{place}: недопустимое значение {choice[1]}"
    return f"{place}: {what}"


def _types(names: str) -> str:
    return " или ".join(TYPES.get(name.strip(), name.strip()) for name in names.split("|"))
