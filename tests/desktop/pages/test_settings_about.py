"""The last group of the page Settings."""

from proxy_core.api import __version__
from tests.desktop.conftest import until
from tests.desktop.pages.setting import Form


async def test_the_version_is_told_even_while_nothing_runs(form: Form) -> None:
    await form.desk.life.stop()
    await form.show()
    await until(form.page.about.version.text)
    assert form.page.about.version.text().startswith(f"Pollux {__version__} ")
