from desktop.widgets.drawing import Drawing, Series


def test_the_highest_value_is_over_all_series() -> None:
    lines = (Series("a", "accent", (1.0, 2.0)), Series("b", "second", (5.0, 0.0)))
    assert Drawing(lines).highest() == 5


def test_the_highest_stack_is_the_greatest_sum() -> None:
    stacks = (
        Series("a", "accent", (1.0, 2.0), "stack"),
        Series("b", "second", (5.0, 5.0), "stack"),
    )
    assert Drawing(stacks).highest() == 7


def test_nothing_has_no_height() -> None:
    assert Drawing().highest() == 0
    assert Drawing().count == 0
