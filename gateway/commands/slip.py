"""`pos-gateway slip`: what a template will look like, before a customer sees it."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from gateway import workbench
from gateway.checking import slip_templates
from gateway.commands.attached import DEFAULT, Config, with_store
from gateway.config_file import ConfigFile
from gateway.domain.slip import Slip
from gateway.domain.slip_data import SlipData
from gateway.errors import ConfigError
from gateway.resources import shipped
from gateway.services.slips import sale_data
from gateway.slips.sample import SAMPLE
from gateway.slips.templates import Templates

LAST = "last"

app = typer.Typer(help="Слипы: как выглядят шаблоны.", no_args_is_help=True)


class Look(StrEnum):
    TEXT = "text"
    PNG = "png"
    HTML = "html"


Template = Annotated[str, typer.Argument(help="Имя шаблона (sale, coupon, ...) или файл .txt.")]
Width = Annotated[int, typer.Option("--width", min=16, max=64, help="Знаков в строке: 32, 42 или 48.")]
As = Annotated[Look, typer.Option("--as", help="Текст в терминале, картинка или страница для браузера.")]
OfSale = Annotated[
    str,
    typer.Option("--sale", help="Настоящий чек из базы шлюза: его идентификатор, или last — последний доставленный."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Куда записать; без этого — в стандартный вывод.")
]
Page = Annotated[Literal["cp866", "cp1251"], typer.Option("--code-page", help="Кодовая страница принтера.")]


@app.command("preview")
def show(
    template: Template,
    width: Width = 48,
    look: As = Look.TEXT,
    sale: OfSale = "",
    output: Output = None,
    code_page: Page = "cp866",
    config: Config = DEFAULT,
) -> None:
    """Показать слип: на выдуманной покупке или на настоящей (--sale), не печатая.

    Примеры: pos-gateway slip preview sale --width 32 --as png -o sale.png;
    pos-gateway slip preview sale --sale last
    """
    slip = _slip(template, sale, config)
    if not slip:
        typer.echo(f"{template}: на этих данных шаблону нечего сказать, слип не печатается.", err=True)
        return
    _write(_drawn(slip, look, width, code_page, template), output)


@app.command("list")
def list_(config: Config = DEFAULT) -> None:
    """Имена шаблонов: своих и из поставки."""
    typer.echo("\n".join(_templates(config).names))


def _drawn(slip: Slip, look: Look, width: int, code_page: str, title: str) -> bytes:
    """What draws codes is loaded here: other commands do not wait for it."""
    if look is Look.PNG:
        return workbench.picture(slip, columns=width, code_page=code_page)
    if look is Look.HTML:
        from gateway.slips.html import page

        return page(slip, columns=width, code_page=code_page, title=title).encode()
    from gateway.slips.preview import preview

    return preview(slip, columns=width, code_page=code_page).encode() + b"\n"


def _slip(template: str, sale: str, config: Path) -> Slip:
    """Raises `ConfigError`, `TemplateError`, `StoreError`."""
    path = Path(template)
    templates = Templates(shipped("receipt_templates"), path.parent) if path.suffix == ".txt" else _templates(config)
    return templates.render(path.stem, _of_store(sale, config) if sale else SAMPLE)


def _templates(config: Path) -> Templates:
    """The shop's own over the shipped ones; without a config file the shipped ones."""
    if config == DEFAULT and not config.exists():
        return Templates(shipped("receipt_templates"))
    return slip_templates(ConfigFile(config))


def _of_store(sale_id: str, config: Path) -> SlipData:
    """Raises `ConfigError` when there is no such sale, or its receipt is not closed."""
    is_last = sale_id == LAST
    sale = with_store(config, lambda store: store.last_sale() if is_last else store.sale(sale_id))
    if sale is None or sale.close is None:
        raise ConfigError(f"--sale: {'доставленных чеков ещё нет' if is_last else f'нет закрытого чека {sale_id}'}")
    return sale_data(sale.close, sale.outcome, None, ConfigFile(config).settings.outlet.zone)


def _write(data: bytes, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(data)
    elif data.startswith(b"\x89PNG") and sys.stdout.isatty():
        raise ConfigError("картинке нужен файл: укажите --output sale.png")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
