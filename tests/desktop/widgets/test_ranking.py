from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.look.theme import Theme
from desktop.widgets.marks import Bar
from desktop.widgets.ranking import FEW, Rank, Ranking


def names(ranking: Ranking) -> list[str]:
    bars = [bar for bar in ranking.findChildren(Bar) if bar.isVisibleTo(ranking)]
    return [bar.accessibleName() for bar in bars]


def test_each_line_tells_name_and_value(theme: Theme) -> None:
    ranking = Ranking(theme, "Answers")
    ranking.show_ranks([Rank("ada", "3 answers", 1.0), Rank("grace", "1 answer", 0.3)])
    assert names(ranking) == ["ada: 3 answers", "grace: 1 answer"]
    assert ranking.more_button.isHidden()


def test_many_lines_are_folded_until_all_are_asked_for(theme: Theme) -> None:
    ranking = Ranking(theme, "Answers")
    ranking.show_ranks([Rank(f"n{at}", "1", 0.1) for at in range(40)])
    assert len(names(ranking)) == FEW
    QTest.mouseClick(ranking.more_button, Qt.MouseButton.LeftButton)
    assert len(names(ranking)) == 40
    QTest.mouseClick(ranking.more_button, Qt.MouseButton.LeftButton)
    assert len(names(ranking)) == FEW


def test_fewer_lines_leave_none_behind(theme: Theme) -> None:
    ranking = Ranking(theme, "Answers")
    ranking.show_ranks([Rank("a", "1", 1.0, "second", swatch=True), Rank("b", "1", 1.0)])
    ranking.show_ranks([Rank("c", "2", 1.0)])
    assert names(ranking) == ["c: 2"]
