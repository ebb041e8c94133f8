"""The texts: extracted completely, in a form that can be translated, and shown in a language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from desktop import translation
from desktop.system import resources
from tests.desktop import translations
from tests.desktop.pseudo import PseudoTranslator, pseudo
from tests.desktop.texts import Texts

ENGLISH = translations.FOLDER / "pollux_en.ts"
SOURCES = sorted((translations.ROOT / "desktop").rglob("*.py"))


def test_the_english_plural_forms_are_those_of_the_sources() -> None:
    assert ENGLISH.read_text(encoding="utf-8") == translations.updated(ENGLISH), (
        "run `make translations`"
    )


def test_the_compiled_texts_are_those_of_the_catalogue() -> None:
    assert ENGLISH.with_suffix(".qm").read_bytes() == translations.compiled(ENGLISH), (
        "run `make translations`"
    )


def test_every_english_plural_has_both_forms() -> None:
    assert "unfinished" not in ENGLISH.read_text(encoding="utf-8"), f"write them in {ENGLISH}"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_texts_are_handed_to_translation_before_anything_is_filled_in(source: Path) -> None:
    """No translator could turn a text around that was put together; see `texts`."""
    assert Texts(source.read_text(encoding="utf-8")).lost == []


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    """An application that forgets its languages afterwards."""
    yield qapp
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.setParent(None)
        translator.deleteLater()


def test_english_needs_no_file_but_for_plurals(app: QApplication) -> None:
    translation.install(app, "en")
    assert QCoreApplication.translate("TrayMenu", "&Quit") == "&Quit"


def test_a_language_that_nobody_translated_shows_english_and_no_mixture(app: QApplication) -> None:
    translation.install(app, "de")
    assert QCoreApplication.translate("TrayMenu", "&Quit") == "&Quit"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


class Counter(QObject):
    def say(self, n: int) -> str:
        return self.tr("%n credential(s)", "", n)


TS = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE TS><TS version="2.1" language="{language}">
<context><name>Counter</name><message numerus="yes"><source>%n credential(s)</source>
<translation><numerusform>{one}</numerusform><numerusform>{many}</numerusform></translation>
</message></context></TS>"""


def test_a_language_brings_its_plural_forms_and_qt_s_own_words(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "translations").mkdir()
    for language, one, many in (("en", "%n credential", "%n credentials"), ("de", "%n Z", "%n Ze")):
        ts = tmp_path / "translations" / f"pollux_{language}.ts"
        ts.write_text(TS.format(language=language, one=one, many=many))
        ts.with_suffix(".qm").write_bytes(translations.compiled(ts))
    monkeypatch.setattr(resources, "_FOLDER", tmp_path)
    translation.install(app, "en_US")
    assert [Counter().say(n) for n in (1, 2)] == ["1 credential", "2 credentials"]
    translation.install(app, "de_AT")
    assert [Counter().say(n) for n in (1, 2)] == ["1 Z", "2 Ze"]
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"


# --- the pretend language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Settings", "[Śéttíñgś"),
        ("&Quit", "[&Qúít"),
        ("{label} rests", "[{label} réśtś"),
        ("%n rests", "[%n réśtś"),
        ("<b>Copy</b> &amp; Ctrl+C", "[<b>Çöpý</b> &amp; Ctrl+C"),
        ("", ""),
    ],
)
def test_the_pretend_language_changes_words_and_keeps_what_programs_read(
    text: str, expected: str
) -> None:
    assert pseudo(text).rstrip("~ ]") == expected


def test_the_pretend_language_is_a_third_longer() -> None:
    text = "No credential is usable at the moment"
    assert len(pseudo(text)) == pytest.approx(len(text) * 1.35, abs=3)


def test_whatever_goes_through_translation_is_shown_in_the_pretend_language(
    app: QApplication,
) -> None:
    app.installTranslator(PseudoTranslator(app))
    assert Counter().say(2).startswith("[2 ç")
    assert QCoreApplication.translate("TrayMenu", "&Quit").startswith("[&Qúít")
