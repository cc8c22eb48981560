"""What is shipped for Prometheus: rules and dashboard ask for metrics that exist, and an alert becomes a mail."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shop import Shop
from smtp_sink import smtp_sink
from till import cash, document, line

FOLDER = Path(__file__).parents[2] / "config/monitoring"
RULES = FOLDER / "pos-gateway.rules.yml"
DASHBOARD = FOLDER / "pos-gateway.dashboard.json"
METRIC = re.compile(r"\bpos_gateway_\w+")
TYPE = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)

pytestmark = pytest.mark.promtool


@pytest.fixture(autouse=True)
def tools() -> None:
    missing = [name for name in ("promtool", "amtool", "prometheus-alertmanager") if shutil.which(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"needs {', '.join(missing)}: scripts/install-test-tools")
    assert not missing


def run(*command: str | Path, given: bytes = b"") -> str:
    told = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)  # noqa: S603 - fixed
    assert told.returncode == 0, (told.stdout + told.stderr).decode()
    return told.stdout.decode()


@pytest.fixture
async def scraped(tmp_path: Path) -> AsyncIterator[str]:
    """The text of a scrape after a sale."""
    async with Shop(tmp_path) as shop:
        await shop.ask("document/", document("confirm", line(1, "5002", "100.00"), payments=cash("100.00")))
        await shop.gateway.alarms.look()
        async with shop.http.get(f"{shop.admin_url}/metrics") as response:
            yield await response.text()


def names(text: str) -> set[str]:
    """Every series name that a scrape can hold, by the types it declares."""
    found = set()
    for name, kind in TYPE.findall(text):
        found |= {f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return found


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


async def test_a_scrape_is_what_prometheus_wants(scraped: str) -> None:
    assert run("promtool", "check", "metrics", given=scraped.encode()).strip() == ""


def test_the_rules_hold_what_their_tests_say() -> None:
    run("promtool", "check", "rules", RULES)
    run("promtool", "test", "rules", FOLDER / "pos-gateway.rules.test.yml")
    run("promtool", "check", "config", FOLDER / "prometheus.yml")


async def test_every_metric_of_rules_and_dashboard_is_one_of_ours(scraped: str) -> None:
    known = names(scraped)
    asked = set(METRIC.findall(RULES.read_text(encoding="utf-8") + " ".join(expressions())))
    assert len(asked) > 20
    assert sorted(asked - known) == []


def test_every_expression_of_the_dashboard_is_promql(tmp_path: Path) -> None:
    plain = [row.replace("$__rate_interval", "5m").replace("$instance", ".*") for row in expressions()]
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(plain)]
    path = tmp_path / "panels.yml"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"{len(plain)} rules found" in run("promtool", "check", "rules", path)


def alerts() -> set[str]:
    return set(re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_alert_is_explained_to_the_administrator(language: str) -> None:
    page = (FOLDER.parents[1] / "docs" / language / "alerts.md").read_text(encoding="utf-8")
    assert sorted(name for name in alerts() if name not in page) == []


def routed(*labels: str) -> str:
    return run("amtool", "config", "routes", "test", f"--config.file={FOLDER / 'alertmanager.yml'}", *labels).strip()


def test_mail_goes_by_cause_and_severity() -> None:
    run("amtool", "check-config", FOLDER / "alertmanager.yml")
    assert routed("severity=critical", "cause=store") == "administrator-now"
    assert routed("severity=warning", "cause=parked") == "administrator"
    assert routed("severity=warning", "cause=printer") == "store"
    assert routed("severity=none", "cause=alive") == "nobody"


async def test_an_alert_becomes_a_mail(tmp_path: Path, unused_tcp_port: int) -> None:
    """Alertmanager as it is shipped, its mail server and waiting times the test's."""
    async with smtp_sink() as sink:
        text = (FOLDER / "alertmanager.yml").read_text(encoding="utf-8")
        text = text.replace("127.0.0.1:25", f"127.0.0.1:{sink.port}").replace("group_wait: 10s", "group_wait: 0s")
        (tmp_path / "alertmanager.yml").write_text(text)
        url = f"http://127.0.0.1:{unused_tcp_port}"
        process = await asyncio.create_subprocess_exec(
            "prometheus-alertmanager", f"--config.file={tmp_path / 'alertmanager.yml'}",
            f"--storage.path={tmp_path}", f"--web.listen-address=127.0.0.1:{unused_tcp_port}",
            "--cluster.listen-address=", stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await _up(url)
            labels = ("alertname=PosGatewayStoreAway", "severity=critical", "cause=store", "instance=shop-12")
            await asyncio.to_thread(run, "amtool", "alert", "add", *labels, f"--alertmanager.url={url}")
            mail = await sink.next_mail(seconds=30)
        finally:
            process.terminate()
            await process.wait()
    assert mail["Subject"] == "NOW [firing] shop-12 store"
    assert mail["To"] == "admin@example.org, on-call@example.org"


async def _up(url: str) -> None:
    import aiohttp

    async with asyncio.timeout(20), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(f"{url}/-/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
