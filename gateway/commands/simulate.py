"""`pos-gateway simulate`: a register that is none, to try an installation without one."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway import workbench
from gateway.errors import ConfigError

app = typer.Typer(help="Касса без кассы: проиграть продажи по сценарию или по записи.", no_args_is_help=True)


@app.command()
def frontol(
    script: Annotated[Path | None, typer.Argument(help="Сценарий (TOML); примеры: config/examples/tills.")] = None,
    url: Annotated[
        str, typer.Option(help="То же, что «Веб-адрес сервера лояльности» на кассе.")
    ] = "http://127.0.0.1:8090/frontol",
    access_key_file: Annotated[Path, typer.Option(help="Файл с ключом доступа, одна строка.")] = Path("access-key"),
    replay: Annotated[Path | None, typer.Option(help="Вместо сценария: запись, сделанная с frontol.record.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Строка JSON на шаг, для программ.")] = False,
) -> None:
    """Проиграть продажи, как это делает касса Frontol 6, и показать, что увидел бы кассир.

    Шлюз и сервер лояльности настоящие: чеки на них останутся. Код выхода 1, если что-то вышло не так, как
    ожидает сценарий, или ответы не те, что в записи.

    pos-gateway simulate frontol sale.toml --access-key-file /etc/pos-gateway/credentials/frontol-access-key
    """
    if (script is None) == (replay is None):
        raise ConfigError("укажите одно из двух: сценарий или --replay ФАЙЛ")
    key = _key(access_key_file)
    right = asyncio.run(_replayed(replay, url, key, as_json) if replay else _played(script, url, key, as_json))
    if not right:
        sys.exit(1)


@app.command()
def onec(
    script: Annotated[Path, typer.Argument(help="Сценарий (TOML); примеры: config/examples/tills.")],
    url: Annotated[str, typer.Option(help="Адрес шлюза для касс.")] = "http://127.0.0.1:8090",
    access_key_file: Annotated[Path, typer.Option(help="Файл с ключом кассы, одна строка.")] = Path("access-key"),
    quirk: Annotated[
        list[str] | None, typer.Option(help="Как пишет небрежный код 1С; можно несколько раз, список — в ошибке.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Строка JSON на шаг, для программ.")] = False,
) -> None:
    """Проиграть продажи, как это делает кассовое место 1С:Розница с расширением шлюза.

    Если шлюз просит код из SMS, команда спросит его у вас. Чеки на шлюзе и сервере лояльности останутся.

    pos-gateway simulate onec sale.toml --access-key-file /etc/pos-gateway/credentials/onec-key-of-K1 --quirk bom
    """
    if not asyncio.run(_played_onec(script, url, _key(access_key_file), frozenset(quirk or ()), as_json)):
        sys.exit(1)


async def _played_onec(script: Path, url: str, token: str, quirks: frozenset[str], as_json: bool) -> bool:  # noqa: FBT001 - a switch of the command line
    right = True
    async for row in workbench.play_onec(script, url, token, quirks, _ask_code):
        typer.echo(row.json if as_json else row.text)
        right = right and not row.wrong
    return right


async def _ask_code() -> str:
    return str(await asyncio.to_thread(typer.prompt, "Код из SMS", err=True))


def _key(path: Path) -> str:
    try:
        key = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--access-key-file: {path} не читается; нужен файл с ключом доступа кассы") from error
    if not key:
        raise ConfigError(f"--access-key-file: {path} пуст; нужна одна строка с ключом доступа кассы")
    return key


async def _played(script: Path | None, url: str, key: str, as_json: bool) -> bool:  # noqa: FBT001 - a switch of the command line
    right = True
    if script is None:
        return right
    async for row in workbench.play_frontol(script, url, key, recorded=False):
        typer.echo(row.json if as_json else row.text)
        right = right and not row.wrong
    return right


async def _replayed(recording: Path | None, url: str, key: str, as_json: bool) -> bool:  # noqa: FBT001 - as above
    asked = different = 0
    if recording is None:
        return True
    async for row in workbench.play_frontol(recording, url, key, recorded=True):
        asked, different = asked + 1, different + row.wrong
        if as_json:
            typer.echo(row.json)
        elif row.wrong:
            typer.echo(row.text)
        elif sys.stderr.isatty():
            typer.echo(f"\rпроиграно: {asked}", err=True, nl=False)
    if not as_json:
        typer.echo(f"проиграно запросов: {asked}, ответ не тот, что в записи: {different}")
    return not different
