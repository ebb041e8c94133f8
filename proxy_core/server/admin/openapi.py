"""The admin API as an OpenAPI 3.1 document, made of the same table that serves it."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import TypeAdapter

from proxy_core.server.admin import bodies
from proxy_core.server.admin.answers import ErrorView
from proxy_core.server.admin.endpoints import EVENTS, Endpoint

_REF = "#/components/schemas/{model}"
_JSON = "application/json"
_Mode = Literal["validation", "serialization"]


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """The whole document as JSON values. Takes a tenth of a second."""
    schemas, components = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, schemas)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pollux admin API",
            "version": version,
            "description": "What the page and the terminal use. No answer holds a secret.",
        },
        "security": [{"bearer": []}, {"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "pollux_session_7860"},
            },
            "schemas": components,
        },
    }


def _schemas(endpoints: Sequence[Endpoint]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """A schema for each kind of body and answer, and the named ones that they refer to."""
    asked: dict[Any, _Mode] = {
        one.body: "validation" for one in endpoints if one.body not in (bodies.Nothing, bytes)
    }
    answered: dict[Any, _Mode] = {
        one.answer: "serialization" for one in endpoints if one.answer is not None
    }
    kinds = {**asked, **answered, ErrorView: "serialization"}
    made, rest = TypeAdapter.json_schemas(
        [(repr(kind), mode, bodies.adapter(kind)) for kind, mode in kinds.items()],
        ref_template=_REF,
    )
    return {kind: made[repr(kind), mode] for kind, mode in kinds.items()}, rest["$defs"]


def _operation(endpoint: Endpoint, schemas: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.meaning,
        "operationId": _name(endpoint),
        "parameters": _parameters(endpoint),
        "responses": {
            **_good(endpoint, schemas),
            "default": {
                "description": "It was not done; why, and what to do.",
                "content": {_JSON: {"schema": schemas[ErrorView]}},
            },
        },
    }
    if endpoint.body is not bodies.Nothing:
        schema = {"type": "object"} if endpoint.body is bytes else schemas[endpoint.body]
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}}}
    if endpoint.is_open:
        operation["security"] = []
    return operation


def _good(endpoint: Endpoint, schemas: dict[Any, Any]) -> dict[str, Any]:
    if endpoint.handler is not None and endpoint.answer is None:
        return {"204": {"description": "Done."}}
    content: dict[str, Any] = {_JSON: {"schema": schemas.get(endpoint.answer, {"type": "object"})}}
    if endpoint is EVENTS:
        words = "Events named `state`, each with the data of `/admin/v1/state`."
        content = {"text/event-stream": {"schema": {"type": "string", "description": words}}}
    return {"200": {"description": endpoint.meaning, "content": content}}


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{id}" in endpoint.path:
        found.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    schema = bodies.adapter(endpoint.query).json_schema()
    return found + [
        {"name": name, "in": "query", "required": False, "schema": field}
        for name, field in schema["properties"].items()
    ]


def _name(endpoint: Endpoint) -> str:
    words = endpoint.path.removeprefix("/admin/").removeprefix("v1/").replace(".json", "")
    parts = [word.strip("{}") for word in words.replace("/", "-").split("-")]
    return endpoint.method.lower() + "".join(part.capitalize() for part in parts)
