"""Loyalty servers by their kind. A new one is one line in each table here."""

from collections.abc import Callable

from msgspec.structs import asdict

from adapters.loyalty.mindbox import MindboxClient, MindboxSettings
from gateway.bootstrap.choosing import chosen
from gateway.bootstrap.tills import registers
from gateway.clock import SystemClock
from gateway.config_file import ConfigFile
from gateway.core import Loyalty
from gateway.ports import Examination


def mindbox(config: ConfigFile) -> Loyalty:
    settings = config.decode(config.settings.loyalty, MindboxSettings, "loyalty")
    client = MindboxClient(settings, config.secret(settings.secret_key_file, "loyalty.secret_key_file"))
    return Loyalty(program=client, participants=client.people)


def mindbox_examination(config: ConfigFile) -> Examination:
    from adapters.loyalty.mindbox import doctor as mindbox_doctor

    settings = config.decode(config.settings.loyalty, MindboxSettings, "loyalty")
    key = config.secret(settings.secret_key_file, "loyalty.secret_key_file")
    register = next(iter(registers(config)))
    return mindbox_doctor.Examination(settings, key, register, asdict(config.settings.budgets), SystemClock().now)


LOYALTY: dict[str, Callable[[ConfigFile], Loyalty]] = {"mindbox": mindbox}


EXAMINATIONS: dict[str, Callable[[ConfigFile], Examination]] = {"mindbox": mindbox_examination}


def loyalty(config: ConfigFile) -> Loyalty:
    return chosen(config, "loyalty", config.settings.loyalty.get("kind"), LOYALTY)(config)


def loyalty_examination(config: ConfigFile) -> Examination:
    return chosen(config, "loyalty", config.settings.loyalty.get("kind"), EXAMINATIONS)(config)
