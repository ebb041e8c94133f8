"""A distributor's own OAuth client."""

import json
import sys
from pathlib import Path

import pytest

from proxy_core.credentials.oauth_client import built_in_client
from resources.installer.build import Build, BuildFailed, this_system
from resources.installer.client import PLACE, check, main, put
from resources.installer.environment import Interpreter

FIELDS = {"client_id": "made-up.apps.example.com", "client_secret": "made-up-secret"}


def a_file(place: Path, **content: object) -> Path:
    place.write_text(json.dumps(content), "utf-8")
    return place


def test_a_desktop_client_is_taken_and_found_by_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path / "client_secret.json", installed=FIELDS)
    main(file)
    assert capsys.readouterr().out == ""
    files = tmp_path / "pollux" / "_internal"
    put(file, files)
    assert (files / PLACE).is_file()
    client = built_in_client(files)
    assert client is not None
    assert (client.client_id, client.source) == (FIELDS["client_id"], "built_in")


@pytest.mark.parametrize("content", [{"web": FIELDS}, {"type": "service_account"}, {}])
def test_anything_else_is_refused_and_its_secret_not_shown(
    tmp_path: Path, content: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    main(a_file(tmp_path / "file.json", **content))
    told = capsys.readouterr().out
    assert told.startswith("This ")
    assert "made-up-secret" not in told


def test_the_build_fails_with_nothing_but_the_reason(tmp_path: Path) -> None:
    file = a_file(tmp_path / "client_secret.json", web=FIELDS)
    build = Build("1.2.3", 7, tmp_path, tmp_path, oauth_client=file)
    with pytest.raises(BuildFailed) as failed:
        check(build, Interpreter((sys.executable,), tmp_path, this_system()))
    assert str(failed.value).startswith("--oauth-client: This client is for web servers")
    assert "made-up-secret" not in str(failed.value)
