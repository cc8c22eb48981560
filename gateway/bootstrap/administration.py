"""What an administrator meets: the admin address, tokens of screens and of his own, mail."""

from adapters.mail import MailSettings, open_mailer
from gateway.bootstrap.stores import state_folder, store_settings
from gateway.bootstrap.tills import Registers
from gateway.config_file import ConfigFile
from gateway.core import Core
from gateway.domain.receipt import RegisterRef
from gateway.observability.admin import Admin
from gateway.observability.clients import Clients
from gateway.observability.guard_view import GuardView
from gateway.observability.limited_switch import LimitedSwitch
from gateway.observability.metrics import Metrics
from gateway.observability.permission import Permission
from gateway.observability.printer_routes import PrinterRoutes
from gateway.ports import Clock, Mailer, Store
from gateway.services.alarms.looking import Looking
from gateway.services.alarms.noticing import Noticing
from gateway.services.alarms.watch import AlarmWatch
from gateway.services.quoting import RESERVE
from gateway.state.alarms import AlarmFile


def screen_tokens(config: ConfigFile, known: Registers) -> dict[RegisterRef, str]:
    """What the screens of each register show; empty where it is not set."""
    keys = {ref: f"registers[{place}].screen_token_file" for place, ref in enumerate(known, 1)}
    files = {ref: row.screen_token_file for ref, row in known.items()}
    return {ref: config.secret(file, keys[ref]) if file else "" for ref, file in files.items()}


def admin_token(config: ConfigFile) -> str:
    name = config.settings.server.admin_token_file
    return config.secret(name, "server.admin_token_file") if name else ""


def admin(config: ConfigFile, core: Core, store: Store, clock: Clock, metrics: Metrics, clients: Clients) -> Admin:
    budgets = config.settings.budgets
    waits = {"identify": budgets.identify, "quote": budgets.quote, "hold": budgets.redeem}
    patience = config.settings.loyalty_guard.patience_seconds
    view = GuardView(core.guard, core.limited, waits, RESERVE, patience)
    permission = Permission(admin_token(config))
    switch, slips = LimitedSwitch(core.limited, permission), PrinterRoutes(core.paper.desk, permission)
    return Admin(metrics, store, clock, view, switch, slips, clients)


def mail_settings(config: ConfigFile) -> MailSettings:
    return config.decode(config.settings.mail, MailSettings, "mail")


def mailer(config: ConfigFile) -> Mailer | None:
    """None when nobody is to be mailed."""
    settings = mail_settings(config)
    password = config.secret(settings.password_file, "mail.password_file") if settings.password_file else ""
    return open_mailer(settings, password) if settings.server else None


def alarms(
    config: ConfigFile, core: Core, store: Store, clock: Clock, noticing: Noticing, known: Registers
) -> AlarmWatch:
    """What the administrator is mailed about."""
    settings = config.settings
    rules = settings.alarms.rules(settings.keeping.disk_warning_megabytes * 1024**2)
    looking = Looking(rules, store, core.limited, noticing, clock, known.keys(), settings.outlet.zone)
    book = AlarmFile(state_folder(store_settings(config)))
    return AlarmWatch(looking, book, mailer(config), clock, noticing, settings.outlet.id)
