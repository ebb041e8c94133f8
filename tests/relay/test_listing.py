"""How each service lists its models."""

from proxy_core.credentials.model import Service
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.gemini.wire import JsonObject
from proxy_core.relay.listing import models_in, page_of


def listed(document: JsonObject, service: Service) -> dict[str, JsonObject]:
    return dict(models_in(document, service, SHIPPED_FAMILIES))


def published(*names: str) -> JsonObject:
    return {"publisherModels": [{"name": f"publishers/google/models/{name}"} for name in names]}


def test_each_service_is_asked_in_its_own_place() -> None:
    gemini = "https://generativelanguage.googleapis.com"
    assert page_of(Service.GEMINI, "") == (gemini, "/v1beta/models?pageSize=1000")
    assert page_of(Service.VERTEX, "a/b") == (
        "https://aiplatform.googleapis.com",
        "/v1beta1/publishers/google/models?pageSize=200&pageToken=a%2Fb",
    )


def test_models_of_the_gemini_api_are_as_it_tells_them() -> None:
    resource = {"name": "models/anything", "thinking": True}
    assert listed({"models": [resource, "x", {}]}, Service.GEMINI) == {"anything": resource}


def test_of_what_vertex_lists_only_known_families_count() -> None:
    names = ("gemini-3.8-flash", "gemini-3.8-flash-001", "text-embedding-005")
    others = ("chirp-2", "imagetext", "gemma-4-31b-it")
    assert tuple(listed(published(*names, *others), Service.VERTEX)) == names


def test_a_model_of_vertex_can_do_what_its_family_can() -> None:
    models = listed(published("gemini-3.8-flash", "gemini-embedding-001"), Service.VERTEX)
    assert models["gemini-3.8-flash"] == {
        "name": "models/gemini-3.8-flash",
        "displayName": "Gemini 3.8 Flash",
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "thinking": True,
        "outputTokenLimit": 65_536,
    }
    assert models["gemini-embedding-001"]["supportedGenerationMethods"] == ["embedContent"]


def test_a_page_of_another_form_lists_nothing() -> None:
    for service in Service:
        assert listed({"models": 3, "publisherModels": None}, service) == {}
