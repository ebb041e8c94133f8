"""The table of endpoints: what a path leads to."""

import pytest

from proxy_core.server.admin.endpoints import ENDPOINTS, Endpoint, find
from proxy_core.server.routes import ROUTES, Target
from proxy_core.server.routes import find as find_route


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
def test_each_path_leads_to_its_endpoint_and_names_its_id(endpoint: Endpoint) -> None:
    methods, named = find(endpoint.path.replace("{id}", "some id"))
    assert methods[endpoint.method] is endpoint
    assert named == ("some id" if "{id}" in endpoint.path else "")


def test_a_fixed_word_is_no_id() -> None:
    methods, named = find("/admin/v1/accounts/keys")
    assert (list(methods), named) == (["POST"], "")


@pytest.mark.parametrize("path", ["/admin", "/admin/v1/", "/admin/v1/accounts/a/b", "/v1/models"])
def test_other_paths_lead_nowhere(path: str) -> None:
    assert find(path) == ({}, "")


def test_the_listed_routes_are_all_routed_to_the_console() -> None:
    own = [(method, path) for method, path, _ in ROUTES if path == "/" or path[1] in "ao"]
    assert len(own) == len(ENDPOINTS) + 2
    for _, path in own:
        route = find_route(path, {}, "")
        assert route is not None
        assert (route.target, route.path) == (Target.OWN, path)
