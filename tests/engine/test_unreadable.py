"""Entries that cannot be read, as a snapshot shows them."""

from pathlib import Path

from proxy_core.credentials.model import Unreadable
from proxy_core.engine.unreadable import unreadable_view
from tests.fakes.home import at_home


def test_it_says_where_it_was_found_and_why_it_is_left_out() -> None:
    bad = Unreadable("folder", "odd.json", "'type' names no kind.")
    view = unreadable_view(bad)
    assert (view.id, view.label, view.store) == (bad.id, "odd.json", "folder")
    assert (view.state, view.sentence) == ("unreadable", "'type' names no kind.")
    assert view.next_step
    assert (view.enabled, view.kind, view.models) == (False, "unknown", ())


async def test_it_stands_after_the_credentials_and_serves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a_odd.json").write_text("[1, 2]")
    async with at_home(tmp_path) as home:
        assert home.engine.snapshot().state == "degraded"
        await home.add()
        assert [view.state for view in home.views] == ["ready", "unreadable", "unreadable"]
        assert [view.label for view in home.views[1:]] == [
            "a_odd.json entry 1",
            "a_odd.json entry 2",
        ]
        assert len({view.id for view in home.views}) == 3
