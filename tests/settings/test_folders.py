from pathlib import Path

from proxy_core.settings import Settings, config_folder, data_folder


def test_the_owners_folder_is_taken(tmp_path: Path) -> None:
    assert data_folder(Settings(persistent_storage_path=tmp_path)) == tmp_path


def test_a_tilde_stands_for_the_home_folder() -> None:
    folder = data_folder(Settings(persistent_storage_path=Path("~/pollux")))
    assert folder == Path.home() / "pollux"


def test_else_the_platforms_folders_are_taken() -> None:
    assert data_folder(Settings()).name == "pollux"
    assert config_folder().is_absolute()
