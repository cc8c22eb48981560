"""The files of the dump. Shapes: the hierarchical XML dump of the platform (1C:Retail reference, section 5)."""

from uuid import UUID, uuid5

from forms import form
from objects import (
    CONSTANTS,
    FORMS,
    JOB,
    JOB_METHOD,
    MODULES,
    NAME,
    PREFIX,
    REGISTERS,
    ROLE,
    SYNONYM,
    VERSION,
    Field,
    Module,
    Register,
)
from schedule import schedule
from xml_text import document, localized, properties, rights

NAMESPACE = UUID("5b0f3f0e-6f1d-5a55-9b7a-6d7c1c9a4f02")
UNKNOWN = "00000000-0000-0000-0000-000000000000"
"""The base's own language: Designer fills it in when the objects are copied into an extension of that base."""

CLASSES = (
    "9cd510cd-abfc-11d4-9434-004095e12fc7",
    "9fcd25a0-4822-11d4-9414-008048da11f9",
    "e3687481-0a87-462c-a166-9f34594f9bba",
    "9de14907-ec23-4a07-96f0-85521cb6b53b",
    "51f2d5d8-ea4d-4064-8892-82951750031e",
    "e68182ea-4237-4383-967f-90c1e3370bc7",
    "fb282519-d103-4dd3-bc12-cb271d631dfc",
)
"""The platform's own ids of what every configuration contains."""


def uid(*names: str) -> str:
    """The same at every run: a changed id would be another object to the platform."""
    return str(uuid5(NAMESPACE, "|".join(names)))


def files() -> dict[str, str]:
    """The text of every XML file by its path in the dump."""
    found = {"Configuration.xml": configuration(), "Languages/Русский.xml": language()}
    found |= {f"CommonModules/{row.name}.xml": module(row) for row in MODULES}
    found |= {f"Constants/{row.name}.xml": constant(row) for row in CONSTANTS}
    found |= {f"InformationRegisters/{row.name}.xml": register(row) for row in REGISTERS}
    for name, synonym in FORMS:
        found[f"CommonForms/{name}.xml"] = common_form(name, synonym)
        found[f"CommonForms/{name}/Ext/Form.xml"] = form(name)
    found |= {f"ScheduledJobs/{JOB}.xml": job(), f"ScheduledJobs/{JOB}/Ext/Schedule.xml": schedule()}
    return found | {f"Roles/{ROLE}.xml": role(), f"Roles/{ROLE}/Ext/Rights.xml": role_rights()}


def configuration() -> str:
    inside = "".join(
        f"<xr:ContainedObject><xr:ClassId>{one}</xr:ClassId><xr:ObjectId>{uid('contained', one)}</xr:ObjectId>"
        "</xr:ContainedObject>"
        for one in CLASSES
    )
    children = [("Language", "Русский"), *(("CommonModule", row.name) for row in MODULES), ("Role", ROLE)]
    children += [("ScheduledJob", JOB), *(("CommonForm", name) for name, _ in FORMS)]
    children += [("Constant", row.name) for row in CONSTANTS]
    children += [("InformationRegister", row.name) for row in REGISTERS]
    said = properties(
        ("ObjectBelonging", "Adopted"),
        ("Name", NAME),
        ("Synonym", localized(SYNONYM)),
        ("Comment", ""),
        ("ConfigurationExtensionPurpose", "AddOn"),
        ("KeepMappingToExtendedConfigurationObjectsByIDs", "true"),
        ("NamePrefix", PREFIX),
        ("ConfigurationExtensionCompatibilityMode", "Version8_3_16"),
        ("DefaultRunMode", "ManagedApplication"),
        (
            "UsePurposes",
            '<v8:Value xsi:type="app:ApplicationUsePurpose">PlatformApplication</v8:Value>',
        ),
        ("ScriptVariant", "Russian"),
        ("DefaultRoles", f'<xr:Item xsi:type="xr:MDObjectRef">Role.{ROLE}</xr:Item>'),
        ("Vendor", ""),
        ("Version", VERSION),
        ("DefaultLanguage", "Language.Русский"),
    )
    named = "".join(f"<{kind}>{name}</{kind}>" for kind, name in children)
    body = f"<InternalInfo>{inside}</InternalInfo>{said}<ChildObjects>{named}</ChildObjects>"
    return document("Configuration", uid("configuration"), body)


def language() -> str:
    said = properties(
        ("ObjectBelonging", "Adopted"),
        ("Name", "Русский"),
        ("Comment", ""),
        ("ExtendedConfigurationObject", UNKNOWN),
        ("LanguageCode", "ru"),
    )
    return document("Language", uid("language"), f"<InternalInfo/>{said}")


def module(row: Module) -> str:
    server = not row.client
    said = properties(
        ("Name", row.name),
        ("Synonym", localized(row.synonym)),
        ("Comment", ""),
        ("Global", "false"),
        ("ClientManagedApplication", _flag(row.client)),
        ("Server", _flag(server)),
        ("ExternalConnection", _flag(server and not row.call)),
        ("ClientOrdinaryApplication", "false"),
        ("ServerCall", _flag(row.call)),
        ("Privileged", "false"),
        ("ReturnValuesReuse", "DontUse"),
    )
    return document("CommonModule", uid("module", row.name), said)


def constant(row: Field) -> str:
    kinds = ("ConstantManager", "ConstantValueManager", "ConstantValueKey")
    categories = ("Manager", "ValueManager", "ValueKey")
    said = properties(
        ("Name", row.name),
        ("Synonym", localized(row.synonym)),
        ("Comment", ""),
        ("Type", type_of(row)),
        ("UseStandardCommands", "false"),
        ("PasswordMode", _flag(row.name.endswith("Ключ"))),
        ("DataLockControlMode", "Managed"),
    )
    return document("Constant", uid("constant", row.name), _generated(row.name, kinds, categories) + said)


def register(row: Register) -> str:
    categories = ("Record", "Manager", "Selection", "List", "RecordSet", "RecordKey", "RecordManager")
    kinds = tuple(f"InformationRegister{name}" for name in categories)
    said = properties(
        ("Name", row.name),
        ("Synonym", localized(row.synonym)),
        ("Comment", ""),
        ("UseStandardCommands", "false"),
        ("InformationRegisterPeriodicity", "Nonperiodical"),
        ("WriteMode", "Independent"),
        ("DataLockControlMode", "Managed"),
        ("FullTextSearch", "DontUse"),
    )
    fields = [_field("Dimension", row.name, one) for one in row.dimensions]
    fields += [_field("Resource", row.name, one) for one in row.resources]
    body = _generated(row.name, kinds, categories) + said + f"<ChildObjects>{''.join(fields)}</ChildObjects>"
    return document("InformationRegister", uid("register", row.name), body)


def _field(kind: str, owner: str, row: Field) -> str:
    said = properties(
        ("Name", row.name), ("Synonym", localized(row.synonym)), ("Comment", ""), ("Type", type_of(row))
    )
    return f'<{kind} uuid="{uid(kind, owner, row.name)}">{said}</{kind}>'


def type_of(row: Field) -> str:
    limits = {
        "xs:string": f"<v8:StringQualifiers><v8:Length>{row.length}</v8:Length>"
        "<v8:AllowedLength>Variable</v8:AllowedLength></v8:StringQualifiers>",
        "xs:decimal": "<v8:NumberQualifiers><v8:Digits>15</v8:Digits><v8:FractionDigits>2</v8:FractionDigits>"
        "<v8:AllowedSign>Nonnegative</v8:AllowedSign></v8:NumberQualifiers>",
        "xs:dateTime": "<v8:DateQualifiers><v8:DateFractions>DateTime</v8:DateFractions></v8:DateQualifiers>",
    }
    return f"<v8:Type>{row.type}</v8:Type>{limits.get(row.type, '')}"


def _generated(name: str, kinds: tuple[str, ...], categories: tuple[str, ...]) -> str:
    rows = (
        f'<xr:GeneratedType name="{kind}.{name}" category="{category}">'
        f"<xr:TypeId>{uid('type', kind, name)}</xr:TypeId><xr:ValueId>{uid('value', kind, name)}</xr:ValueId>"
        "</xr:GeneratedType>"
        for kind, category in zip(kinds, categories, strict=True)
    )
    return f"<InternalInfo>{''.join(rows)}</InternalInfo>"


def common_form(name: str, synonym: str) -> str:
    said = properties(
        ("Name", name),
        ("Synonym", localized(synonym)),
        ("Comment", ""),
        ("FormType", "Managed"),
        ("IncludeHelpInContents", "false"),
        ("UsePurposes", '<v8:Value xsi:type="app:ApplicationUsePurpose">PlatformApplication</v8:Value>'),
        ("UseStandardCommands", "true"),
        ("ExtendedPresentation", ""),
        ("Explanation", ""),
    )
    return document("CommonForm", uid("form", name), said)


def job() -> str:
    said = properties(
        ("Name", JOB),
        ("Synonym", localized("Отправка очереди шлюзу лояльности")),
        ("Comment", ""),
        ("MethodName", JOB_METHOD),
        ("Description", "Отправка очереди шлюзу лояльности"),
        ("Key", ""),
        ("Use", "true"),
        ("Predefined", "true"),
        ("RestartCountOnFailure", "3"),
        ("RestartIntervalOnFailure", "60"),
    )
    return document("ScheduledJob", uid("job", JOB), said)


def role() -> str:
    said = properties(("Name", ROLE), ("Synonym", localized("Шлюз лояльности: касса")), ("Comment", ""))
    return document("Role", uid("role", ROLE), said)


def role_rights() -> str:
    """What a cashier needs: the forms, and to read the settings; the registers are written in privileged mode."""
    objects = [(f"CommonForm.{name}", ("View",)) for name, _ in FORMS]
    objects += [(f"Constant.{row.name}", ("Read",)) for row in CONSTANTS]
    return rights(objects)


def _flag(value: bool) -> str:  # noqa: FBT001 - a value to be written down
    return "true" if value else "false"
