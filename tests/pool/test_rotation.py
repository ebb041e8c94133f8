"""The order of free credentials, policy by policy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.pool.rotation import Facts, PolicyName, key

POLICIES: tuple[PolicyName, ...] = ("balanced", "round-robin", "fill-first")


def test_balanced_takes_the_one_with_fewest_in_flight() -> None:
    idle, busy = Facts(1, in_flight=0, turn=9), Facts(0, in_flight=1, turn=1)
    assert key("balanced", idle) < key("balanced", busy)


def test_balanced_then_takes_the_least_used_against_its_limit() -> None:
    assert key("balanced", Facts(1, share=0.2, turn=9)) < key("balanced", Facts(0, share=0.3))


def test_balanced_then_takes_the_least_recently_used() -> None:
    assert key("balanced", Facts(1, turn=3)) < key("balanced", Facts(0, turn=4))


def test_round_robin_looks_at_nothing_but_the_turn() -> None:
    assert key("round-robin", Facts(1, in_flight=5, turn=3)) < key("round-robin", Facts(0, turn=4))


def test_fill_first_keeps_to_the_owners_order() -> None:
    assert key("fill-first", Facts(0, in_flight=9, turn=9)) < key("fill-first", Facts(1))


@pytest.mark.parametrize("policy", POLICIES)
def test_a_pair_near_its_limit_comes_after_all_others(policy: PolicyName) -> None:
    near = Facts(0, near_limit=True)
    assert key(policy, Facts(9, in_flight=9, share=0.9, turn=9)) < key(policy, near)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_paid_pair_comes_last_of_all(policy: PolicyName) -> None:
    assert key(policy, Facts(9, near_limit=True)) < key(policy, Facts(0, paid=True))


@given(st.sampled_from(POLICIES), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_no_two_credentials_share_a_place(
    policy: PolicyName, turn: int, first: int, second: int
) -> None:
    same = key(policy, Facts(first, turn=turn)) == key(policy, Facts(second, turn=turn))
    assert same == (first == second)
