"""The two forms of the extension: the customer at the cashier's place, and the settings."""

from objects import CONSTANTS
from xml_text import FORMAT, localized, pretty, spaces

STRING = "<v8:Type>xs:string</v8:Type>"
NUMBER = "<v8:Type>xs:decimal</v8:Type>"
BOOLEAN = "<v8:Type>xs:boolean</v8:Type>"

CUSTOMER_FIELDS = (
    ("Поиск", "Карта, телефон или QR", STRING, True),
    ("Имя", "Покупатель", STRING, False),
    ("Уровень", "Уровень", STRING, False),
    ("Баланс", "Баллов на счете", NUMBER, False),
    ("Доступно", "Можно списать", NUMBER, False),
    ("Подсказки", "Подсказки", STRING, False),
    ("Списать", "Списать баллов", NUMBER, True),
    ("Код", "Код из SMS", STRING, True),
    ("НовоеИмя", "Имя нового участника", STRING, True),
    ("НоваяФамилия", "Фамилия", STRING, True),
    ("ДатаРождения", "Дата рождения (дд.мм.гггг)", STRING, True),
    ("Согласен", "Согласен с правилами программы", BOOLEAN, True),
)
CUSTOMER_COMMANDS = (
    ("Найти", "Найти и рассчитать"),
    ("История", "История"),
    ("ПрислатьКод", "Прислать код"),
    ("ОплатитьБаллами", "Оплатить баллами"),
    ("Зарегистрировать", "Зарегистрировать"),
    ("Готово", "Готово"),
)
CHECKS = {"xs:boolean": "CheckBoxField"}


def form(name: str) -> str:
    """The form's XML."""
    return _customer() if name == "шл_Покупатель" else _settings()


def _customer() -> str:
    items = [_field(name, title, kind, writable) for name, title, kind, writable in CUSTOMER_FIELDS]
    buttons = [_button(name, title) for name, title in CUSTOMER_COMMANDS]
    attributes = [_attribute(name, title, kind) for name, title, kind, _ in CUSTOMER_FIELDS]
    commands = [_command(name, title) for name, title in CUSTOMER_COMMANDS]
    return _form("Покупатель", items + buttons, attributes, commands, {"OnCreateAtServer": "ПриСозданииНаСервере"})


def _settings() -> str:
    kinds = {"xs:string": STRING, "xs:decimal": NUMBER, "xs:boolean": BOOLEAN}
    rows = [(row.name.removeprefix("шл_"), row.synonym, kinds[row.type]) for row in CONSTANTS]
    items = [_field(name, title, kind, True) for name, title, kind in rows]
    attributes = [_attribute(name, title, kind) for name, title, kind in rows]
    commands = (("Записать", "Записать"), ("Проверить", "Проверить связь"))
    buttons = [_button(name, title) for name, title in commands]
    events = {"OnCreateAtServer": "ПриСозданииНаСервере"}
    return _form(
        "Настройки шлюза лояльности", items + buttons, attributes, [_command(*row) for row in commands], events
    )


def _form(title: str, items: list[str], attributes: list[str], commands: list[str], events: dict[str, str]) -> str:
    heard = "".join(f'<Event name="{name}">{handler}</Event>' for name, handler in events.items())
    text = (
        f'<Form xmlns="http://v8.1c.ru/8.3/xcf/logform" {spaces()} version="{FORMAT}">'
        f"<Title>{localized(title)}</Title><AutoTitle>false</AutoTitle>"
        f'<AutoCommandBar name="ФормаКоманднаяПанель" id="-1"/><Events>{heard}</Events>'
        f"<ChildItems>{''.join(items)}</ChildItems><Attributes>{''.join(attributes)}</Attributes>"
        f"<Commands>{''.join(commands)}</Commands></Form>"
    )
    return pretty(_numbered(text))


def _field(name: str, title: str, kind: str, writable: bool) -> str:  # noqa: FBT001 - a column of the table above
    tag = "CheckBoxField" if kind == BOOLEAN else "InputField"
    read_only = "" if writable else "<ReadOnly>true</ReadOnly>"
    return (
        f'<{tag} name="{name}" id="#"><DataPath>{name}</DataPath>{read_only}<Title>{localized(title)}</Title>'
        f'<ContextMenu name="{name}КонтекстноеМеню" id="#"/><ExtendedTooltip name="{name}Подсказка" id="#"/></{tag}>'
    )


def _button(name: str, title: str) -> str:
    return (
        f'<Button name="Кнопка{name}" id="#"><Type>UsualButton</Type><CommandName>Form.Command.{name}</CommandName>'
        f'<Title>{localized(title)}</Title><ExtendedTooltip name="Кнопка{name}Подсказка" id="#"/></Button>'
    )


def _attribute(name: str, title: str, kind: str) -> str:
    return f'<Attribute name="{name}" id="#"><Title>{localized(title)}</Title><Type>{kind}</Type></Attribute>'


def _command(name: str, title: str) -> str:
    return (
        f'<Command name="{name}" id="#"><Title>{localized(title)}</Title><Action>{name}</Action>'
        "<CurrentRowUse>DontUse</CurrentRowUse></Command>"
    )


def _numbered(text: str) -> str:
    """Every item gets an id of its own, in the order of the text."""
    head, *rest = text.split('id="#"')
    return head + "".join(f'id="{number}"{part}' for number, part in enumerate(rest, 1))
