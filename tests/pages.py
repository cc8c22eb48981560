"""What the install page tells an administrator to type."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
TYPED = re.compile(r"^```bash\n(.*?)^```", re.DOTALL | re.MULTILINE)
"""`console` blocks are shown, not typed: they need what no test has."""


def typed(language: str) -> list[str]:
    """The commands of each block, in order."""
    return TYPED.findall((DOCS / language / "install.md").read_text(encoding="utf-8"))
