from collections.abc import Iterator

import pytest
import shiboken6

from desktop.look.theme import Mode, Theme
from desktop.widgets.prose import DRESSED_LIVE, Prose


@pytest.fixture
def prose(theme: Theme) -> Iterator[Prose]:
    made = Prose(theme, "Answer")
    made.resize(400, 50)
    made.show()
    yield made
    shiboken6.delete(made)


async def test_it_is_as_high_as_its_text(prose: Prose) -> None:
    prose.show_plain("one line")
    low = prose.height()
    prose.show_plain("one line\n" * 10)
    assert prose.height() > 8 * low
    assert prose.verticalScrollBar().maximum() == 0


async def test_a_growing_text_is_dressed_while_it_is_short(prose: Prose) -> None:
    prose.show_growing("**Bold** a")
    prose.show_growing("**Bold** and more")
    assert prose.toPlainText() == "Bold and more"


async def test_only_what_is_new_is_put_into_a_long_text(prose: Prose) -> None:
    head, tail = "**word** " * (DRESSED_LIVE // 9) + "\n\n", "```python\na = **1**\n"
    prose.show_growing(head + tail)
    document, height = prose.document(), prose.height()
    assert "word word" in prose.toPlainText()
    assert prose.toPlainText().endswith("```python\na = **1**\n")
    prose.show_growing(head + tail + "\n\nb = **2**\n" * 5)
    assert prose.document() is document, "nothing is laid out anew"
    assert prose.toPlainText().endswith("b = **2**\n")
    assert prose.height() > height
    assert prose.text == head + tail + "\n\nb = **2**\n" * 5
    prose.show_markdown(head + tail + "```\n")
    assert "```" not in prose.toPlainText()


async def test_another_text_takes_the_place_of_a_growing_one(prose: Prose) -> None:
    prose.show_growing("x" * 2 * DRESSED_LIVE)
    prose.show_growing("y" * 2 * DRESSED_LIVE)
    assert "x" not in prose.toPlainText()
    prose.show_growing("z")
    assert prose.toPlainText() == "z"


async def test_a_growing_text_goes_on_in_another_theme(prose: Prose, theme: Theme) -> None:
    text = "**a**\n\n" * DRESSED_LIVE
    prose.show_growing(text)
    theme.choose(Mode.DARK)
    prose.show_growing(text + "**b")
    assert prose.toPlainText().endswith("\n**b")
    assert prose.toPlainText().count("a") == DRESSED_LIVE
    theme.choose(Mode.LIGHT)


async def test_a_plain_text_that_goes_on_keeps_its_document(prose: Prose) -> None:
    prose.show_plain("one\n")
    document = prose.document()
    prose.show_plain("one\n**two**")
    assert prose.document() is document
    assert prose.toPlainText() == "one\n**two**"
    prose.show_plain("three")
    assert prose.toPlainText() == "three"


async def test_a_narrow_one_is_higher(prose: Prose) -> None:
    prose.show_markdown("word " * 100)
    wide = prose.height()
    prose.resize(150, wide)
    assert prose.height() > wide


async def test_a_long_word_breaks_rather_than_being_cut(prose: Prose) -> None:
    prose.show_markdown("x" * 500 + "\n\n```\n" + "y" * 500 + "\n```")
    assert prose.horizontalScrollBar().maximum() == 0


async def test_code_is_in_the_fixed_font_on_its_own_ground(prose: Prose) -> None:
    prose.show_markdown("Before\n\n```python\na = 1\n\nb = 2\n```\n\nAfter")
    cursor = prose.document().find("b = 2")
    table = cursor.currentTable()
    assert table is not None
    assert cursor.charFormat().font().fixedPitch() or "Mono" in cursor.charFormat().font().family()
    assert "a = 1\n\nb = 2" in prose.toPlainText()
    assert prose.document().find("After").currentTable() is None


async def test_a_table_after_code_keeps_its_heading(prose: Prose) -> None:
    prose.show_markdown("```\ncode\n```\n\n| Star | Type |\n|---|---|\n| Pollux | K0 |\n")
    cursor = prose.document().find("Star")
    assert cursor.charFormat().fontWeight() > 400
    assert cursor.currentTable().cellAt(0, 0).firstCursorPosition().block() == cursor.block()


async def test_raw_html_stays_text(prose: Prose) -> None:
    prose.show_markdown("<b>bold</b> <script>alert(1)</script>")
    assert prose.toPlainText() == "<b>bold</b> <script>alert(1)</script>"


async def test_a_link_is_handed_over_and_not_followed(prose: Prose) -> None:
    followed: list[str] = []
    prose.followed.connect(followed.append)
    prose.show_markdown("[here](https://example.com/)")
    prose.anchorClicked.emit("https://example.com/")
    assert followed == ["https://example.com/"]
    assert prose.toPlainText() == "here"


async def test_it_follows_the_theme(prose: Prose, theme: Theme) -> None:
    prose.show_markdown("```\ncode\n```")
    theme.choose(Mode.DARK)
    colour = prose.document().find("code").charFormat().foreground().color().name()
    assert colour == theme.tokens.text.lower()
