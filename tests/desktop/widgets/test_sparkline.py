from desktop.look.theme import Theme
from desktop.widgets.sparkline import Sparkline


def test_values_are_painted(theme: Theme) -> None:
    line = Sparkline(theme)
    line.resize(72, 28)
    empty = line.grab().toImage()
    line.show_values([1, 5, 2])
    drawn = line.grab().toImage()
    assert drawn != empty
    line.show_values([0, 0, 0])
    assert line.grab().toImage() not in (empty, drawn)
