from pathlib import Path

import pytest

from proxy_core.settings import (
    FAMILIES_FILE,
    TOML_FILE,
    Settings,
    SettingsProblem,
    Source,
    config_folder,
    load_owner_settings,
    load_settings,
    read,
)
from tests.settings.known import SECRETS


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    return tmp_path / ".env"


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_the_stronger_source_wins(dotenv: Path, toml: Path) -> None:
    toml.write_text("port = 1\nhost = 'a'\nmax_attempts = 2\nkeepalive_s = 3\nmax_wait_s = 1.5\n")
    dotenv.write_text("PORT=2\nHOST=b\nMAX_ATTEMPTS=3\nKEEPALIVE_S=4\n")
    environ = {
        "PORT": "3",
        "HOST": "c",
        "MAX_ATTEMPTS": "4",
        "POLLUX_PORT": "5",
        "POLLUX_HOST": "d",
    }
    settings = load_settings({"PORT": "6"}, environ, dotenv, toml)
    assert settings.port == 6
    assert settings.host == "d"
    assert settings.max_attempts == 4
    assert settings.keepalive_s == 4
    assert settings.max_wait_s == 1.5


def test_each_setting_knows_its_source(dotenv: Path, toml: Path) -> None:
    toml.write_text("max_wait_s = 1\n")
    dotenv.write_text("KEEPALIVE_S=4\n")
    settings = load_settings({"PORT": "6"}, {"POLLUX_HOST": "d"}, dotenv, toml)
    assert settings.source("PORT") is Source.COMMAND_LINE
    assert settings.source("host") is Source.ENVIRONMENT
    assert settings.source("KEEPALIVE_S") is Source.DOTENV
    assert settings.source("max_wait_s") is Source.SETTINGS_FILE
    assert settings.source("ROTATION") is Source.DEFAULT


def test_the_empty_string_is_unset(dotenv: Path) -> None:
    dotenv.write_text('PORT=""\n')
    settings = load_settings({"HOST": ""}, {"POLLUX_HOST": " ", "HOST": "a"}, dotenv, None)
    assert settings.host == "a"
    assert settings.port == 7860


def test_an_unknown_variable_is_ignored() -> None:
    load_settings({}, {"PATH": "/bin", "POLLUX_NO_SUCH": "1"}, None, None)


def test_files_that_do_not_exist_hold_nothing(dotenv: Path, toml: Path) -> None:
    assert load_settings({}, {}, dotenv, toml).model_dump() == Settings().model_dump()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        ('"double"', "double"),
        ("'single'", "single"),
        ("''nested''", "'nested'"),
        ("\"unmatched'", "\"unmatched'"),
        ("a=b", "a=b"),
        ("  spaced  ", "spaced"),
        ("with # hash", "with # hash"),
    ],
)
def test_one_matching_pair_of_quotes_goes(written: str, value: str, dotenv: Path) -> None:
    dotenv.write_text(f"GEMINI_AUTH_PASSWORD={written}\n")
    for settings in (
        load_settings({}, {}, dotenv, None),
        load_settings({}, {"GEMINI_AUTH_PASSWORD": written}, None, None),
    ):
        assert settings.gemini_auth_password is not None
        assert settings.gemini_auth_password.get_secret_value() == value


def test_a_dotenv_file_may_have_comments_exports_and_values_over_several_lines(
    dotenv: Path,
) -> None:
    dotenv.write_bytes(
        b"\xef\xbb\xbf# a comment = not a setting\r\n\r\nexport PORT=1\r\nnonsense\r\n"
        b'ALLOWED_HOSTS=\'[\r\n  "a.example",\r\n  "b.example"\r\n]\'\r\nHOST=c\r\n'
    )
    settings = load_settings({}, {}, dotenv, None)
    assert (settings.port, settings.host) == (1, "c")
    assert settings.allowed_hosts == ("a.example", "b.example")


def test_settings_toml_may_hold_typed_values(toml: Path) -> None:
    toml.write_text(
        'PORT = 1\nsticky = false\nallowed_hosts = ["a"]\nmodel_aliases = {fast = ["x", "y"]}\n'
    )
    settings = load_settings({}, {}, None, toml)
    assert settings.port == 1
    assert not settings.sticky
    assert settings.allowed_hosts == ("a",)
    assert settings.model_aliases == {"fast": ("x", "y")}


def problem(
    environ: dict[str, str] | None = None, dotenv: Path | None = None, toml: Path | None = None
) -> SettingsProblem:
    with pytest.raises(SettingsProblem) as caught:
        load_settings({}, environ or {}, dotenv, toml)
    assert str(caught.value) == f"{caught.value.setting} {caught.value.problem}"
    return caught.value


def test_an_unknown_key_in_settings_toml_is_a_problem_that_names_it(toml: Path) -> None:
    toml.write_text("prot = 1\n")
    assert problem(toml=toml).setting == "prot"


def test_broken_toml_is_a_problem_of_the_file(toml: Path) -> None:
    toml.write_text("port = \n")
    assert str(problem(toml=toml)) == "settings.toml is not valid TOML (line 1)"


@pytest.mark.parametrize(
    ("text", "where"), [("\n\nport = \n", " (line 3)"), ("allowed_hosts = [\n\n", "")]
)
def test_broken_toml_is_told_with_its_line_where_the_decoder_names_it(
    text: str, where: str, toml: Path
) -> None:
    toml.write_text(text)
    assert str(problem(toml=toml)) == f"settings.toml is not valid TOML{where}"


def test_a_file_that_cannot_be_read_is_a_problem(dotenv: Path, tmp_path: Path) -> None:
    dotenv.write_bytes(b"\xff\xfe\x00")
    assert str(problem(dotenv=dotenv)) == ".env is not UTF-8 text"
    assert problem(toml=tmp_path).problem == "cannot be read: Is a directory"


@pytest.mark.parametrize("file", ["dotenv", "toml"])
def test_googles_address_is_never_taken_from_a_file(file: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.write_text("GOOGLE_API_BASE_URL = 'https://gateway.example'\n")
    assert problem(**{file: path}).setting == "GOOGLE_API_BASE_URL"  # type: ignore[arg-type]  # a Path
    settings = load_settings({}, {"GOOGLE_API_BASE_URL": "https://gateway.example"}, None, None)
    assert settings.google_api_base_url == "https://gateway.example"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HOST", "http://a"),
        ("HOST", "a b"),
        ("PORT", "x"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("DOMAIN_NAME", "localhost:7860"),
        ("DOMAIN_NAME", "ftp://a"),
        ("DOMAIN_NAME", "https://user:pass@a"),
        ("ALLOWED_HOSTS", "a.example"),
        ("ALLOWED_HOSTS", '{"a": 1}'),
        ("ALLOWED_HOSTS", '["https://a"]'),
        ("CORS_ALLOWED_ORIGINS", '["a.example"]'),
        ("CORS_ALLOWED_ORIGINS", '["*", "https://a"]'),
        ("CORS_ALLOWED_ORIGINS", '["https://a/path"]'),
        ("CREDENTIALS_JSON_LIST", "{}"),
        ("CREDENTIALS_JSON_LIST", "[{"),
        ("THOUGHT_WRAPPER_TAGS", '["<think>"]'),
        ("THOUGHT_WRAPPER_TAGS", '["", ""]'),
        ("THOUGHT_WRAPPER_TAGS", "[1, 2]"),
        ("DEBUG", "perhaps"),
        ("LOG_LEVEL", "loud"),
        ("ROTATION", "random"),
        ("STICKY", "2"),
        ("MAX_ATTEMPTS", "0"),
        ("MAX_WAIT_S", "-1"),
        ("MAX_WAIT_S", "nan"),
        ("MAX_CONCURRENCY", "1.5"),
        ("REQUEST_TIMEOUT_S", "0"),
        ("REQUEST_TIMEOUT_S", "inf"),
        ("CONNECT_TIMEOUT_S", "0"),
        ("MAX_BODY_MB", "0"),
        ("KEEPALIVE_S", "0"),
        ("MODEL_ALIASES", '["a"]'),
        ("MODEL_ALIASES", '{"a": 1}'),
        ("MODEL_ALIASES", '{"a": []}'),
        ("OUTBOUND_PROXY", "socks5://a:1"),
        ("OUTBOUND_PROXY", "http://a:99999"),
        ("POLLUX_VAULT_KEY", "not base64!"),
        ("POLLUX_VAULT_KEY", "c2hvcnQ="),
        ("POLLUX_STATE_URL", "http://a"),
        ("GOOGLE_API_BASE_URL", "http://gateway.example"),
        ("GOOGLE_API_BASE_URL", "https://gateway.example/path"),
        ("GOOGLE_API_BASE_URL", "gateway.example"),
        ("GOOGLE_API_BASE_URL", "https://[::1"),
    ],
)
def test_a_value_that_does_not_hold_is_a_problem_that_names_its_setting(
    name: str, text: str
) -> None:
    found = problem(environ={name: text})
    assert found.setting == name
    assert found.problem
    assert found.__cause__ is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CREDENTIALS_JSON_LIST", '["hush-credential'),
        ("OUTBOUND_PROXY", "hush-proxy://user:hush@[::1"),
        ("POLLUX_VAULT_KEY", "hush-vault"),
        ("POLLUX_STATE_URL", "hush-state://["),
    ],
)
def test_a_problem_never_shows_a_secret(name: str, text: str) -> None:
    found = problem(environ={name: text})
    assert "hush" not in f"{found} {found!r} {found.__cause__}"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("HOST", "::1", "::1"),
        ("HOST", "0.0.0.0", "0.0.0.0"),
        ("PORT", "0", 0),
        ("DOMAIN_NAME", "https://pollux.example/", "https://pollux.example"),
        ("ALLOWED_HOSTS", '["Proxy.Example"]', ("proxy.example",)),
        ("CORS_ALLOWED_ORIGINS", '["*"]', ("*",)),
        ("CORS_ALLOWED_ORIGINS", '["http://localhost:3000"]', ("http://localhost:3000",)),
        ("THOUGHT_WRAPPER_TAGS", '["<think>","</think>"]', ("<think>", "</think>")),
        ("THOUGHT_WRAPPER_TAGS", "[]", ()),
        ("LOG_LEVEL", "DEBUG", "debug"),
        ("MODEL_ALIASES", '{"a": "b", "c": ["d", "e"]}', {"a": ("b",), "c": ("d", "e")}),
        ("PERSISTENT_STORAGE_PATH", "/data", Path("/data")),
        ("GOOGLE_API_BASE_URL", "http://127.0.0.1:1/", "http://127.0.0.1:1"),
        ("GOOGLE_API_BASE_URL", "http://[::1]:1", "http://[::1]:1"),
        ("GOOGLE_API_BASE_URL", "http://localhost", "http://localhost"),
        *(("DEBUG", text, True) for text in ("true", "True", "1", "yes", "on")),
        *(("STICKY", text, False) for text in ("false", "FALSE", "0", "no", "off")),
    ],
)
def test_a_value_that_holds_is_taken(name: str, text: str, value: object) -> None:
    settings = load_settings({}, {name: text}, None, None)
    assert getattr(settings, name.lower()) == value


@pytest.mark.parametrize(("name", "text"), SECRETS.items())
def test_a_secret_is_taken_as_it_is(name: str, text: str) -> None:
    settings = load_settings(
        {}, {"CLIENT_ID": "mine", "CLIENT_SECRET": "x", name: text}, None, None
    )
    assert getattr(settings, name.lower()).get_secret_value() == text


@pytest.mark.parametrize(
    ("given", "missing"), [("CLIENT_ID", "CLIENT_SECRET"), ("CLIENT_SECRET", "CLIENT_ID")]
)
def test_half_an_oauth_client_is_a_problem_that_names_the_missing_half(
    given: str, missing: str
) -> None:
    found = problem(environ={given: "hush"})
    assert str(found) == f"{missing} is missing, though {given} is set"


def test_settings_can_be_read_again_where_they_came_from(dotenv: Path, toml: Path) -> None:
    environ = {"CLIENT_ID": "\"'a'\"", "CLIENT_SECRET": "x", "POLLUX_STICKY": "no", "PATH": "/bin"}
    settings = load_settings({"PORT": "1"}, environ, dotenv, toml)
    assert settings.origin.environ.keys() == {"CLIENT_ID", "CLIENT_SECRET", "POLLUX_STICKY"}
    toml.write_text("port = 2\nmax_attempts = 2\n")
    dotenv.write_text("HOST=b\nMAX_WAIT_S=3\n")
    again = read(settings.origin)
    assert (again.port, again.host, again.sticky) == (1, "b", False)
    assert again.client_id == "'a'"
    assert (again.max_attempts, again.max_wait_s) == (2, 3)
    assert again.source("MAX_WAIT_S") is Source.DOTENV


def test_where_settings_came_from_shows_no_secret() -> None:
    settings = load_settings({}, {"ADMIN_PASSWORD": "hush"}, None, None)
    assert "hush" not in f"{settings.origin!r} {settings!r}"


def test_the_owners_settings_are_those_of_the_configuration_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    toml = config_folder() / TOML_FILE
    toml.parent.mkdir(parents=True)
    toml.write_text("port = 1\n")
    (tmp_path / ".env").write_text("PORT=2\n")
    named = tmp_path / "named.env"
    named.write_text("PORT=3\n")
    other = tmp_path / "other.toml"
    other.write_text("port = 4\n")
    assert load_owner_settings({}, {}).port == 1
    assert load_owner_settings({}, {}, env_file=named).port == 3
    assert load_owner_settings({}, {}, config=other).origin.toml == other
    assert load_owner_settings({}, {"PORT": "5"}).port == 5
    toml.write_text("port = 'x'\n")
    with pytest.raises(SettingsProblem, match="PORT"):
        load_owner_settings({}, {})
    assert load_owner_settings({}, {}, without_file=True).port == 7860


@pytest.mark.parametrize(("given", "option"), [("config", "--config"), ("env_file", "--env-file")])
def test_a_file_that_the_owner_named_must_be_there(given: str, option: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem) as caught:
        load_owner_settings({}, {}, **{given: tmp_path / "missing"})  # type: ignore[arg-type]  # a path
    assert caught.value.setting == option


def test_the_owners_families_come_with_the_settings(toml: Path) -> None:
    families = toml.with_name(FAMILIES_FILE)
    assert load_settings({}, {}, None, toml).families == {}
    families.write_text("[house]\nprefill = true\n")
    settings = load_settings({}, {}, None, toml)
    assert settings.families == {"house": {"prefill": True}}
    assert read(settings.origin).families == settings.families
    assert load_settings({}, {}, None, None).families == {}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[house]\nprefill =\n", "families.toml is not valid TOML (line 2)"),
        (b"\xff", "families.toml is not UTF-8 text"),
    ],
)
def test_families_that_cannot_be_read_are_named(toml: Path, content: bytes, told: str) -> None:
    toml.with_name(FAMILIES_FILE).write_bytes(content)
    with pytest.raises(SettingsProblem) as raised:
        load_settings({}, {}, None, toml)
    assert str(raised.value) == told
