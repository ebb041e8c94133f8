"""The checks on the page Settings."""

from PySide6.QtWidgets import QWidget

from desktop.pages.settings_doctor import sign_of
from proxy_core.api import Finding
from tests.desktop.conftest import until
from tests.desktop.pages.setting import Form
from tests.fakes.commands import Gate


async def test_the_doctor_shows_what_is_wrong_first(form: Form) -> None:
    fine = form.commands.findings[0]
    wrong = Finding("clock", ok=False, sentence="The clock is slow.", next_step="Set it.")
    form.commands.findings = (fine, wrong)
    await form.show()
    form.click("Run the checks")
    await until(lambda: form.page.doctor.findings.count() == 2)
    names = [one.accessibleName() for one in form.page.doctor.findChildren(QWidget)]
    assert names.index("The clock is slow.") < names.index("The vault opens.")
    assert "1 check" in form.page.doctor.check_row.said


async def test_the_doctor_can_be_cancelled(form: Form) -> None:
    await form.show()
    form.commands.gate = Gate()
    form.click("Run the checks")
    await until(form.page.doctor.progress.isVisible)
    form.click("Cancel")
    await until(lambda: not form.page.doctor.progress.isVisible())
    assert form.page.doctor.run_button.text() == "Run the checks"


async def test_what_could_not_be_judged_has_no_check_mark(form: Form) -> None:
    fine = form.commands.findings[0]
    note = Finding("clock", ok=True, sentence="The clock was not checked.", note=True)
    form.commands.findings = (fine, note)
    await form.show()
    form.click("Run the checks")
    await until(lambda: form.page.doctor.findings.count() == 2)
    assert form.page.doctor.check_row.said == "Nothing wrong was found."
    assert [sign_of(one) for one in (note, fine)] == [("info", "info"), ("check", "ok")]
    names = [one.accessibleName() for one in form.page.doctor.findChildren(QWidget)]
    assert names.index("The clock was not checked.") < names.index("The vault opens.")


async def test_what_was_found_goes_with_the_engine_it_was_found_in(form: Form) -> None:
    await form.show()
    form.click("Run the checks")
    await until(lambda: form.page.doctor.findings.count() > 0)
    await form.desk.life.use_port(7990)
    assert form.page.doctor.findings.count() == 0
    assert not form.page.doctor.check_row.said
