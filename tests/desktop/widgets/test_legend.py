from PySide6.QtWidgets import QLabel

from desktop.look.theme import Theme
from desktop.widgets.drawing import Series
from desktop.widgets.legend import Legend, Swatch


def test_each_series_has_its_name_and_its_sign(theme: Theme) -> None:
    legend = Legend(theme)
    series = [Series("Answered", "accent", (1.0,)), Series("Failed", "bad", (1.0,), "columns")]
    legend.show_series(series)
    legend.show_series(series)
    assert [made.text() for made in legend.findChildren(QLabel)] == ["Answered", "Failed"]


def test_signs_differ_by_shape_and_not_by_colour_alone(theme: Theme) -> None:
    pictures = [
        Swatch(theme, "accent", form).grab().toImage() for form in ("area", "columns", "stack")
    ]
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]
