"""The slip of a sale: to the till's own printer and to ours, in Russian, with the server's texts."""

import asyncio
import io
import uuid
from pathlib import Path
from typing import Self

from PIL import Image
from shop import Shop, eventually
from till import cash, document, line
from typer.testing import CliRunner

from gateway.cli import app

CP866 = "cp866"
MARIA = "+79217654321"
"""Every purchase of hers brings a coupon."""


class Paper:
    """A printer that only swallows: it answers nothing, as many do."""

    def __init__(self) -> None:
        self.bytes = b""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._swallow, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()

    async def _swallow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(4096):
            self.bytes += chunk
        writer.close()

    @property
    def text(self) -> str:
        return self.bytes.decode(CP866, "replace")


def printer(port: int) -> str:
    return f'[[printers]]\nname = "front"\nkind = "network"\naddress = "127.0.0.1:{port}"\nconfirm = "none"\n'


async def test_the_slip_comes_out_of_the_registers_printer_in_russian(tmp_path: Path) -> None:
    async with Paper() as paper, Shop(tmp_path, register='printer = "front"', more=printer(paper.port)) as shop:
        goods = line(1, "5002", "250.00")
        answer = await shop.ask("document/", document("confirm", goods, payments=cash("250.00")))
        assert answer["printingInformation"], "the till prints it too, unless the config says otherwise"

        async def out() -> bool:
            return "Спасибо за покупку!" in paper.text and "Не является" in paper.text

        assert await eventually(out), paper.text
        assert "79115550123" not in paper.text


async def test_slip_to_printer_keeps_it_off_the_till(tmp_path: Path) -> None:
    register = 'printer = "front"\nslip_to = "printer"'
    async with Paper() as paper, Shop(tmp_path, register=register, more=printer(paper.port)) as shop:
        goods = line(1, "5002", "250.00")
        answer = await shop.ask("document/", document("confirm", goods, payments=cash("250.00")))
        assert answer == {"code": 0}


async def test_a_changed_footer_is_on_the_next_slip_without_a_restart(tmp_path: Path) -> None:
    own = tmp_path / "slips"
    own.mkdir()
    (own / "sale.txt").write_text("Ждём вас\n@cut", encoding="utf-8")
    async with Shop(tmp_path, more='[templates]\nfolder = "slips"\n') as shop:
        goods = line(1, "5002", "250.00")

        async def says(text: str) -> bool:
            answer = await shop.ask("document/", document("confirm", goods, payments=cash("250.00")))
            return text in str(answer["printingInformation"])

        assert await says("Ждём вас")
        (own / "sale.txt").write_text("@center Ждём вас в пятницу: скидка\n@cut", encoding="utf-8")
        assert await eventually(lambda: says("Ждём вас в пятницу: скидка"))
        (own / "sale.txt").write_text("@boom Ждём вас\n@cut", encoding="utf-8")

        async def refused() -> bool:
            return (await shop.metrics()).get("pos_gateway_slip_templates_refused") == 1.0

        assert await eventually(refused)
        assert await says("Ждём вас в пятницу: скидка"), "the old set stays"


async def preview(config: Path, *words: str) -> tuple[int, bytes]:
    """`pos-gateway slip preview`, typed beside the running gateway."""
    typed = ["slip", "preview", *words, "--config", str(config)]
    told = await asyncio.to_thread(CliRunner().invoke, app, typed)
    return told.exit_code, told.stdout_bytes or str(told.exception).encode()


async def test_a_preview_shows_the_slip_of_a_real_sale_in_every_form(tmp_path: Path) -> None:
    config, uid = tmp_path / "gateway.toml", str(uuid.uuid4())
    async with Shop(tmp_path) as shop:
        code, said = await preview(config, "sale", "--sale", "last")
        assert (code, "доставленных чеков ещё нет" in said.decode()) == (1, True)
        sale = document("confirm", line(1, "5002", "250.00"), phone=MARIA, uid=uid, payments=cash("250.00"))
        answer = await shop.ask("document/", sale)
        [coupon] = [row["data"] for row in answer["printingInformation"][0] if row["type"] == "barcode"]
        for name in ("last", uid):
            code, text = await preview(config, "sale", "--sale", name, "--width", "32")
            assert code == 0
            assert "Чек № 7" in text.decode()
            assert coupon in text.decode()
            assert MARIA[-10:] not in text.decode()
        code, html = await preview(config, "sale", "--sale", uid, "--as", "html")
        assert (code, coupon in html.decode()) == (0, True)
        code, png = await preview(config, "sale", "--sale", uid, "--as", "png")
        assert (code, Image.open(io.BytesIO(png)).width) == (0, 48 * 12 + 4 * 24)
        code, said = await preview(config, "sale", "--sale", "nobody")
        assert (code, "нет закрытого чека nobody" in said.decode()) == (1, True)


async def test_a_dead_printer_delays_nobody(tmp_path: Path) -> None:
    async with Shop(tmp_path, register='printer = "front"', more=printer(1)) as shop:
        goods = line(1, "5002", "250.00")
        answer = await shop.ask("document/", document("confirm", goods, payments=cash("250.00")))
        assert answer["code"] == 0

        async def counted() -> bool:
            return (await shop.metrics()).get('pos_gateway_print_jobs_total{outcome="blocked"}') == 1.0

        assert await eventually(counted)
