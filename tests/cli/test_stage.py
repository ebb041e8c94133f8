"""What the demos play on."""

import tempfile
from pathlib import Path

import pytest

from proxy_core.cli.stage import stage
from proxy_core.settings import SettingsProblem, data_folder
from proxy_core.simulator import Simulator, demo_world


class Google:
    """Notes whether it was started and stopped."""

    def __init__(self) -> None:
        self.life: list[str] = []

    async def start(self) -> str:
        self.life.append("start")
        return "http://127.0.0.1:1"

    async def stop(self) -> None:
        self.life.append("stop")


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def test_the_folder_holds_the_accounts_and_their_client_until_the_end(
    temporary: Path,
) -> None:
    google = Google()
    _, files = demo_world()
    async with stage(lambda: (google, files), {}) as (settings, token):
        folder = data_folder(settings)
        assert entries(folder) == [
            "client_secret_demo.json",
            "oauth_creds_ada@example.com_pretend-project-ada.json",
            "oauth_creds_grace@example.com_pretend-project-grace.json",
            "oauth_creds_spent@example.com_pretend-project-spent.json",
        ]
        assert settings.google_api_base_url == "http://127.0.0.1:1"
        assert len(token) >= 24
        assert entries(temporary)
    assert entries(temporary) == []
    assert google.life == ["start", "stop"]


async def test_a_setting_that_does_not_hold_leaves_nothing_behind(temporary: Path) -> None:
    google = Google()
    _, files = demo_world()
    with pytest.raises(SettingsProblem, match="PORT"):
        async with stage(lambda: (google, files), {"PORT": "x"}):
            pass
    assert entries(temporary) == []
    assert google.life == ["start", "stop"]


async def test_two_demos_have_ports_and_tokens_of_their_own() -> None:
    def make() -> tuple[Simulator, list[dict[str, object]]]:
        world, files = demo_world()
        return Simulator(world), files

    async with stage(make, {}) as one, stage(make, {}) as other:
        assert one.token != other.token
        assert one.settings.google_api_base_url != other.settings.google_api_base_url
