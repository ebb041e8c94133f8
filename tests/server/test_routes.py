"""Paths to routes, and whose dialect a path is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from proxy_core.server.routes import ROUTES, Target, find, origin_form, speaks_gemini

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
        ("/v1/models", Target.OPENAI_MODELS),
        ("/v1beta/openai/models", Target.OPENAI_MODELS),
        ("/v1/models/gemini-3.8-flash", Target.OPENAI_MODEL),
        ("/v1beta/models", Target.NATIVE_MODELS),
        ("/v1beta/models/gemini-3.8-flash", Target.NATIVE_MODEL),
        ("/v1alpha/models/m:countTokens", Target.NATIVE_CALL),
        ("/v1/models/m:generateContent", Target.NATIVE_CALL),
        ("/v1/models/m%3AgenerateContent", Target.NATIVE_CALL),
        ("/v1beta/auth_tokens", Target.REFUSED_TOKENS),
    ],
)
def test_a_path_leads_to_its_route(path: str, target: Target) -> None:
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
        "/v1beta/tunedModels/m:generateContent",
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
