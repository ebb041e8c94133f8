"""Loads the texts of the user's language: ours, and Qt's own for dialogs and menus.

English stands in the source, so its file holds only plural forms. `make translations` extracts the
texts and compiles the files; a further language is one more `pollux_<language>.ts`.
"""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from desktop.system import resources


def install(app: QCoreApplication, language: str | None = None) -> None:
    """Show all texts in this language ("de", "pt_BR"), by default the system's.

    English stays below, for what the language lacks. Install before the first window is made.
    """
    if QLocale().language() == QLocale.Language.C:  # a system without any: numbers as in English
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    own = str(resources.path("translations"))
    of_qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    _load(app, QLocale(QLocale.Language.English), "pollux", own)
    locale = QLocale.system() if language is None else QLocale(language)
    # Without our texts, Qt's would only make a mixture of two languages.
    if locale.language() != QLocale.Language.English and _load(app, locale, "pollux", own):
        _load(app, locale, "qtbase", of_qt)


def _load(app: QCoreApplication, locale: QLocale, catalogue: str, folder: str) -> bool:
    """Whether there is such a language. The translator installed last is asked first."""
    translator = QTranslator(app)
    return translator.load(locale, catalogue, "_", folder) and app.installTranslator(translator)
