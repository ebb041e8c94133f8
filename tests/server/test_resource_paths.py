"""Paths of what projects keep, and whose clients they belong to."""

import pytest

from proxy_core.server.routes import Target, find

GEMINI = {"x-goog-api-key": "x"}


@pytest.mark.parametrize(
    ("path", "name", "action"),
    [
        ("/v1beta/files", "files", ""),
        ("/v1alpha/files/x-1", "files/x-1", ""),
        ("/v1/files/x:download", "files/x", "download"),
        ("/v1beta/files:register", "files", "register"),
        ("/v1/cachedContents/c", "cachedContents/c", ""),
        ("/v1beta/batches/b:cancel", "batches/b", "cancel"),
        ("/v1beta/operations/o", "operations/o", ""),
        ("/v1/models/m/operations/o", "models/m/operations/o", ""),
        ("/v1/fileSearchStores/s/documents/d", "fileSearchStores/s/documents/d", ""),
        (
            "/v1/fileSearchStores/s/upload/operations/o",
            "fileSearchStores/s/upload/operations/o",
            "",
        ),
        ("/v1beta/tunedModels/t:generateContent", "tunedModels/t", "generateContent"),
        ("/v1beta/interactions/v1_a==/cancel", "interactions/v1_a==/cancel", ""),
        ("/v1beta/interactions/v1_a%3D%3D", "interactions/v1_a==", ""),
    ],
)
def test_what_projects_keep(path: str, name: str, action: str) -> None:
    route = find(path, GEMINI, "")
    assert route is not None
    assert (route.target, route.path, route.action) == (Target.RESOURCE, name, action)
    assert route.native


@pytest.mark.parametrize(
    "path", ["/v1beta/files/../x", "/v1beta/files/.", "/v1beta/files/a%0Ab", "/v1beta/files/a b"]
)
def test_an_id_is_of_harmless_letters(path: str) -> None:
    route = find(path, GEMINI, "")
    assert route is None or route.target is not Target.RESOURCE


def test_uploads_and_their_sessions() -> None:
    start = find("/upload/v1/files", {}, "")
    assert start is not None
    assert (start.target, start.version, start.path) == (Target.UPLOAD, "v1", "files")
    into = find("/upload/v1beta/fileSearchStores/s:uploadToFileSearchStore", {}, "")
    assert into is not None
    assert (into.target, into.path) == (Target.UPLOAD, "fileSearchStores/s")
    session = find("/upload/session/abc_-9", {}, "")
    assert session is not None
    assert (session.target, session.path) == (Target.UPLOAD_SESSION, "abc_-9")
    assert session.methods == {"POST", "PUT"}


@pytest.mark.parametrize("path", ["/v1/files", "/v1/files/file-1/content", "/v1/batches", "/files"])
def test_openais_files_are_told_from_geminis_by_headers(path: str) -> None:
    route = find(path, {"Authorization": "Bearer x"}, "")
    assert route is not None
    assert route.target is Target.OPENAI_STORAGE
    assert not route.native


def test_a_key_in_the_query_speaks_gemini() -> None:
    route = find("/v1/files", {}, "key=x")
    assert route is not None
    assert route.target is Target.RESOURCE
