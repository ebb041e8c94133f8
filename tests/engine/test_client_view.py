"""The owner's OAuth client in words."""

import pytest
from pydantic import SecretStr

from proxy_core.credentials.oauth_client import ClientKind, ClientSource, OAuthClient
from proxy_core.engine.client_view import client_view

DOMAIN = "https://pollux.example"


def client(kind: ClientKind, source: ClientSource = "imported") -> OAuthClient:
    return OAuthClient("made-up-client", SecretStr("made-up-secret"), kind, source)


def test_without_one_the_four_steps_and_the_key_instead_are_told() -> None:
    view = client_view(None, DOMAIN)
    assert (view.kind, view.source, view.ways) == ("none", "", ())
    for part in ("1. ", "2. ", "3. ", "4. ", "Desktop app", "client_secret_", "API key instead"):
        assert part in view.next_step


def test_a_desktop_client_signs_in_everywhere() -> None:
    view = client_view(client("installed"), DOMAIN)
    assert (view.kind, view.ways, view.next_step) == ("installed", ("loopback", "page"), "")


def test_a_web_client_needs_its_redirect_address_at_google() -> None:
    view = client_view(client("web"), DOMAIN)
    assert (view.kind, view.ways) == ("web", ("page",))
    assert f"{DOMAIN}/oauth2/callback" in view.next_step


def test_two_settings_do_not_tell_its_kind() -> None:
    view = client_view(client("unknown", "settings"), DOMAIN)
    assert (view.kind, view.source) == ("unknown", "settings")
    assert "CLIENT_ID" in view.sentence
    assert "Desktop app" in view.next_step


@pytest.mark.parametrize("kind", ["installed", "web", "unknown"])
@pytest.mark.parametrize("source", ["settings", "imported", "built_in"])
def test_no_view_holds_the_secret(kind: ClientKind, source: ClientSource) -> None:
    view = client_view(client(kind, source), DOMAIN)
    assert view.source == source
    assert "made-up" not in str(view.as_json())
