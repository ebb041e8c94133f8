"""The field of model aliases on the page Settings."""

import json

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.desktop.conftest import until
from tests.desktop.pages.setting import Form


async def test_an_alias_is_added_and_taken_out_again(form: Form) -> None:
    await form.show()
    form.click("Add an alias")
    QTest.keyClicks(form.find("Name that tools ask for"), "gpt-5")
    models = form.find("Gemini models that answer")
    models.setFocus()
    assert not form.changes, "half an alias is not saved"
    QTest.keyClicks(models, "gemini-3.8-flash, gemini-3.8-flash-lite")
    QTest.keyClick(models, Qt.Key.Key_Return)
    await until(lambda: form.changes)
    (change,) = form.changes
    assert isinstance(change, dict)
    wanted = {"gpt-5": ["gemini-3.8-flash", "gemini-3.8-flash-lite"]}
    assert json.loads(change["MODEL_ALIASES"]) == wanted
    form.click("Take this alias out")
    await until(lambda: form.changes[1:] == [{"MODEL_ALIASES": "{}"}])


async def test_two_aliases_of_one_name_are_refused_here(form: Form) -> None:
    await form.use({}, '[MODEL_ALIASES]\nfast = "gemini-3.8-flash"')
    await form.show()
    form.click("Add an alias")
    added = form.page.engine.rows["MODEL_ALIASES"].field.inputs()
    name, models = added[-3], added[-2]
    assert isinstance(name, QLineEdit)
    assert isinstance(models, QLineEdit)
    QTest.keyClicks(name, "fast")
    QTest.keyClicks(models, "gemini-3.8-pro")
    QTest.keyClick(models, Qt.Key.Key_Return)
    await until(lambda: "twice" in form.said("MODEL_ALIASES"))
    assert not form.changes
