from pathlib import Path

import pytest

from desktop.look.theme import Mode
from desktop.remembered import (
    NOTIFICATIONS,
    THEME,
    looked_for_updates,
    mode_of,
    newer_version,
    remembered,
    wants_notifications,
    wants_updates,
)


def test_a_choice_outlives_the_program(tmp_path: Path) -> None:
    kept = remembered(tmp_path / "settings.toml")
    kept.setValue(THEME, Mode.DARK.value)
    kept.setValue(NOTIFICATIONS, False)
    kept.sync()
    again = remembered(tmp_path / "settings.toml")
    assert mode_of(again) is Mode.DARK
    assert not wants_notifications(again)
    assert (tmp_path / "window.ini").exists()


@pytest.mark.parametrize(
    "content",
    ["", "theme=purple\n[updates]\nlooked=never\nnewer=9.0.0\n", "\x00\x01 not an ini"],
)
def test_without_a_usable_choice_it_is_the_system_s(tmp_path: Path, content: str) -> None:
    (tmp_path / "window.ini").write_text(content)
    kept = remembered(tmp_path / "settings.toml")
    assert mode_of(kept) is Mode.SYSTEM
    assert wants_notifications(kept)
    assert wants_updates(kept)
    assert looked_for_updates(kept) == 0
    assert newer_version(kept, "0.1.0") == ""
