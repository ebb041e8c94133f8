import re

from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.names import NameMap


def test_a_valid_name_stays() -> None:
    for name in ("get_weather", "server.tool", "mcp__server__tool", "_x", "a:b-c"):
        assert NameMap().to_gemini(name) == name


def test_other_characters_become_underscores() -> None:
    names = NameMap()
    assert names.to_gemini("server/tool name") == "server_tool_name"
    assert names.to_client("server_tool_name") == "server/tool name"


def test_a_first_digit_or_dash_gets_an_underscore_before_it() -> None:
    names = NameMap()
    assert names.to_gemini("3d") == "_3d"
    assert names.to_gemini("-x") == "_-x"


def test_a_long_name_is_cut_and_comes_back_whole() -> None:
    names = NameMap()
    first, second = "a" * 80 + "1", "a" * 80 + "2"
    assert names.to_gemini(first) == "a" * 64
    assert len(names.to_gemini(second)) == 64
    assert names.to_client(names.to_gemini(second)) == second


def test_two_names_that_look_alike_upstream_are_told_apart() -> None:
    names = NameMap()
    assert names.to_gemini("a/b") == "a_b"
    other = names.to_gemini("a_b")
    assert other != "a_b"
    assert names.to_client("a_b") == "a/b"
    assert names.to_client(other) == "a_b"


def test_a_name_that_the_model_invented_comes_back_as_it_is() -> None:
    assert NameMap().to_client("made_up") == "made_up"


@given(st.lists(st.text(max_size=90) | st.sampled_from(["a/b", "a_b", "a b", "1", "_1", ""])))
def test_every_name_is_valid_reversible_and_steady(given_names: list[str]) -> None:
    names = NameMap()
    chosen = [names.to_gemini(name) for name in given_names]
    assert [names.to_client(name) for name in chosen] == given_names
    assert [names.to_gemini(name) for name in given_names] == chosen
    assert len(set(chosen)) == len(set(given_names))
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}", name) for name in chosen)
