from desktop.look.theme import Theme
from desktop.widgets.figure_card import FigureCard


def test_it_is_heard_as_one_sentence(theme: Theme) -> None:
    card = FigureCard(theme, "Requests today")
    card.show_figure("1,284", "99.2 % answered", [1, 2, 3])
    assert card.accessibleName() == "Requests today: 1,284. 99.2 % answered"
