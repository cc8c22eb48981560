"""XML as the platform dumps it: its name spaces, indented with tabs, texts in Russian."""

from collections.abc import Iterable
from xml.dom import minidom

MD = "http://v8.1c.ru/8.3/MDClasses"
SPACES = {
    "app": "http://v8.1c.ru/8.2/managed-application/core",
    "cfg": "http://v8.1c.ru/8.1/data/enterprise/current-config",
    "v8": "http://v8.1c.ru/8.1/data/core",
    "v8ui": "http://v8.1c.ru/8.1/data/ui",
    "xr": "http://v8.1c.ru/8.3/xcf/readable",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
FORMAT = "2.9"
"""The dump's format of platform 8.3.16, the extension's compatibility mode; later platforms read it."""


def spaces() -> str:
    return " ".join(f'xmlns:{name}="{address}"' for name, address in SPACES.items())


def document(kind: str, uuid: str, body: str) -> str:
    """One metadata object."""
    head = f'<MetaDataObject xmlns="{MD}" {spaces()} version="{FORMAT}">'
    return pretty(f'{head}<{kind} uuid="{uuid}">{body}</{kind}></MetaDataObject>')


def properties(*rows: tuple[str, str]) -> str:
    return f"<Properties>{''.join(f'<{name}>{value}</{name}>' for name, value in rows)}</Properties>"


def localized(text: str) -> str:
    return f"<v8:item><v8:lang>ru</v8:lang><v8:content>{text}</v8:content></v8:item>"


def rights(objects: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    rows = (
        f"<object><name>{name}</name>"
        + "".join(f"<right><name>{right}</name><value>true</value></right>" for right in allowed)
        + "</object>"
        for name, allowed in objects
    )
    return pretty(
        f'<Rights xmlns="http://v8.1c.ru/8.2/roles" {spaces()} xsi:type="Rights" version="{FORMAT}">'
        "<setForNewObjects>false</setForNewObjects><setForAttributesByDefault>true</setForAttributesByDefault>"
        f"<independentRightsOfChildObjects>false</independentRightsOfChildObjects>{''.join(rows)}</Rights>"
    )


def pretty(text: str) -> str:
    """Indented with tabs, as the platform writes it. Raises for what is not well formed."""
    shown: str = minidom.parseString(text.encode()).toprettyxml(indent="\t", encoding="UTF-8").decode()  # noqa: S318 - our own text
    return shown
