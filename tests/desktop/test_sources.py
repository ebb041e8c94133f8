from pathlib import Path

import pytest

from desktop.sources import OwnerSources
from proxy_core.api import SettingsProblem, parse_arguments


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PERSISTENT_STORAGE_PATH", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "settings.toml"


def sources(file: Path, *more: str) -> OwnerSources:
    return OwnerSources(parse_arguments(["--config", str(file), *more]))


def test_the_settings_are_those_of_the_file_and_the_command_line(file: Path) -> None:
    file.write_text('ROTATION = "fill-first"\nPORT = 7000\n')
    settings = sources(file, "--port", "7001").load()
    assert (settings.rotation, settings.port) == ("fill-first", 7001)


def test_the_working_folder_s_dotenv_is_none_of_the_window_s_business(
    file: Path, tmp_path: Path
) -> None:
    file.write_text("")
    (tmp_path / ".env").write_text("PORT=7002\n")
    assert sources(file).load().port == 7860


def test_a_file_that_cannot_be_used_can_be_left_out(file: Path) -> None:
    file.write_text("PORT = \n")
    made = sources(file)
    with pytest.raises(SettingsProblem):
        made.load()
    assert made.load(without_file=True).port == 7860


def test_without_usable_settings_the_data_folder_is_the_platform_s(file: Path) -> None:
    file.write_text("PORT = \n")
    assert sources(file).data_folder().name == "pollux"
    file.write_text("")
    assert sources(file).data_folder().name == "data"


def test_a_port_is_kept_in_the_file(file: Path) -> None:
    file.write_text("# mine\nPORT = 7000\n")
    made = sources(file)
    made.write(made.load(), {"PORT": "7005"})
    assert file.read_text() == "# mine\nPORT = 7005\n"
