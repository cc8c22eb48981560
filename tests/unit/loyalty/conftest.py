"""The programme of the example seed, with a clock that is moved by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.loyalty.mindbox.sandbox.seed import SandboxSeed
from adapters.loyalty.programme import Programme, read_seed

SEED = Path(__file__).parents[3] / "config" / "examples" / "sandbox-seed.toml"


class HandClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 14, 15, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def make_programme(clock: HandClock) -> Callable[..., Programme]:
    """A programme of the example seed; `edit` changes the seed's text first."""

    def make(edit: Callable[[str], str] | None = None, tmp_path: Path | None = None, speed: float = 1) -> Programme:
        path = SEED
        if edit is not None and tmp_path is not None:
            text = SEED.read_text(encoding="utf-8")
            path = tmp_path / "seed.toml"
            path.write_text(edit(text), encoding="utf-8")
            assert path.read_text(encoding="utf-8") != text, "the edit must change something"
        return Programme(read_seed(path, SandboxSeed), clock, speed=speed)

    return make


@pytest.fixture
def programme(make_programme: Callable[..., Programme]) -> Programme:
    return make_programme()
