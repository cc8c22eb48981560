"""axe-core in a page: what people with disabilities could not use."""

import os
from pathlib import Path

import pytest
from browser.chromium import Tab

SERIOUS = ("serious", "critical")


def script() -> str:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    path = cache / "pos-gateway-tests/axe/node_modules/axe-core/axe.min.js"
    if not path.is_file():
        reason = "no axe-core on this machine: run scripts/install-test-tools"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path.read_text("utf-8")


async def serious_faults(tab: Tab) -> list[str]:
    """Each as `rule: first place`; what is still fading in is waited for, its colours are not yet its own."""
    await tab.until("document.getAnimations().every((one) => one.animationName !== 'arrive')")
    await tab.run(script() + "; 0")
    found = await tab.run(
        "axe.run(document).then((told) => told.violations"
        ".map((row) => [row.impact, row.id + ': ' + row.nodes[0].html]))"
    )
    return [what for impact, what in found if impact in SERIOUS]
