"""The OpenAPI document: the same routes as the table, and references that lead somewhere."""

import json
import re
from typing import Any

from proxy_core.server.admin.endpoints import ENDPOINTS, EVENTS, OPENAPI
from proxy_core.server.admin.openapi import document
from tests.fakes.console import Stand

DOCUMENT: Any = document(ENDPOINTS, "0.0.0")


def operations() -> dict[tuple[str, str], Any]:
    return {
        (method.upper(), path): operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_of_the_table_is_in_it_and_no_other() -> None:
    assert set(operations()) == {(one.method, one.path) for one in ENDPOINTS}
    assert len(operations()) == len(ENDPOINTS)


def test_every_reference_leads_to_a_schema() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert named
    assert named <= schemas.keys()
    assert {"Snapshot", "CredentialView", "SignInView", "ErrorView", "KeysBody"} <= named


def test_every_operation_tells_its_id_its_answers_and_its_path() -> None:
    ids = [operation["operationId"] for operation in operations().values()]
    assert len(set(ids)) == len(ids)
    for (_, path), operation in operations().items():
        assert operation["summary"]
        assert operation["responses"].keys() & {"200", "204"}
        assert "default" in operation["responses"]
        in_path = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
        assert in_path == re.findall(r"\{(\w+)\}", path)


def test_what_has_an_answer_has_its_schema() -> None:
    for endpoint in ENDPOINTS:
        operation = operations()[endpoint.method, endpoint.path]
        if endpoint in (EVENTS, OPENAPI) or endpoint.answer is None:
            continue
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": f"#/components/schemas/{endpoint.answer.__name__}"}


def test_bodies_and_queries_are_described() -> None:
    patch = operations()["PATCH", "/admin/v1/accounts/{id}"]
    schema = patch["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/AccountChange"}
    assert not DOCUMENT["components"]["schemas"]["AccountChange"]["additionalProperties"]
    usage = operations()["GET", "/admin/v1/usage"]
    assert [one["name"] for one in usage["parameters"]] == ["period", "since", "until"]
    assert "requestBody" not in operations()["POST", "/admin/v1/accounts/check"]


async def test_it_is_served_to_those_who_may_use_it(stand: Stand) -> None:
    answer = await stand.send("/admin/openapi.json")
    assert answer.json["openapi"] == "3.1.0"
    assert answer.json["paths"].keys() == DOCUMENT["paths"].keys()
    assert (await stand.send("/admin/openapi.json", auth=b"")).status == 401
