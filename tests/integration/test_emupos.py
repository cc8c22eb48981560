"""An independent judge: emupos, a simulated printer we did not write, prints our bytes; zbarimg reads the codes.

Both are installed by scripts/install-test-tools; emupos needs Python 3.13 and has a virtual environment of its own.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NoReturn

import pytest
from msgspec.structs import replace
from PIL import Image

from adapters.printers import PrinterSettings, open_printer
from gateway.domain.print_outcome import PrintOutcome, PrintState, Trouble, blocked
from gateway.domain.slip import Code128, Cut, Pair, QrCode, Slip, Text
from gateway.domain.slip_layout import Line, lay_out
from gateway.ports import Printer
from gateway.slips import Templates
from gateway.slips.sample import SAMPLE

pytestmark = pytest.mark.emupos

TEMPLATES = Path(__file__).parents[2] / "receipt_templates"
ARTEFACTS = Path(__file__).parents[1] / "artefacts"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
EMUPOS = CACHE / "pos-gateway-tests" / "emupos" / "bin" / "emupos"
START_SECONDS = 30
DARK_DOTS = 20_000
CONFIG = """\
schema: 1
api: {{ host: 127.0.0.1, port: {api} }}
devices:
  - id: front
    type: printer
    profile: epson-tm-t20iii
    connections:
      - tcp: {{ port: {raw} }}
    receipts_dir: ./receipts
"""


def without(tool: str) -> NoReturn:
    """Where everything is installed, a missing tool is a failure; elsewhere a skip that says why."""
    reason = f"{tool} is not installed; run scripts/install-test-tools"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def print_on(printer: Printer, slip: Slip) -> PrintOutcome:
    async def at_once() -> None:
        """Nobody keeps account of it."""

    job = await printer.compose(slip)
    return await printer.print(job.data, timeout=20, begin=at_once)


class Emupos:
    """A running emupos with one printer, `front`, of 48 columns, whose code page 17 is cp866."""

    def __init__(self, folder: Path) -> None:
        self.api, self.port = free_port(), free_port()
        self.receipts = folder / "receipts"
        self.log = folder / "log"
        (folder / "emupos.yaml").write_text(CONFIG.format(api=self.api, raw=self.port))
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([EMUPOS, "run"], cwd=folder, stdout=log, stderr=log)  # noqa: S603  our tool
        self.wait(lambda: "Showing events" in self.log.read_text(), "emupos does not start")

    def wait(self, done: Callable[[], object], complaint: str) -> None:
        until = time.monotonic() + START_SECONDS
        while not done():
            if self.process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{complaint}:\n{self.log.read_text()}")
            time.sleep(0.05)

    def fault(self, action: Literal["set", "clear"], name: str) -> None:
        api = f"http://127.0.0.1:{self.api}"
        command = [EMUPOS, "--api", api, "fault", action, "front", name]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our tool

    def settings(self, qr: Literal["native", "raster"] = "raster") -> PrinterSettings:
        return PrinterSettings(kind="network", address=f"127.0.0.1:{self.port}", qr=qr)

    def print(
        self, slip: Slip, qr: Literal["native", "raster"] = "raster", settings: PrinterSettings | None = None
    ) -> Path:
        """The picture of what came out; its text stands beside it."""
        before = set(self.receipts.glob("*.png"))
        outcome = asyncio.run(print_on(open_printer(settings or self.settings(qr)), slip))
        assert outcome.state is PrintState.DONE
        self.wait(lambda: set(self.receipts.glob("*.png")) - before, "emupos printed nothing")
        (picture,) = set(self.receipts.glob("*.png")) - before
        self.wait(picture.with_suffix(".txt").exists, "emupos wrote no text")
        return picture

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emupos]:
    if not EMUPOS.exists():
        without("emupos")
    emupos = Emupos(tmp_path_factory.mktemp("emupos"))
    yield emupos
    emupos.stop()


@pytest.fixture
def understood(judge: Emupos) -> Iterator[Emupos]:
    """The judge, who must have understood every byte of the test."""
    seen = len(judge.log.read_text())
    yield judge
    assert "command.unknown" not in judge.log.read_text()[seen:]


def read_codes(picture: Path) -> set[str]:
    zbarimg = shutil.which("zbarimg") or without("zbarimg")
    found = subprocess.run([zbarimg, "-q", picture], check=True, capture_output=True, text=True)  # noqa: S603  our tool
    return set(found.stdout.split("\n")) - {""}


def kept(picture: Path, name: str) -> None:
    """For people to look at, under tests/artefacts/; nothing is compared with it."""
    ARTEFACTS.mkdir(exist_ok=True)
    shutil.copyfile(picture, ARTEFACTS / f"emupos-{name}.png")


def text_of(picture: Path) -> str:
    return picture.with_suffix(".txt").read_text(encoding="utf-8")


def test_russian_text_and_columns_come_out_right(understood: Emupos) -> None:
    text = text_of(understood.print(Templates(TEMPLATES).render("test", SAMPLE)))
    assert "Съешь ещё этих мягких французских булок, да" in text
    assert 'выпей чаю. ЁЖ № 1 "Кавычки" - тире... 100 руб.' in text
    assert "Слева жирно" + " " * 31 + "справа" in text
    assert "=" * 48 in text


@pytest.mark.parametrize("name", Templates(TEMPLATES).names)
def test_every_shipped_template_prints(understood: Emupos, name: str) -> None:
    """All the lines of our own layout, in their order, and nothing lost."""
    slip = Templates(TEMPLATES).render(name, SAMPLE)
    lines = [piece.text.strip() for piece in lay_out(slip, columns=48).pieces if isinstance(piece, Line)]
    picture = understood.print(slip)
    kept(picture, name)
    printed = " ".join(text_of(picture).split())
    assert [line for line in lines if " ".join(line.split()) not in printed] == []


def test_the_way_to_a_new_participants_card_can_be_read_from_paper(understood: Emupos) -> None:
    picture = understood.print(Templates(TEMPLATES).render("welcome", SAMPLE))
    assert read_codes(picture) == {f"QR-Code:{SAMPLE.wallet_link}"}


def test_text_as_pictures_is_understood_and_its_codes_can_be_read(understood: Emupos) -> None:
    """What the strips show, no judge reads for us: as many dark dots as there would be letters, and the codes."""
    slip = Templates(TEMPLATES).render("sale", SAMPLE)
    settings = replace(understood.settings(), text="raster")
    picture = understood.print(slip, settings=settings)
    assert read_codes(picture) == {"EAN-13:4601234567893", "QR-Code:ЗИМА-7К2", "QR-Code:GIFT-42"}
    assert "Спасибо" not in text_of(picture)
    assert Image.open(picture).convert("L").histogram()[0] > DARK_DOTS


@pytest.mark.parametrize("qr", ["native", "raster"])
def test_the_codes_of_a_sale_can_be_read_from_paper(understood: Emupos, qr: Literal["native", "raster"]) -> None:
    picture = understood.print(Templates(TEMPLATES).render("sale", SAMPLE), qr)
    assert read_codes(picture) == {"EAN-13:4601234567893", "QR-Code:ЗИМА-7К2", "QR-Code:GIFT-42"}


@pytest.mark.parametrize("qr", ["native", "raster"])
def test_the_longest_qr_code_and_a_code128_can_be_read(understood: Emupos, qr: Literal["native", "raster"]) -> None:
    address = "https://example.org/" + "a1" * 140
    picture = understood.print((QrCode(data=address), Code128(data="CPN-7Q2K"), Cut()), qr)
    assert read_codes(picture) == {f"QR-Code:{address}", "CODE-128:CPN-7Q2K"}


def test_a_hostile_name_is_printed_as_text(understood: Emupos) -> None:
    hostile = "Ева\x1b@\x1bt\x00\x10\x14\x01\x00\x05\x1dV\x00 Ж"
    text = text_of(understood.print((Text(text=hostile), Pair(left="Ж", right="ё"), Cut())))
    assert text.startswith("Ева")
    assert text.rstrip().endswith("Ж" + " " * 46 + "ё")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("paper-out", Trouble.PAPER_OUT), ("cover-open", Trouble.COVER_OPEN), ("offline", Trouble.OFFLINE)],
)
def test_its_faults_block_and_clearing_them_prints(understood: Emupos, fault: str, reason: Trouble) -> None:
    slip: Slip = (Text(text="после починки"), Cut())
    understood.fault("set", fault)
    try:
        outcome = asyncio.run(print_on(open_printer(understood.settings()), slip))
        assert outcome == blocked(reason)
    finally:
        understood.fault("clear", fault)
    assert text_of(understood.print(slip)).strip() == "после починки"


def test_the_judge_can_say_no(judge: Emupos) -> None:
    seen = len(judge.log.read_text())
    with socket.create_connection(("127.0.0.1", judge.port)) as printer:
        printer.sendall(b"\x1b\x7e\x1d\x7e\n\x1dV\x42\x00")  # ESC ~ and GS ~ are no commands
    judge.wait(lambda: "command.unknown" in judge.log.read_text()[seen:], "emupos took nonsense for a command")
