"""What the extension consists of: own objects only, so that it ties itself to no release of 1C:Retail."""

from typing import NamedTuple

NAME, PREFIX, VERSION = "ШлюзЛояльности", "шл_", "0.1.0"
SYNONYM = "Шлюз лояльности"


class Module(NamedTuple):
    """A common module. `call`: its exports may be called from the client; `client`: it runs there."""

    name: str
    synonym: str
    call: bool = False
    client: bool = False


class Field(NamedTuple):
    """A dimension or a resource. `length` 0: a text of any length; None: not a text."""

    name: str
    synonym: str
    type: str = "xs:string"
    length: int | None = 100


class Constant(NamedTuple):
    field: Field


class Register(NamedTuple):
    name: str
    synonym: str
    dimensions: tuple[Field, ...]
    resources: tuple[Field, ...]


MODULES = (
    Module("шл_Шлюз", "Обмен со шлюзом"),
    Module("шл_ШлюзВызовСервера", "Вызовы шлюза с кассы", call=True),
    Module("шл_Касса", "Действия кассы с открытым чеком", call=True),
    Module("шл_КассаКлиент", "Кассовое место", client=True),
    Module("шл_Чек", "Чек как запрос шлюза"),
    Module("шл_ОткрытыйЧек", "Память об открытом чеке"),
    Module("шл_Проведение", "Проведение чеков и возвратов"),
    Module("шл_Очередь", "Очередь пробитых чеков"),
)

CONSTANTS = (
    Field("шл_Адрес", "Адрес шлюза в сети магазина"),
    Field("шл_Порт", "Порт шлюза для касс", "xs:decimal", None),
    Field("шл_Ключ", "Ключ этой кассы", length=200),
    Field("шл_Касса", "Имя этой кассы у шлюза"),
    Field("шл_Таймаут", "Таймаут вызова, секунды", "xs:decimal", None),
    Field("шл_Защищенное", "Соединение TLS", "xs:boolean", None),
    Field("шл_ФайлСертификата", "Файл сертификата центра, пусто - хранилище системы", length=300),
)

REGISTERS = (
    Register(
        "шл_ОчередьОтправки",
        "Очередь отправки шлюзу",
        (Field("Документ", "Документ", length=36), Field("Операция", "Операция", length=20)),
        (Field("Тело", "Тело запроса", length=0), Field("Добавлен", "Добавлен", "xs:dateTime", None)),
    ),
    Register(
        "шл_ОткрытыеЧеки",
        "Открытые чеки касс",
        (Field("Касса", "Касса"),),
        (
            Field("Идентификатор", "Идентификатор", length=36),
            Field("Покупатель", "Покупатель", length=200),
            Field("Баллы", "Удержано баллов", "xs:decimal", None),
        ),
    ),
    Register(
        "шл_ЗакрытыеЧеки",
        "Закрытые чеки: под чем их знает шлюз",
        (Field("Документ", "Документ", length=36),),
        (
            Field("Идентификатор", "Идентификатор", length=36),
            Field("Покупатель", "Покупатель", length=200),
            Field("Баллы", "Списано баллов", "xs:decimal", None),
        ),
    ),
)

JOB, JOB_METHOD, JOB_SECONDS = "шл_ОтправкаОчереди", "CommonModule.шл_Очередь.ОтправитьПоРасписанию", 60
ROLE = "шл_Кассир"
FORMS = (("шл_Покупатель", "Покупатель"), ("шл_Настройки", "Настройки шлюза лояльности"))
