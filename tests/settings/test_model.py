from typing import get_args

import pytest
from pydantic import SecretStr, ValidationError

from proxy_core.settings import LATER, SETTINGS, Settings, Source, as_written
from tests.settings.known import SECRETS

BY_NAME = {info.name: info for info in SETTINGS}


def test_defaults_are_those_of_the_contract() -> None:
    settings = Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.domain_name == "http://localhost:7860"
    assert settings.rotation == "balanced"
    assert settings.sticky
    assert (settings.max_attempts, settings.max_wait_s, settings.max_concurrency) == (5, 20, 0)
    assert (settings.request_timeout_s, settings.connect_timeout_s) == (600, 10)
    assert (settings.max_body_mb, settings.keepalive_s) == (100, 15)
    assert (settings.debug, settings.debug_redact_logs, settings.log_level) == (False, True, "info")
    assert settings.gemini_auth_password is None
    assert settings.thought_wrapper_tags == ()
    assert settings.model_aliases == {}


def test_the_public_url_follows_the_port() -> None:
    assert Settings(port=8080).domain_name == "http://localhost:8080"


def test_settings_cannot_be_changed() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]  # this is what must fail


def test_no_text_of_the_settings_shows_a_secret() -> None:
    settings = Settings.model_validate({name.lower(): text for name, text in SECRETS.items()})
    for text in (str(settings), repr(settings), settings.model_dump_json()):
        for secret in SECRETS.values():
            assert secret not in text


def test_every_secret_is_marked_as_one() -> None:
    assert {info.name for info in SETTINGS if info.secret} == SECRETS.keys()


def test_every_setting_has_a_meaning_on_one_line() -> None:
    for info in SETTINGS:
        assert info.meaning
        assert "\n" not in info.meaning


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("PORT", "7860"),
        ("DOMAIN_NAME", "http://localhost:7860"),
        ("ALLOWED_HOSTS", "[]"),
        ("MODEL_ALIASES", "{}"),
        ("DEBUG", "false"),
        ("STICKY", "true"),
        ("MAX_WAIT_S", "20"),
        ("GEMINI_AUTH_PASSWORD", ""),
    ],
)
def test_a_default_reads_as_one_would_write_it(name: str, default: str) -> None:
    assert BY_NAME[name].default == default


def test_a_written_default_gives_the_default() -> None:
    written = {info.attribute: info.default for info in SETTINGS if info.default}
    assert Settings.model_validate(written) == Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("allowed_hosts", '["a", "b"]'),
        ("model_aliases", '{"fast": "a", "ü": ["b", "c"]}'),
        ("max_wait_s", "1.5"),
        ("debug", "true"),
        ("host", "::1"),
    ],
)
def test_a_value_reads_as_one_would_write_it(name: str, text: str) -> None:
    assert as_written(getattr(Settings.model_validate({name: text}), name)) == text


def test_the_text_of_a_secret_stays_empty() -> None:
    assert as_written(SecretStr("hush")) == ""


def test_the_choices_of_a_setting_stand_in_its_meaning() -> None:
    for choice in get_args(Settings.model_fields["rotation"].annotation):
        assert choice in BY_NAME["ROTATION"].meaning


def test_settings_made_by_hand_come_from_nowhere() -> None:
    assert Settings(port=1).source("PORT") is Source.DEFAULT


def test_settings_whose_feature_comes_later_are_named_when_set() -> None:
    assert Settings().set_but_later() == []
    settings = Settings(pollux_state_url=SecretStr("redis://a"), client_id="mine", port=1)
    assert settings.set_but_later() == ["POLLUX_STATE_URL"]
    assert BY_NAME.keys() >= LATER
