"""Paths to routes, and whose dialect a path is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from proxy_core.server.routes import (
    LIVE_PATH,
    ROUTES,
    VERTEX_LIVE_PATH,
    Target,
    find,
    origin_form,
    speaks_anthropic,
    speaks_gemini,
)

GEMINI = CIMultiDict({"x-goog-api-key": "k"})


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/healthz", Target.HEALTH),
        ("/readyz/", Target.READY),
        ("/metrics", Target.METRICS),
        ("/v1/chat/completions", Target.TRANSLATED),
        ("/chat/completions", Target.TRANSLATED),
        ("/v1beta/openai/chat/completions", Target.TRANSLATED),
        ("//v1///chat/completions//", Target.TRANSLATED),
        ("/v1/responses", Target.TRANSLATED),
        ("/responses/", Target.TRANSLATED),
        ("/v1/responses/resp_1", Target.RESPONSE),
        ("/v1beta/openai/responses/resp_1", Target.RESPONSE),
        ("/responses/resp_1/input_items/", Target.RESPONSE_ITEMS),
        ("/v1/completions", Target.TRANSLATED),
        ("/v1/embeddings", Target.TRANSLATED),
        ("/v1beta/openai/embeddings", Target.TRANSLATED),
        ("/v1/images/generations", Target.TRANSLATED),
        ("/images/edits", Target.TRANSLATED),
        ("/v1/audio/speech/", Target.TRANSLATED),
        ("/v1/audio/transcriptions", Target.TRANSLATED),
        ("/v1/audio/translations", Target.TRANSLATED),
        ("/v1/moderations", Target.NO_MODERATIONS),
        ("/v1/models", Target.OPENAI_MODELS),
        ("/v1beta/openai/models", Target.OPENAI_MODELS),
        ("/v1/models/gemini-3.8-flash", Target.OPENAI_MODEL),
        ("/v1/messages", Target.TRANSLATED),
        ("/anthropic/v1/messages", Target.TRANSLATED),
        ("/v1/v1/messages/count_tokens", Target.TRANSLATED),
        ("/anthropic/v1/models", Target.ANTHROPIC_MODELS),
        ("/anthropic/v1/models/gemini-3.8-flash", Target.ANTHROPIC_MODEL),
        ("/v1beta/models", Target.NATIVE_MODELS),
        ("/v1beta/models/gemini-3.8-flash", Target.NATIVE_MODEL),
        ("/v1alpha/models/m:countTokens", Target.NATIVE_CALL),
        ("/v1/models/m:generateContent", Target.NATIVE_CALL),
        ("/v1/models/m%3AgenerateContent", Target.NATIVE_CALL),
        ("/v1beta/auth_tokens", Target.REFUSED_TOKENS),
        (LIVE_PATH, Target.LIVE),
        (f"{LIVE_PATH}Constrained", Target.REFUSED_LIVE),
        (VERTEX_LIVE_PATH, Target.VERTEX_LIVE),
        (f"/v1beta1/{VERTEX_LIVE_PATH}", Target.VERTEX_LIVE),
    ],
)
def test_a_path_leads_to_its_route(path: str, target: Target) -> None:
    route = find(path, {}, "")
    assert route is not None
    assert route.target is target


@pytest.mark.parametrize(
    ("path", "takes_form"),
    [
        ("/v1/images/edits", True),
        ("/v1/audio/transcriptions", True),
        ("/v1/audio/translations", True),
        ("/v1/images/generations", False),
        ("/v1/audio/speech", False),
    ],
)
def test_forms_are_taken_where_files_are_sent(path: str, takes_form: bool) -> None:
    route = find(path, {}, "")
    assert route is not None
    assert route.takes_form is takes_form


@pytest.mark.parametrize("path", ["/v1/v1/models", "/v1/v1beta/models", "/v1/v1/models/m"])
def test_a_base_url_with_a_version_leads_geminis_clients_to_the_same(path: str) -> None:
    assert find(path, GEMINI, "") == find(path.removeprefix("/v1"), GEMINI, "")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/v1/v1/models/m:generateContent", Target.NATIVE_CALL),
        ("/v1/v1beta/models/m:generateContent", Target.NATIVE_CALL),
        ("/v1/v1beta/cachedContents", Target.RESOURCE),
        ("/v1/upload/v1beta/files", Target.UPLOAD),
        ("/v1/v1/models", Target.ANTHROPIC_MODELS),
        ("/v1/v1/models/m", Target.ANTHROPIC_MODEL),
    ],
)
def test_a_version_too_many_changes_nothing_where_the_path_tells(path: str, target: Target) -> None:
    route = find(path, {}, "")
    assert route is not None
    assert route.target is target


def test_a_shared_path_goes_by_the_clients_headers() -> None:
    for headers, query in (
        (GEMINI, ""),
        (CIMultiDict({"X-Goog-Api-Client": "g"}), ""),
        ({}, "key=k"),
    ):
        for path, target in (
            ("/v1/models", Target.NATIVE_MODELS),
            ("/v1/models/m", Target.NATIVE_MODEL),
        ):
            route = find(path, headers, query)
            assert route is not None
            assert route.target is target


def test_anthropics_clients_come_after_geminis_on_a_shared_path() -> None:
    version = CIMultiDict({"anthropic-version": "2026-10-21"})
    for path, target in (
        ("/v1/models", Target.ANTHROPIC_MODELS),
        ("/models", Target.ANTHROPIC_MODELS),
        ("/v1/models/m", Target.ANTHROPIC_MODEL),
        ("/v1beta/openai/models", Target.OPENAI_MODELS),
        ("/v1beta/openai/models/m", Target.OPENAI_MODEL),
        ("/v1beta/models", Target.NATIVE_MODELS),
    ):
        route = find(path, version, "")
        assert route is not None
        assert route.target is target
    both = CIMultiDict({**version, **GEMINI})
    native = find("/v1/models", both, "")
    assert native is not None
    assert native.target is Target.NATIVE_MODELS


@pytest.mark.parametrize(
    ("path", "speaks"),
    [
        ("/v1/messages/batches", True),
        ("/anthropic/v1/files", True),
        ("/anthropics", False),
        ("/v1/threads/t/messages", False),
        ("/v1/files", False),
    ],
)
def test_some_paths_are_anthropics_whatever_the_headers(path: str, speaks: bool) -> None:
    assert speaks_anthropic(path, {}) is speaks
    assert speaks_anthropic(path, {"anthropic-version": "x"})


@pytest.mark.parametrize(
    "path",
    ["/", "", "/page/x/page.js", "/oauth2/callback", "/admin", "/admin/v1/state", "//admin/"],
)
def test_own_paths_lead_to_the_console(path: str) -> None:
    route = find(path, {}, "")
    assert route is not None
    assert route.target is Target.OWN
    assert route.path == ("/" + path.strip("/"))
    assert find(path, GEMINI, "key=x") == route


@pytest.mark.parametrize(
    "path",
    [
        "/admins",
        "/page",
        "/oauth2/callback/x",
        "*",
        "/v1",
        "/v2/chat/completions",
        "/v1/chat",
        "/v1beta/models/a/b:generateContent",
        "/v1beta/models/m:generateContent:x",
        "/v1beta/models/m:" + "a" * 65,
        "/v1beta/models/m:generate-content",
        "/v1beta/models/..%2Fx:generateContent",
        "/v1beta/agents/m",
        "/v1/../v1/chat/completions",
        "localhost:80",
    ],
)
def test_other_paths_lead_nowhere(path: str) -> None:
    assert find(path, {}, "") is None


@given(st.text(), st.text())
def test_no_path_breaks_the_search(path: str, query: str) -> None:
    find("/" + path, GEMINI, query)
    find("/v1beta/models/" + path, {}, query)


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in ROUTES])
def test_every_route_of_the_documentation_is_there(method: str, path: str) -> None:
    made = path.replace("{id}", "m").replace("{model}", "m").replace("{action}", "countTokens")
    route = find(made, {}, "")
    assert route is not None
    assert method in route.methods


@pytest.mark.parametrize(
    ("target", "path", "host"),
    [
        ("/v1/models?x=1", "/v1/models?x=1", "here"),
        ("http://there:80/v1/models?x=/", "/v1/models?x=/", "there:80"),
        ("http://there", "", "there"),
        ("*", "*", "here"),
    ],
)
def test_the_authority_of_a_whole_url_is_the_host(target: str, path: str, host: str) -> None:
    assert origin_form(target, "here") == (path, host)


def test_a_gemini_client_is_told_by_path_header_or_query() -> None:
    assert speaks_gemini("/v1beta/files", {}, "")
    assert not speaks_gemini("/v1beta/openai/models", {}, "")
    assert speaks_gemini("/v1/models", GEMINI, "")
    assert speaks_gemini("/v1/models", {}, "alt=sse&key=k")
    assert not speaks_gemini("/v1/models", {}, "monkey=k")
