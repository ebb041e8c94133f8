"""Tables on terminals of all widths, and without one."""

import io
from dataclasses import asdict

import pytest
from rich.console import Console

from proxy_core.cli.tables import (
    duration,
    moment,
    show_credentials,
    show_findings,
    show_import,
)
from proxy_core.commands import Finding, ImportedItem, ImportReport
from tests.fakes.commands import credential, model

NOW = 1_795_000_000.0


def drawn(*views: object, width: int = 80, encoding: str = "utf-8", terminal: bool = True) -> str:
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding, errors="replace", write_through=True) as file:
        console = Console(
            file=file,
            width=width,
            force_terminal=terminal,
            markup=False,
            emoji=False,
            highlight=False,
            color_system=None,
        )
        show_credentials(console, [asdict(view) for view in views], NOW)  # type: ignore[call-overload]  # views
        return raw.getvalue().decode(encoding)


ADA = credential("accaaaaaaaaaa", "ada@example.com · home-project")


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    bad = credential(
        *("keybbbbbbbbbb", "a label that is rather long, as people write them", "billing"),
        sentence="The project's billing account is closed, so that Google serves nothing from it.",
    )
    for line in drawn(ADA, bad, width=width).splitlines():
        assert len(line) <= width, line


def test_a_narrow_terminal_gets_lines_instead_of_columns() -> None:
    narrow = drawn(ADA, width=60)
    assert "project home-project, in the vault, 0 in flight" in " ".join(narrow.split())
    wide = drawn(ADA, width=160)
    assert wide.splitlines()[0].split("  ")[0] == "id"
    assert len(wide.splitlines()) == 2


def test_a_link_is_not_cut() -> None:
    link = "https://console.cloud.google.com/" + "long/" * 20
    off = credential(
        "accbbbbbbbbbb", "b", "api_off", "It is off.", next_step=f"Switch it on: {link}"
    )
    assert link in drawn(off, width=60)


def test_a_label_gives_no_orders_to_the_terminal() -> None:
    evil = credential("acccccccccccc", "a\x1b[31mred\x07\nnew [bold]line[/] \u202eesrever")
    shown = drawn(evil, width=160, terminal=False)
    assert not set("\x1b\x07\u202e") & set(shown)
    assert "[bold]line[/]" in shown
    assert len(shown.splitlines()) == 2


def test_what_an_encoding_cannot_show_is_replaced() -> None:
    shown = drawn(ADA, width=160, encoding="ascii")
    assert "ada@example.com ? home-project" in shown


def test_models_that_rest_are_counted_and_named() -> None:
    resting = credential(
        "accdddddddddd",
        "d",
        models=(model("m-1", "day_spent", until=NOW + 7200), model("m-2")),
        in_flight=3,
    )
    shown = drawn(resting, width=160)
    assert "m-1: day spent until" in shown
    assert "(in 2 h 0 min)" in shown
    assert "m-2" not in shown
    assert shown.splitlines()[1].split()[-3:] == ["1", "3", "vault"]


def test_a_model_that_the_project_does_not_have_is_named_but_rests_not() -> None:
    models = (
        *(model("m-1", "cooling", until=NOW + 9), model("m-2", "unavailable")),
        *(model("m-3", "not_in_tier"), model("m-4", "cooling", until=NOW - 1)),
    )
    shown = drawn(credential("accdddddddddd", "d", models=models), width=160)
    assert shown.splitlines()[1].split()[-3:] == ["1", "0", "vault"]
    assert "m-2: unavailable" in shown


@pytest.mark.parametrize("width", [60, 120, 160, 10_000])
def test_a_long_label_is_shortened_and_leaves_the_table_narrow(width: int) -> None:
    long = credential("accdddddddddd", "a name of many words " * 9)
    shown = drawn(ADA, long, width=width)
    assert "a name of many" in shown
    assert "…" in shown
    assert all(len(line.rstrip()) <= min(width, 160) for line in shown.splitlines())


def test_a_finding_that_is_a_note_has_a_sign_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    findings = [
        Finding("clock", ok=True, sentence="Not checked.", next_step="Look.", note=True),
        Finding("port", ok=True, sentence="Free."),
    ]
    show_findings(Console(width=100), [one.as_json() for one in findings])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "i clock: Not checked."
    assert lines[1].strip() == "Look."
    assert lines[2].endswith("port: Free.")
    assert not lines[2].startswith("i")


def test_an_import_says_where_new_ones_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    items = (ImportedItem("keys.txt line 1", "added", "key1", "home"),)
    show_import(Console(width=100), ImportReport(items, "vault").as_json())
    told = capsys.readouterr().out
    assert "keys.txt line 1" in told
    assert "New credentials are kept in the vault." in told


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 s"), (59.4, "59 s"), (60, "1 min"), (4000, "1 h 6 min"), (200_000, "2 d 7 h")],
)
def test_durations_are_short(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_moment_of_another_day_has_its_date() -> None:
    assert len(moment(NOW, NOW)) == len("10:00")
    assert len(moment(NOW + 100_000, NOW)) == len("2026-11-23 10:00")


def test_vertex_has_a_column_only_where_something_is_billed() -> None:
    assert "vertex" not in drawn(ADA, width=160)
    paid = credential("accpaid", "paid", service="vertex", location="europe-west4")
    head, *lines = drawn(ADA, paid, width=200).splitlines()
    assert "vertex, billed" in head
    at = head.index("vertex, billed")
    assert [line[at:].split()[0] for line in lines[:2]] == ["-", "europe-west4"]
    narrow = " ".join(drawn(ADA, paid, width=60).split())
    assert "Vertex AI in europe-west4 (billed), in the vault" in narrow


def test_a_project_s_quota_at_vertex_is_not_shared_with_its_other() -> None:
    paid = credential("accpaid", "paid", service="vertex", location="eu")
    assert "One shared quota" not in drawn(ADA, paid, width=200)
    also = credential("accalso", "also paid", service="vertex", location="us")
    shared = "One shared quota, of project home-project at Vertex AI: paid, also paid"
    assert shared in drawn(ADA, paid, also, width=200)
