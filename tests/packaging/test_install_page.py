"""The install page, typed by somebody who knows nothing else: from a bare Debian 12 to a sale."""

import re
from pathlib import Path

import pytest
from booted import boot, fresh_tree, inside, with_network

pytestmark = [pytest.mark.nspawn, pytest.mark.timeout(600)]

DOCS = Path(__file__).parents[2] / "docs"
TYPED = re.compile(r"^```bash\n(.*?)^```", re.DOTALL | re.MULTILINE)
"""`console` blocks are shown, not typed: they need what no test has."""


def blocks(language: str) -> list[str]:
    return TYPED.findall((DOCS / language / "install.md").read_text(encoding="utf-8"))


def test_both_languages_type_the_same() -> None:
    assert blocks("ru") == blocks("en") != []


def test_the_page_alone_leads_from_a_bare_debian_to_a_sale(deb: Path, tmp_path: Path) -> None:
    """The package is installed over the network, from Debian's mirror; what is started runs without any."""
    package, *rest = blocks("en")
    with fresh_tree(tmp_path) as root:
        (root / "root" / deb.name).write_bytes(deb.read_bytes())
        with_network(root)
        inside(root, f"cd /root\n{package}")
        said = boot(root, "ip link set lo up\ncd /root\nset -ex\n" + "".join(rest) + "echo the page is done\n")
    assert "the page is done" in said, said
    assert said.count("принято") == 3, said
    assert "ждут отправки: 0" in said, said
