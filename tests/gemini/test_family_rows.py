import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.families import Budget, Families, Family
from proxy_core.gemini.family_rows import FamilyMistake, read_rows
from tests.fakes.families import SHIPPED_FAMILIES, family


def read(text: str, below: Families | None = SHIPPED_FAMILIES) -> Families:
    return read_rows(tomllib.loads(text), below)


def mistake(text: str) -> str:
    with pytest.raises(FamilyMistake) as raised:
        read(text)
    return str(raised.value)


def test_a_row_of_a_known_name_changes_what_it_says_and_no_more() -> None:
    changed = read('["gemini-3.8-flash"]\nsampling = true').of("gemini-3.8-flash")
    assert changed.sampling
    assert changed.levels == family("gemini-3.8-flash").levels
    assert changed.max_output_tokens == 65_536


def test_rows_that_are_not_named_stay_as_they_were() -> None:
    assert read("[house]\nprefill = true").of("gemini-2.5-pro") is family("gemini-2.5-pro")


def test_a_new_row_begins_as_what_its_name_would_have_been_taken_for() -> None:
    old = read('["gemini-2.9-pro"]\nprefill = false').of("gemini-2.9-pro-preview")
    assert not old.thinks
    assert not old.prefill
    assert read("[house]\nprefill = true").of("house") == Family(prefill=True)


def test_a_row_can_be_like_a_shipped_one_or_one_above_it() -> None:
    families = read('[house]\nlike = "gemini-2.5-pro"\nprefill = false\n[home]\nlike = "house"')
    assert families.of("home") == families.of("house")
    assert families.of("home").budget == Budget(128, 32_768, can_be_zero=False)
    assert not families.of("home").prefill


def test_a_row_cannot_be_like_one_below_it() -> None:
    told = mistake('[home]\nlike = "house"\n[house]\nprefill = true')
    assert told == "[home] like must name another row, above this one or built in"


def test_levels_take_the_place_of_an_inherited_budget_and_the_other_way() -> None:
    families = read(
        '["gemini-2.5-pro"]\nlevels = ["high", "low"]\n'
        '["gemini-3.8-flash"]\nbudget = {lowest = 1, highest = 9, can_be_zero = true}'
    )
    assert families.of("gemini-2.5-pro").levels == ("low", "high")
    assert families.of("gemini-2.5-pro").budget is None
    assert families.of("gemini-3.8-flash").levels == ()


def test_a_limit_of_zero_is_an_unknown_limit() -> None:
    changed = read('["gemini-3.8-flash"]\nmax_output_tokens = 0')
    assert changed.of("gemini-3.8-flash").max_output_tokens is None


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("functons = true", "functons is not a field of a family"),
        ("functions = 1", "functions must be true or false"),
        ('functions = "yes"', "functions must be true or false"),
        ("levels = true", "levels must be a list out of minimal, low, medium, high, xhigh"),
        ('levels = ["low", "huge"]', "levels must be a list out of"),
        ("max_output_tokens = -1", "max_output_tokens must be a whole number from 0"),
        ("max_output_tokens = true", "max_output_tokens must be a whole number"),
        ("budget = 7", "budget must hold lowest, highest and can_be_zero"),
        ("budget = {lowest = 1, highest = 9}", "budget must hold lowest, highest and can_be_zero"),
        (
            "budget = {lowest = 9, highest = 1, can_be_zero = true}",
            "budget.highest must be a whole number from 9",
        ),
        (
            'levels = ["low"]\nbudget = {lowest = 1, highest = 9, can_be_zero = true}',
            "budget and levels exclude each other",
        ),
        ("like = 3", "like must name another row"),
    ],
)
def test_a_mistake_names_row_and_field(table: str, told: str) -> None:
    assert mistake(f"[house]\n{table}").startswith(f"[house] {told}")


def test_a_name_without_its_quotes_is_explained() -> None:
    assert mistake("[gemini-3.8-flash]\nsampling = true") == (
        "[gemini-3] 8-flash is not a field of a family; a row's name with a dot stands in quotes"
    )


@pytest.mark.parametrize("text", ["sampling = true", '["models/gemini-9"]\nsampling = true'])
def test_what_is_no_table_of_a_model_is_a_mistake(text: str) -> None:
    assert "must be a table, named by the start of a model's id" in mistake(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = st.sampled_from(["levels", "budget", "like", "functions", "max_output_tokens"])


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.dictionaries(FIELDS, JSON) | JSON))
def test_any_tables_give_families_or_a_mistake(tables: dict[str, Any]) -> None:
    try:
        families = read_rows(tables, SHIPPED_FAMILIES)
    except FamilyMistake:
        return
    assert all(isinstance(one, Family) for one in families.rows.values())
