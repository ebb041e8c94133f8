import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import SecretStr

from proxy_core.settings import values


@given(some.binary(max_size=64))
def test_only_32_bytes_are_a_vault_key(key: bytes) -> None:
    text = SecretStr(base64.b64encode(key).decode())
    if len(key) == 32:
        assert values.vault_key(text) == text
    else:
        with pytest.raises(ValueError, match="32 bytes"):
            values.vault_key(text)


@given(some.text())
def test_a_check_returns_or_raises_value_error_and_nothing_else(text: str) -> None:
    for check in (values.from_json, values.host, values.web_url, values.google_base):
        with suppress(ValueError):
            check(text)
    for check_secret in (values.proxy_url, values.redis_url, values.vault_key, values.json_list):
        with suppress(ValueError):
            check_secret(SecretStr(text))


@pytest.mark.parametrize(
    "aliases",
    [{"a": ("b",), "b": ("gemini-x",)}, {"a": ("b",), "b": ("a",)}, {"models/b": (), "a": ("b",)}],
)
def test_no_alias_leads_to_another(aliases: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="alias of another alias"):
        values.no_chains(aliases)


def test_an_alias_may_begin_with_the_model_whose_name_it_hides() -> None:
    aliases = {"gemini-x": ("models/gemini-x", "gemini-y"), "house": ("gemini-y",)}
    assert values.no_chains(aliases) is aliases


@given(some.dictionaries(some.text(), some.text() | some.lists(some.text())))
def test_a_lone_model_is_a_list_of_one(aliases: dict[str, str | list[str]]) -> None:
    for name, models in values.lists_of_one(values.from_json(json.dumps(aliases))).items():
        assert models == aliases[name] or models == [aliases[name]]
        assert isinstance(models, list)
