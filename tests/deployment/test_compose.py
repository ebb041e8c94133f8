"""docker-compose.yml: what it takes from the outside exists, and nothing is opened needlessly."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from proxy_core.engine.engine import GRACE_S
from proxy_core.settings import SETTINGS, load_settings

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
SERVICE: dict[str, Any] = yaml.safe_load(TEXT)["services"]["pollux"]
KNOWN = {setting.name for setting in SETTINGS}


def test_it_is_built_from_the_checkout() -> None:
    assert SERVICE["build"] == "."


def test_its_settings_are_those_that_there_are() -> None:
    known = KNOWN | {f"POLLUX_{name}" for name in KNOWN}
    assert SERVICE["environment"].keys() <= known
    assert set(re.findall(r"\$\{(\w+)", TEXT)) <= KNOWN
    assert set(re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)\b", TEXT)) <= known


@pytest.mark.parametrize("more", [{}, {"HOST": "127.0.0.1"}, {"POLLUX_HOST": "::1"}, {"HOST": ""}])
@pytest.mark.parametrize("port", [{}, {"PORT": "7999"}, {"PORT": ""}, {"POLLUX_PORT": "7998"}])
def test_no_env_file_moves_it_away_from_the_port_that_is_published(
    more: dict[str, str], port: dict[str, str]
) -> None:
    in_file = {**more, **port}
    published = in_file.get("PORT") or "7860"
    own = {
        name: value.replace("${PORT:-7860}", published)
        for name, value in SERVICE["environment"].items()
    }
    settings = load_settings({}, {"HOST": "0.0.0.0", **in_file, **own}, None, None)
    assert (settings.host, str(settings.port)) == ("0.0.0.0", published)


def test_the_env_file_may_be_missing() -> None:
    assert SERVICE["env_file"] == [{"path": ".env", "required": False}]


def test_it_is_reached_from_this_machine_on_the_port_of_the_env_file() -> None:
    assert SERVICE["ports"] == ["127.0.0.1:${PORT:-7860}:${PORT:-7860}"]


def test_it_can_write_only_to_its_volume_and_to_memory() -> None:
    assert SERVICE["read_only"] is True
    assert SERVICE["tmpfs"] == ["/tmp"]
    assert SERVICE["volumes"] == ["data:/var/lib/pollux"]
    assert yaml.safe_load(TEXT)["volumes"].keys() == {"data"}


def test_it_can_gain_no_privilege() -> None:
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in SERVICE


def test_running_answers_may_finish() -> None:
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > GRACE_S


def test_the_folder_that_can_be_mounted_instead_is_the_same_place() -> None:
    changed = TEXT.replace("- data:/var", "# - ").replace("# - ./credentials", "- ./credentials")
    assert yaml.safe_load(changed)["services"]["pollux"]["volumes"] == [
        "./credentials:/var/lib/pollux"
    ]
