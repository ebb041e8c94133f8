"""What owners hand in: every shape of file, alone and together, through a real engine."""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from proxy_core.commands import ImportFile, ImportReport, RefusalCode
from proxy_core.credentials import oauth_client
from proxy_core.engine.importing import MAX_FILE_BYTES
from proxy_core.simulator import World
from tests.fakes.home import Home, at_home, file

ADA = "ada@example.com"
TOKEN_URI = "https://oauth2.googleapis.com/token"
CLIENT_FIELDS = {
    "client_id": "made-up-client",
    "client_secret": "made-up-client-secret",
    "auth_uri": "https://accounts.google.com/o/oauth2/auth",
    "token_uri": TOKEN_URI,
    "redirect_uris": ["http://localhost"],
}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    world = World()
    world.add_account(ADA, "p1", "p2")
    async with at_home(tmp_path, world) as opened:
        yield opened


def outcomes(report: ImportReport) -> list[tuple[str, str]]:
    return [(item.source, item.outcome) for item in report.items]


def adc(stored: dict[str, Any]) -> dict[str, Any]:
    """gcloud's application-default file, made with the owner's own client."""
    names = ("type", "client_id", "client_secret", "refresh_token")
    return {
        **{name: stored[name] for name in names},
        "quota_project_id": "p1",
        "account": "",
        "universe_domain": "googleapis.com",
    }


def legacy(stored: dict[str, Any]) -> dict[str, Any]:
    names = ("client_id", "client_secret", "refresh_token", "scopes", "token_uri", "project_id")
    return {
        **{name: stored[name] for name in names},
        "token": "ya29.simulated-old",
        "expiry": "2020-01-01T00:00:00.000000",
    }


def google_auth(stored: dict[str, Any]) -> dict[str, Any]:
    names = ("client_id", "client_secret", "refresh_token", "scopes", "token_uri", "account")
    return {
        **{name: stored[name] for name in names},
        "token": "ya29.simulated-old",
        "universe_domain": "googleapis.com",
        "expiry": "2020-01-01T00:00:00Z",
    }


def as_it_is(stored: dict[str, Any]) -> dict[str, Any]:
    return stored


def in_a_wrapper(stored: dict[str, Any]) -> dict[str, Any]:
    return {"installed": {**stored, "access_token": "ya29.simulated-old"}}


def with_scopes_in_one_string(stored: dict[str, Any]) -> dict[str, Any]:
    return {**stored, "scopes": " ".join(stored["scopes"])}


@pytest.mark.parametrize(
    "shape",
    [as_it_is, adc, legacy, in_a_wrapper, with_scopes_in_one_string],
    ids=lambda f: f.__name__,
)
async def test_an_account_of_every_shape_is_taken_in(home: Home, shape: Any) -> None:
    report = await home.take_in(shape(home.world.sign_in(ADA, "p1")), "creds.json")
    assert outcomes(report) == [("creds.json", "added")]
    assert report.items[0].reason == ""
    (view,) = home.views
    assert (view.kind, view.project, view.state) == ("account", "p1", "ready")


async def test_a_file_without_a_project_takes_the_hint_of_its_name(home: Home) -> None:
    stored = google_auth(home.world.sign_in(ADA, "p1"))
    await home.take_in(stored, f"oauth_creds_{ADA}_p1.json")
    (view,) = home.views
    assert (view.project, view.label) == ("p1", f"{ADA} · p1")


async def test_a_service_account_is_taken_in(tmp_path: Path) -> None:
    world = World()
    stored = world.add_service_account("robot@p1.iam.gserviceaccount.com", "p1")
    async with at_home(tmp_path, world) as home:
        report = await home.take_in(stored, "robot.json")
        assert [(item.outcome, item.reason) for item in report.items] == [("added", "")]
        (view,) = home.views
    assert (view.kind, view.state) == ("service_account", "ready")


async def test_an_api_key_file_keeps_label_and_project(home: Home) -> None:
    key = {"type": "api_key", "key": home.world.add_key("p1"), "label": "mine", "project_id": "p1"}
    report = await home.take_in(key, "key.json")
    (view,) = home.views
    assert (view.label, view.project, report.items[0].label) == ("mine", "p1", "mine")
    assert not any(b"mine" in content for content in home.files().values())


async def test_an_array_is_reported_entry_by_entry_in_its_order(home: Home) -> None:
    stored = home.world.sign_in(ADA, "p1")
    entries = [
        {"type": "odd"},
        stored,
        {"type": "api_key", "key": home.world.add_key("p2")},
        7,
        {**stored, "project_id": "p2"},
    ]
    report = await home.take_in(entries, "list.json")
    assert outcomes(report) == [
        ("list.json entry 1", "refused"),
        ("list.json entry 2", "added"),
        ("list.json entry 3", "added"),
        ("list.json entry 4", "refused"),
        ("list.json entry 5", "added"),
    ]
    assert len(home.views) == 3


async def test_a_list_of_keys_and_a_dotenv_are_read_line_by_line(home: Home) -> None:
    keys = [home.world.add_key("p1") for _ in range(3)]
    text = f'\ufeffPORT=7860\nexport GEMINI_API_KEY="{keys[0]}"\n# no\n{keys[1]}\nb={keys[2]}\n'
    report = await home.take_in(text, "keys.env")
    assert outcomes(report) == [
        ("keys.env line 1", "refused"),
        ("keys.env line 2", "added"),
        ("keys.env line 4", "added"),
        ("keys.env line 5", "added"),
    ]
    assert {view.label for view in home.views} >= {"GEMINI_API_KEY", "b"}


async def test_several_files_are_reported_in_the_order_they_came_in(home: Home) -> None:
    stored = home.world.sign_in(ADA, "p1")
    report = await home.commands.import_files(
        [
            file({"type": "gdch_service_account"}, "b.json"),
            file({"installed": CLIENT_FIELDS}, "client_secret_x.json"),
            file(stored, "a.json"),
            file(stored, "copy.json"),
            file("", "empty.json"),
            file(home.world.add_key("p2"), "keys.txt"),
        ]
    )
    assert outcomes(report) == [
        ("b.json", "refused"),
        ("client_secret_x.json", "added"),
        ("a.json", "added"),
        ("empty.json", "refused"),
        ("keys.txt line 1", "added"),
    ]
    assert "no credential" in report.items[3].reason


REFUSED = {
    "external_account": ({"type": "external_account"}, "not supported"),
    "impersonated": ({"type": "impersonated_service_account"}, "not supported"),
    "foreign token_uri": (
        {
            "client_id": "c",
            "client_secret": "s",
            "refresh_token": "1//made-up",
            "token_uri": "https://evil.example/token",
        },
        "token_uri",
    ),
    "other universe": (
        {
            "client_id": "c",
            "client_secret": "s",
            "refresh_token": "1//made-up",
            "universe_domain": "other.example",
        },
        "universe_domain",
    ),
    "without a refresh token": ({"client_id": "c", "client_secret": "s"}, "refresh token"),
    "cut JSON": ('{"type": "authorized_user", "refr', "valid JSON"),
    "foreign client": (
        {"installed": {**CLIENT_FIELDS, "token_uri": "https://evil.example/token"}},
        "token_uri",
    ),
    "not UTF-8": (b"\xff\xfe{\x00}\x00", "UTF-8"),
    "an API key that is a token": ("1//made-up-refresh-token", "refresh token"),
    "empty": ("", "no credential"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_used_is_refused_with_the_reason(home: Home, name: str) -> None:
    content, says = REFUSED[name]
    report = await home.take_in(content, "x.json")
    assert [item.outcome for item in report.items] == ["refused"]
    assert says in report.items[0].reason
    assert "made-up-refresh" not in report.items[0].reason
    assert (home.views, home.files()) == ((), {})


async def test_what_belongs_to_another_program_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(b"a-pretend-foreign-client").hexdigest()
    monkeypatch.setitem(oauth_client._OTHER_PROGRAMS, digest, "Some CLI")
    theirs = {"client_id": "a-pretend-foreign-client"}
    stored = {**home.world.sign_in(ADA, "p1"), **theirs}
    files = [file(stored), file({"installed": {**CLIENT_FIELDS, **theirs}}, "client_secret.json")]
    report = await home.commands.import_files(files)
    assert [item.outcome for item in report.items] == ["refused", "refused"]
    assert all("Some CLI" in item.reason for item in report.items)
    assert (home.views, home.files()) == ((), {})
    assert (await home.commands.oauth_client()).kind == "none"


async def test_a_huge_file_is_not_even_read(home: Home) -> None:
    report = await home.commands.import_files(
        [ImportFile("huge.json", b" " * (MAX_FILE_BYTES + 1)), file(home.world.add_key("p1"))]
    )
    assert [item.outcome for item in report.items] == ["refused", "added"]
    assert "10 MB" in report.items[0].reason


async def test_a_client_file_becomes_the_oauth_client(home: Home) -> None:
    report = await home.take_in({"installed": CLIENT_FIELDS}, "client_secret_1.json")
    assert [(item.outcome, item.label) for item in report.items] == [("added", "OAuth client")]
    client = await home.commands.oauth_client()
    assert (client.kind, client.source) == ("installed", "imported")
    assert home.views == ()


async def test_a_client_is_taken_in_beside_the_environments_list(tmp_path: Path) -> None:
    async with at_home(tmp_path, credentials=[]) as home:
        report = await home.take_in({"web": CLIENT_FIELDS}, "client_secret_1.json")
        assert [item.outcome for item in report.items] == ["added"]
        assert (await home.commands.oauth_client()).kind == "web"
        with home.refuses(RefusalCode.READ_ONLY):
            await home.commands.import_files(
                [file({"installed": CLIENT_FIELDS}), file(home.world.add_key("p1"), "k.txt")]
            )
        assert (await home.commands.oauth_client()).kind == "web"


async def test_importing_the_same_again_changes_nothing(home: Home) -> None:
    content = json.dumps([home.world.sign_in(ADA, "p1"), home.world.add_key("p2")])
    await home.take_in(content)
    before = home.files(), home.views
    report = await home.take_in(content)
    assert {item.outcome for item in report.items} == {"known"}
    assert (home.files(), home.views) == before
