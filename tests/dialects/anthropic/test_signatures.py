import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.anthropic.signatures import Kind, from_ride, to_ride


@given(
    st.sampled_from(["call", "text"]), st.from_regex(r"[A-Za-z0-9+/]{1,40}={0,2}", fullmatch=True)
)
def test_a_signature_comes_back_as_it_was(kind: Kind, value: str) -> None:
    assert from_ride(to_ride(kind, value)) == (kind, value)


def test_it_says_of_itself_what_it_is() -> None:
    assert to_ride("call", "QUJD") == "gemini:1:gemini:QUJD"
    assert to_ride("text", "QUJD") == "gemini:1:gemini:t:QUJD"


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "QUJD",
        "EqQBCgIYAhIkMDE=",
        "gemini:2:gemini:QUJD",
        "gemini:1:vertex:QUJD",
        "gemini:1:gemini:",
        "gemini:1:gemini:x:QUJD",
        "gemini:1:gemini:QUJD\n",
        "gemini:1:gemini:Q J",
    ],
)
def test_what_is_not_ours_is_dropped(foreign: str) -> None:
    assert from_ride(foreign) is None
