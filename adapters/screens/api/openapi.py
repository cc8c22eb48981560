"""The API described for machines: OpenAPI 3.1, its schemas made of the shapes in `wire.py`. Pure."""

from typing import Any

import msgspec

from adapters.screens.api import wire
from gateway import __version__

SHAPES = (wire.Popups, wire.Answer, wire.Stored, wire.Refusal)
REFERENCE = "#/components/schemas/{name}"
ABOUT = (
    "Popups for the cashier after a sale. A screen asks for what waits at its register (long poll), shows it, and "
    "sends what the cashier did. Ask again at once after each answer; a screen that asks only when a popup may come "
    "asks on while `expected` is true."
)


def document() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(SHAPES, ref_template=REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {"title": "POS gateway: popups", "version": __version__, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"token_in_address": []}],
        "paths": {
            "/api/v1/registers/{register}/popups": {"parameters": [_REGISTER], "get": _popups()},
            "/api/v1/registers/{register}/popups/{id}/answer": {"parameters": [_REGISTER, _ID], "post": _answer()},
        },
        "components": {"schemas": schemas, "securitySchemes": _SCHEMES},
    }


def _popups() -> dict[str, Any]:
    return {
        "operationId": "popups",
        "summary": "What waits at a register",
        "parameters": [_WAIT, _KNOWN],
        "responses": {
            "200": _content(wire.Popups, "What a screen of the register shows now"),
            "400": _content(wire.Refusal, "`wait` is not a number of seconds"),
            **_refusals(),
        },
    }


def _answer() -> dict[str, Any]:
    return {
        "operationId": "answer",
        "summary": "What the cashier did with a popup",
        "requestBody": {"required": True, **_body(wire.Answer)},
        "responses": {
            "200": _content(wire.Stored, "It is on disk; sent again, it is stored once"),
            "400": _content(wire.Refusal, "The body is not an answer"),
            "409": _content(wire.Stored, "Too late, answered otherwise, or no such popup at this register"),
            **_refusals(),
        },
    }


def _refusals() -> dict[str, Any]:
    return {
        "401": _content(wire.Refusal, "No such register, or not its token"),
        "503": _content(wire.Refusal, "The gateway's store is away: try again"),
    }


def _content(shape: type, description: str) -> dict[str, Any]:
    return {"description": description, **_body(shape)}


def _body(shape: type) -> dict[str, Any]:
    return {"content": {wire.JSON: {"schema": {"$ref": REFERENCE.format(name=shape.__name__)}}}}


_REGISTER = {
    "name": "register",
    "in": "path",
    "required": True,
    "description": "The register's id of the gateway's config, as in the address of its cashier page.",
    "schema": {"type": "string"},
}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "`id` of the popup.",
    "schema": {"type": "string"},
}
_WAIT = {
    "name": "wait",
    "in": "query",
    "description": "Seconds to wait until something is there or changes.",
    "schema": {"type": "number", "minimum": 0, "maximum": wire.LONGEST_WAIT, "default": 0},
}
_KNOWN = {
    "name": "known",
    "in": "query",
    "description": "`version` of the last answer: only something else is worth an answer before the time is over.",
    "schema": {"type": "string"},
}
_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "What stands in `registers[].screen_token_file`. Without that setting: this computer only.",
    },
    "token_in_address": {"type": "apiKey", "in": "query", "name": "token"},
}
