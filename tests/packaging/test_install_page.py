"""The install page, typed by somebody who knows nothing else: from a bare Debian 12 to a sale.

Its first block, the package, is how the tree of this folder is made.
"""

from pathlib import Path

import pytest
from booted import boot
from pages import typed

pytestmark = [pytest.mark.nspawn, pytest.mark.timeout(600)]


def test_both_languages_type_the_same() -> None:
    assert typed("ru") == typed("en") != []


def test_the_page_alone_leads_from_a_bare_debian_to_a_sale(tree: Path) -> None:
    """What is started runs without any network."""
    _package, *rest = typed("en")
    said = boot(tree, "ip link set lo up\ncd /root\nset -ex\n" + "".join(rest) + "echo the page is done\n")
    assert "the page is done" in said, said
    assert said.count("принято") == 3, said
    assert "ждут отправки: 0" in said, said
