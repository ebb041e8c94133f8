"""What the window and the page change lands in settings.toml, and nothing else there suffers."""

import os
from pathlib import Path

import pytest

from proxy_core.settings import Origin, Settings, SettingsProblem, Source, load_settings
from proxy_core.settings.writing import write_settings
from tests.settings.known import SECRETS


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def write(toml: Path, **changes: str | None) -> Settings:
    return write_settings(Origin(toml=toml), changes)


def test_comments_order_and_line_ends_stay(toml: Path) -> None:
    toml.write_bytes(
        b"# mine\r\nport = 1 # as my router wants it\r\n\r\nsticky = false\r\n\r\n"
        b"[model_aliases]\r\n# cheap\r\nfast = 'x'\r\nslow = 'y'\r\n"
    )
    write(toml, PORT="2", STICKY="true", MODEL_ALIASES='{"fast": "x", "new": ["a", "b"]}')
    assert toml.read_bytes() == (
        b"# mine\r\nport = 2 # as my router wants it\r\n\r\nsticky = true\r\n\r\n"
        b'[model_aliases]\r\n# cheap\r\nfast = \'x\'\r\nnew = ["a", "b"]\n'
    )


def test_what_is_new_stands_above_the_tables(toml: Path) -> None:
    toml.write_text("[MODEL_ALIASES]\nfast = 'x'\n")
    settings = write(toml, MAX_WAIT_S="1.5")
    assert settings.max_wait_s == 1.5
    assert settings.model_aliases == {"fast": ("x",)}
    assert toml.read_text().startswith("MAX_WAIT_S = 1.5\n")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("PORT", " 8080 ", "PORT = 8080"),
        ("MAX_WAIT_S", "5", "MAX_WAIT_S = 5"),
        ("MAX_WAIT_S", "2.5", "MAX_WAIT_S = 2.5"),
        ("STICKY", "off", "STICKY = false"),
        ("LOG_LEVEL", "WARNING", 'LOG_LEVEL = "warning"'),
        ("ALLOWED_HOSTS", '["A.example"]', 'ALLOWED_HOSTS = ["a.example"]'),
        ("ALLOWED_HOSTS", "[]", "ALLOWED_HOSTS = []"),
        ("PERSISTENT_STORAGE_PATH", "~/kept", 'PERSISTENT_STORAGE_PATH = "~/kept"'),
        ("MODEL_ALIASES", '{"a": ["b"]}', '[MODEL_ALIASES]\na = "b"'),
        ("ADMIN_PASSWORD", 'a"b\\', r'ADMIN_PASSWORD = "a\"b\\"'),
    ],
)
def test_values_are_written_in_the_types_of_toml(
    name: str, text: str, line: str, toml: Path
) -> None:
    written = write(toml, **{name: text})
    assert toml.read_text() == line + "\n"
    loaded = load_settings({}, {}, None, toml)
    assert getattr(loaded, name.lower()) == getattr(written, name.lower())
    assert loaded.source(name) is Source.SETTINGS_FILE


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_kept_as_it_is_and_the_file_is_its_owners_alone(name: str, toml: Path) -> None:
    toml.write_text("client_id = 'mine'\nclient_secret = 'old'\n")
    toml.chmod(0o644)
    written = write(toml, **{name: SECRETS[name]})
    assert getattr(written, name.lower()).get_secret_value() == SECRETS[name]
    if os.name == "posix":
        assert toml.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_an_empty_value_brings_the_default_back(nothing: str | None, toml: Path) -> None:
    toml.write_text("# mine\nport = 1\nhost = 'a'\nPORT = 2\n")
    settings = write(toml, PORT=nothing)
    assert (settings.port, settings.host) == (7860, "a")
    assert toml.read_text() == "# mine\nhost = 'a'\n"
    write(toml, STICKY=nothing)
    assert toml.read_text() == "# mine\nhost = 'a'\n"


def test_of_a_setting_that_stands_there_twice_one_line_is_left(toml: Path) -> None:
    toml.write_text("port = 1\nPORT = 2\n")
    assert write(toml, PORT="3").port == 3
    assert toml.read_text() == "PORT = 3\n"


@pytest.mark.parametrize(
    ("before", "changes", "setting"),
    [
        ("", {"PORT": "many"}, "PORT"),
        ("", {"NO_SUCH": "1"}, "NO_SUCH"),
        ("", {"GOOGLE_API_BASE_URL": "https://gateway.example"}, "GOOGLE_API_BASE_URL"),
        ("", {"CLIENT_ID": "lone"}, "CLIENT_SECRET"),
        ("", {"MODEL_ALIASES": "{"}, "MODEL_ALIASES"),
        ("max_attempts = 0\n", {"PORT": "1"}, "MAX_ATTEMPTS"),
        ("prot = 1\n", {"PORT": "1"}, "prot"),
        ("port = \n", {"PORT": "1"}, "settings.toml"),
    ],
)
def test_nothing_is_written_where_something_does_not_hold(
    before: str, changes: dict[str, str], setting: str, toml: Path
) -> None:
    toml.write_text(before)
    with pytest.raises(SettingsProblem) as caught:
        write(toml, **{"STICKY": "false", **changes})
    assert caught.value.setting == setting
    assert toml.read_text() == before


def test_a_file_that_is_not_text_is_left_alone(toml: Path) -> None:
    toml.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsProblem, match="is not UTF-8 text"):
        write(toml, PORT="1")
    assert toml.read_bytes() == b"\xff\xfe"


def test_a_problem_never_shows_a_secret(toml: Path) -> None:
    with pytest.raises(SettingsProblem) as caught:
        write(toml, OUTBOUND_PROXY="hush-proxy://user:hush@[::1")
    assert "hush" not in f"{caught.value} {caught.value!r} {caught.value.__cause__}"


def test_a_stronger_source_still_wins(toml: Path) -> None:
    origin = Origin(environ={"POLLUX_PORT": "5"}, toml=toml)
    settings = write_settings(origin, {"PORT": "6", "HOST": "a"})
    assert (settings.port, settings.host) == (5, "a")
    assert settings.source("PORT") is Source.ENVIRONMENT
    assert settings.origin is origin


def test_half_of_a_client_may_come_from_the_environment(toml: Path) -> None:
    origin = Origin(environ={"CLIENT_ID": "mine"}, toml=toml)
    assert write_settings(origin, {"CLIENT_SECRET": "hush"}).client_id == "mine"


def test_the_folder_is_made_and_a_link_stays_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "pollux.toml"
    link = tmp_path / "settings.toml"
    link.symlink_to(kept)
    write(link, PORT="1")
    assert link.is_symlink()
    assert kept.read_text() == "PORT = 1\n"


def test_where_there_is_no_file_nothing_can_be_changed() -> None:
    with pytest.raises(SettingsProblem, match=r"settings\.toml"):
        write_settings(Origin(), {"PORT": "1"})
