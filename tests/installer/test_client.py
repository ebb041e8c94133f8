"""A distributor's own OAuth client."""

import json
from pathlib import Path

import pytest

from proxy_core.credentials.oauth_client import built_in_client
from resources.installer.client import PLACE, main, put

FIELDS = {"client_id": "made-up.apps.example.com", "client_secret": "made-up-secret"}


def a_file(place: Path, **content: object) -> Path:
    place.write_text(json.dumps(content), "utf-8")
    return place


def test_a_desktop_client_is_taken_and_found_by_the_program(tmp_path: Path) -> None:
    file = a_file(tmp_path / "client_secret.json", installed=FIELDS)
    assert main(file) == 0
    program = tmp_path / "pollux"
    put(file, program)
    assert (program / PLACE).is_file()
    client = built_in_client(program / "_internal")
    assert client is not None
    assert (client.client_id, client.source) == (FIELDS["client_id"], "built_in")


@pytest.mark.parametrize("content", [{"web": FIELDS}, {"type": "service_account"}, {}])
def test_anything_else_is_refused_and_its_secret_not_shown(
    tmp_path: Path, content: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(a_file(tmp_path / "file.json", **content)) == 1
    told = capsys.readouterr().out
    assert told.startswith("--oauth-client: ")
    assert "made-up-secret" not in told


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert main(tmp_path / "gone.json") == 1
