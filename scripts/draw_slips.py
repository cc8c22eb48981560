"""Every shipped slip template as a picture in receipt_templates/pictures; `--check` says which are out of date."""

import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from gateway.domain.slip import Slip
from gateway.domain.slip_layout import Layout, lay_out
from gateway.slips import Templates
from gateway.slips.sample import ANONYMOUS, SAMPLE
from gateway.workbench import picture

FOLDER = Path(__file__).parent.parent / "receipt_templates"
COLUMNS = {"test": 48}
"""Narrow paper is what most shops have; the test page shows the wide one."""


def main(words: list[str]) -> int:
    stale = [name for name, slip in slips() if not is_fresh(name, slip)]
    for name, slip in () if words == ["--check"] else slips():
        note = drawn_from(slip, columns_of(name))
        drawn(name).write_bytes(picture(slip, columns=columns_of(name), code_page="cp866", note=note))
        print(drawn(name).relative_to(FOLDER.parent))
    if words == ["--check"]:
        print(f"out of date: {', '.join(stale) or 'none'}; scripts/slip-pictures draws them")
    return int(words == ["--check"] and bool(stale))


def slips() -> Iterator[tuple[str, Slip]]:
    templates = Templates(FOLDER)
    for name in templates.names:
        yield name, templates.render(name, ANONYMOUS if name == "invitation" else SAMPLE)


def columns_of(name: str) -> int:
    return COLUMNS.get(name, 32)


def drawn(name: str) -> Path:
    return FOLDER / "pictures" / f"{name}.png"


def is_fresh(name: str, slip: Slip) -> bool:
    """Whether the picture was drawn from what the template says now: the dots depend on this computer's font."""
    if not drawn(name).is_file():
        return False
    with Image.open(drawn(name)) as image:
        return bool(image.info.get("Comment") == drawn_from(slip, columns_of(name)))


def drawn_from(slip: Slip, columns: int) -> str:
    layout: Layout = lay_out(slip, columns=columns)
    return "\n".join(map(str, layout.pieces))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
