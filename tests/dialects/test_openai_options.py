import pytest

from proxy_core.dialects.openai_options import sampling, service_tier
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES

HEEDS = SHIPPED_FAMILIES.of("gemini-3.5-flash")
IGNORES = SHIPPED_FAMILIES.of("gemini-3.8-flash")


def test_sampling_is_left_out_where_it_is_not_heeded() -> None:
    asked = {"temperature": 0.5, "top_p": 0.9}
    assert sampling(asked, HEEDS) == {"temperature": 0.5, "topP": 0.9}
    assert sampling(asked, IGNORES) == {}
    assert sampling({}, HEEDS) == {}


def test_a_seed_is_cut_to_what_google_takes() -> None:
    assert sampling({"seed": 2**40 + 5}, IGNORES) == {"seed": 5}
    assert sampling({"seed": -1}, IGNORES) == {"seed": 0x7FFFFFFF}


def test_penalties_go_only_where_they_are_accepted() -> None:
    asked = {"presence_penalty": 1, "frequency_penalty": 0}
    assert sampling(asked, IGNORES) == {"presencePenalty": 1}
    assert sampling(asked, SHIPPED_FAMILIES.of("gemini-2.5-flash")) == {}


@pytest.mark.parametrize(
    ("asked", "tier"),
    [("default", "standard"), ("flex", "flex"), ("priority", "priority"), ("auto", None)],
)
def test_the_tier_has_googles_name(asked: str, tier: str | None) -> None:
    assert service_tier({"service_tier": asked}) == tier
