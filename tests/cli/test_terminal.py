"""What commands print and ask."""

import io
import sys
from pathlib import Path

import pytest

from proxy_core.cli.failure import CommandFailed
from proxy_core.cli.terminal import PIPE_COLUMNS, cleaned, console, marks, numbers_of, passphrase_of


def test_a_text_of_outside_is_one_line_without_orders() -> None:
    assert cleaned("a\n b\tc") == "a b c"
    assert cleaned("\x1b[2J\u202e") == "\ufffd[2J\ufffd"
    assert cleaned(None) == "None"


def test_where_no_terminal_has_an_edge_no_line_is_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console().print("word " * 400)
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert console().width == PIPE_COLUMNS


def test_signs_are_plain_where_the_encoding_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    assert all(mark.isascii() for mark in marks())
    console().print("·")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "utf-8"))
    assert marks() == ("✓", "✗")


@pytest.mark.parametrize(
    ("answer", "positions"),
    [("1", [0]), ("3, 1 1", [0, 2]), ("4", None), ("0", None), ("", None), ("a", None)],
)
def test_numbers_of_a_list(answer: str, positions: list[int] | None) -> None:
    assert numbers_of(answer, 3) == positions


@pytest.mark.parametrize("content", [b"", b"\nsecond\n", b"\xff"])
def test_a_passphrase_must_be_there(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(CommandFailed):
        passphrase_of(tmp_path / "file")
    with pytest.raises(CommandFailed):
        passphrase_of(tmp_path / "nowhere")
