"""The session in the sandbox's README is true: each command is run as it stands, and answers what is shown."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mindbox_caller import SEED

from adapters.loyalty.mindbox.presets import PRESETS, Operations
from adapters.loyalty.mindbox.sandbox import Sandbox
from adapters.loyalty.mindbox.sandbox.catalogue import operations_of
from adapters.loyalty.programme import Variants

MINDBOX = Path(__file__).parents[2] / "adapters" / "loyalty" / "mindbox"
PAGE = (MINDBOX / "sandbox" / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8181"


def session() -> Iterator[tuple[str, str]]:
    """Commands and what stands below them, in order."""
    for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL):
        yield from re.findall(r"^(curl .*?)\n# (.*?)$", block, re.DOTALL | re.MULTILINE)


@pytest.mark.usefixtures("curl")
async def test_the_session_plays_as_it_is_written() -> None:
    async with Sandbox(seed_path=SEED) as sandbox:
        played = 0
        for command, shown in session():
            process = await asyncio.create_subprocess_exec(
                "bash", "-c", command.replace(ADDRESS, sandbox.url), stdout=asyncio.subprocess.PIPE
            )
            answer = (await process.communicate())[0].decode()
            assert shown in answer, f"{command}\n{answer}"
            played += 1
    assert played == 10


def test_every_variant_and_every_operation_stands_in_the_page() -> None:
    assert [name for name in Variants.__struct_fields__ if f"`{name}`" not in PAGE] == []
    names = {full.partition(".")[2] for prefix in ("Offline", "Frontol") for full in operations_of(prefix)}
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_the_table_of_operations_is_that_of_the_presets() -> None:
    page = (MINDBOX / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|", page, re.MULTILINE)
    rows = {ours: (offline, frontol) for ours, offline, frontol in found}
    for ours in Operations.__struct_fields__:
        offline, frontol = (getattr(PRESETS[name], ours) for name in ("offline", "frontol"))
        assert offline in rows[ours][0], ours
        assert (frontol or "–") in rows[ours][1], ours
