import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from desktop.widgets.plot import area, nearest, points, scale_for, smooth

ROOM = QRectF(10, 0, 100, 50)


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 4), (1, 1), (3, 3), (7, 8), (74, 80), (150, 150), (1_000_000, 1_000_000)],
)
def test_scales_are_round(highest: float, top: float) -> None:
    assert scale_for(highest).top == top


@pytest.mark.parametrize("highest", range(60))
def test_few_are_measured_in_whole_numbers(highest: int) -> None:
    assert all(value.is_integer() for value in scale_for(highest).ticks)


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_a_scale_holds_its_highest_value_in_few_steps(highest: float) -> None:
    scale = scale_for(highest, least_step=0)
    assert scale.top >= highest * (1 - 1e-6)
    assert 1 <= len(scale.ticks) <= 6


def test_points_go_from_edge_to_edge() -> None:
    found = points([0, 4], scale_for(4), ROOM)
    assert found == [QPointF(10, 50), QPointF(110, 0)]


@given(st.lists(st.integers(0, 100), min_size=2, max_size=60))
def test_a_smooth_line_never_swings_beyond_its_points(values: list[int]) -> None:
    path = smooth(points(values, scale_for(100), ROOM))
    box = path.boundingRect()
    assert box.top() >= -1e-6
    assert box.bottom() <= 50 + 1e-6


def test_one_point_is_no_line() -> None:
    assert smooth([QPointF(1, 1)]).elementCount() == 1


def test_an_area_reaches_down_to_the_bottom() -> None:
    line = smooth(points([4, 4], scale_for(4), ROOM))
    assert area(line, 50).boundingRect() == ROOM


def test_the_nearest_point_is_found_and_never_one_outside() -> None:
    assert nearest(10, 3, ROOM, between=False) == 0
    assert nearest(60, 3, ROOM, between=False) == 1
    assert nearest(500, 3, ROOM, between=False) == 2
    assert nearest(40, 4, ROOM, between=True) == 1
    assert nearest(-5, 4, ROOM, between=True) == 0
