"""What can be refused at start instead of failing in front of a customer: time zone, prompts' texts, templates."""

from datetime import date
from decimal import Decimal

from gateway.config_file import ConfigFile
from gateway.domain.code import CodeMode
from gateway.domain.customer import Balance, Customer, SegmentMembership
from gateway.domain.prompt import TO_REPORT
from gateway.errors import ConfigError, TemplateError
from gateway.resources import shipped
from gateway.settings import Prompt
from gateway.slips.lines import line
from gateway.slips.templates import Templates

TRIED_ON = (
    Customer(
        id="1",
        first_name="Анна",
        middle_name="Олеговна",
        last_name="Светлова",
        phone="79115550123",
        email="anna@example.org",
        card="2900000123",
        birth_date=date(1991, 4, 2),
        balance=Balance(available=Decimal(640)),
        level="Серебро",
        segments=(SegmentMembership(segmentation="Level", segment="Silver", name="Серебро"),),
    ),
    Customer(id="2"),
)
"""Made-up customers for the texts of prompts."""


def check_outlet(config: ConfigFile) -> None:
    """Raises `ConfigError` when this computer does not know the outlet's time zone."""
    try:
        _ = config.settings.outlet.zone
    except ConfigError as error:
        raise ConfigError(f"{config.path}: {error}") from error


def check_codes(config: ConfigFile) -> None:
    """Raises `ConfigError` when points ask for codes that nobody sends, or that a register could never be told."""
    codes = config.settings.codes
    if config.settings.identification.asks_for_codes and codes.spending is CodeMode.OFF:
        raise ConfigError(
            f'{config.path}: identification.spending: "with_code" требует codes.spending: '
            'допустимо "returned", "generated" или "server"'
        )
    told = any(row.kind in codes.registers_compare for row in config.settings.registers)
    for key, mode in (("spending", codes.spending), ("enrolment", codes.enrolment)):
        if told and mode is CodeMode.SERVER:
            raise ConfigError(
                f'{config.path}: codes.{key}: "server" не подходит кассам, которые сверяют код сами '
                '(codes.registers_compare): допустимо "returned" или "generated"'
            )


def said_of_codes(config: ConfigFile) -> str:
    """One sentence about SMS codes for the administrator; they are off until he switches them on."""
    codes, spending = config.settings.codes, config.settings.identification.asks_for_codes
    if not spending and codes.enrolment is CodeMode.OFF:
        return "Коды по SMS выключены: [codes] и [identification.spending]"
    spent = str(codes.spending) if spending else "без кода"
    return (
        f"Коды по SMS: списание баллов — {spent}, регистрация — {codes.enrolment}, не больше {codes.daily_cap} в день"
    )


def check_times(config: ConfigFile) -> None:
    """A request may live twice as long as we wait for it; else "not found" would prove what it does not."""
    life, call = config.settings.sale.request_life_seconds, config.settings.budgets.delivery
    if life < 2 * call:
        raise ConfigError(
            f"{config.path}: sale.request_life_seconds: указано {life:g}; "
            f"допустимо: не меньше {2 * call:g} (дважды budgets.delivery)"
        )


def check_prompts(config: ConfigFile) -> None:
    """Raises `ConfigError` with the rule's name."""
    names: set[str] = set()
    for place, rule in enumerate(config.settings.prompts, 1):
        key = f"{config.path}: prompts[{place}]"
        if rule.name in names:
            raise ConfigError(f"{key}.name: правило {rule.name!r} уже есть; допустимо: у каждого правила своё имя")
        names.add(rule.name)
        _check_window(rule, config.settings.popups.poll_after_close_seconds, key)
        for name, text in (("text", rule.text), ("title", rule.title), *_reported(rule)):
            if fault := _fault(text):
                fields = ", ".join(Customer.__struct_fields__)
                raise ConfigError(f"{key}.{name}: правило {rule.name!r}: {fault}; допустимы поля customer: {fields}")


def _reported(rule: Prompt) -> list[tuple[str, str]]:
    return [(f"fields.{name}", text) for name, text in rule.fields.items()]


def _check_window(rule: Prompt, least: float, key: str) -> None:
    """The customer's segments are asked for `least` seconds after the close; the window has to be open then."""
    least += TO_REPORT.total_seconds()
    if rule.moment == "after_sale" and rule.window_seconds <= least:
        raise ConfigError(
            f"{key}.window_seconds: указано {rule.window_seconds:g}; допустимо: больше {least:g} "
            f"(popups.poll_after_close_seconds и время на отчёт), иначе {rule.name!r} никогда не покажется"
        )


def _fault(text: str) -> str:
    """Why a prompt's text cannot be used, empty when it can: all is known of one customer, nothing of the other."""
    for customer in TRIED_ON:
        try:
            line(text, customer)
        except TemplateError as error:
            return str(error)
    return ""


def slip_templates(config: ConfigFile, *, believe_ours: bool = False) -> Templates:
    """The shop's own slip templates over the shipped ones. Raises `ConfigError`, `TemplateError`.

    `believe_ours`: the shipped ones are made by the first `reload`; our tests have tried them.
    """
    ours, own = shipped("receipt_templates"), config.settings.templates.folder
    believed = ours if believe_ours else None
    if not own:
        return Templates(ours, believed=believed)
    folder = config.folder / own
    if not any(folder.glob("*.txt")):
        raise ConfigError(
            f"{config.path}: templates.folder: нет папки {folder} или в ней нет шаблонов; "
            "допустимо: папка с sale.txt, coupon.txt или другими, пусто — шаблоны из поставки"
        )
    return Templates(ours, folder, believed=believed)
