"""What a `kind` of the configuration names."""

from collections.abc import Mapping
from typing import TypeVar

from gateway.config_file import ConfigFile, nearest
from gateway.errors import ConfigError

T = TypeVar("T")


def chosen(config: ConfigFile, section: str, kind: object, known: Mapping[str, T]) -> T:
    """What `kind` names. Raises `ConfigError` with the known kinds."""
    if not isinstance(kind, str) or kind not in known:
        near = nearest(kind, known) if isinstance(kind, str) else ""
        raise ConfigError(f"{config.path}: {section}.kind: указано {kind!r}{near}; допустимо: {', '.join(known)}")
    return known[kind]
