import pytest

from tests.desktop.texts import Text, Texts


def found(source: str) -> set[Text]:
    return Texts(source).found


def test_a_text_of_an_object_is_found_under_its_class() -> None:
    source = """
class Page(QWidget):
    def build(self):
        self.tr("Copy")
        self.tr("Open" if new else "Close", "a menu")
"""
    assert found(source) == {
        Text("Page", "Copy"),
        Text("Page", "Open", "a menu"),
        Text("Page", "Close", "a menu"),
    }


def test_a_text_outside_of_objects_is_found_under_the_context_it_names() -> None:
    source = """
_CONTEXT = "Words"
QCoreApplication.translate("Tray", "%n rests", "", n)
QCoreApplication.translate(_CONTEXT, "just now")
WORDS = {"ready": QT_TRANSLATE_NOOP("Words", "Ready")}
"""
    assert found(source) == {
        Text("Tray", "%n rests"),
        Text("Words", "just now"),
        Text("Words", "Ready"),
    }


def test_a_text_given_to_a_function_around_translation_is_found_under_its_context() -> None:
    source = """
def ago(at):
    return _tr("{span} ago").format(span=at)
def _tr(text, n=-1):
    return QCoreApplication.translate("Words", text, "", n)
"""
    assert found(source) == {Text("Words", "{span} ago")}


@pytest.mark.parametrize(
    "text", ['f"{n} rest"', '"Rests " + why', '"{} rests".format(n)', '" ".join(words)']
)
def test_a_text_that_was_put_together_is_lost(text: str) -> None:
    assert Texts(f'QCoreApplication.translate("Tray", {text})').lost == [1]


def test_a_text_of_another_object_is_lost_for_its_class_stands_nowhere() -> None:
    assert Texts('button.tr("Show")').lost == [1]


def test_a_text_that_says_n_is_a_plural() -> None:
    assert Text("Tray", "%n rests").plural
    assert not Text("Tray", "{n} rests").plural
