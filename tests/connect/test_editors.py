"""Where editors keep their settings, and what a YAML parser makes of ours."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from proxy_core import connect
from proxy_core.connect.model import Folders
from tests.connect.conftest import ADDRESS


@pytest.mark.parametrize(
    ("platform", "environ", "path"),
    [
        ("linux", {}, ".config/zed/settings.json"),
        ("linux", {"XDG_CONFIG_HOME": "{home}/x"}, "x/zed/settings.json"),
        ("darwin", {"XDG_CONFIG_HOME": "{home}/x"}, ".config/zed/settings.json"),
        ("win32", {"APPDATA": "{home}/r"}, "r/Zed/settings.json"),
        ("win32", {}, "AppData/Roaming/Zed/settings.json"),
    ],
)
def test_zed_reads_its_settings_here(
    platform: str, environ: dict[str, str], path: str, folders: Folders
) -> None:
    named = {name: value.format(home=folders.home) for name, value in environ.items()}
    there = replace(folders, platform=platform, environ=named)
    assert Path(connect.apply("zed", there, ADDRESS).path) == folders.home / path
    assert (folders.home / path).is_file()


def test_continue_reads_a_model_from_a_file_of_our_own(folders: Folders) -> None:
    there = replace(folders, environ={"CONTINUE_GLOBAL_DIR": str(folders.home / "c")})
    path = Path(connect.apply("continue", there, ADDRESS).path)
    assert path == folders.home / "c" / "models" / "pollux.yaml"
    document = yaml.safe_load(path.read_text())
    assert document["schema"] == "v1"
    assert document["models"] == [
        {
            "name": "Pollux gemini-3.8-flash",
            "provider": "openai",
            "model": "gemini-3.8-flash",
            "apiBase": "http://127.0.0.1:7860/v1",
            "apiKey": "${{ secrets.POLLUX_TOKEN }}",
            "capabilities": ["tool_use", "image_input"],
        }
    ]


def test_a_strange_model_name_breaks_no_file(folders: Folders) -> None:
    strange = replace(ADDRESS, model='a": #b\n{}')
    path = Path(connect.apply("continue", folders, strange).path)
    assert yaml.safe_load(path.read_text())["models"][0]["model"] == strange.model


def test_cursor_is_told_why_it_cannot() -> None:
    (step,) = connect.snippets("cursor", ADDRESS).steps
    assert "cannot reach" in step.text
    assert not step.code
