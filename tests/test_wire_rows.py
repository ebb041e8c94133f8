"""Every row of every mapping between the APIs is pinned; `golden/rows.toml` lists them.

Not here: whether a case is right. Its dialect's own test says that.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

TESTS = Path(__file__).parent
GOLDEN = TESTS / "golden"
TABLES = tomllib.loads((GOLDEN / "rows.toml").read_text("utf-8"))["table"]
each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table["name"])

FEWEST_CASES = 40
"Of a dialect."
DIALECTS = {
    "gemini_native": ["gemini_native"],
    "openai_chat": ["openai_chat"],
    "openai_responses": ["openai_responses"],
    "anthropic": ["anthropic"],
    "openai_completions": ["openai_completions"],
    "openai_embeddings": ["openai_embeddings", "failures/openai_embeddings"],
    "openai_images": [
        *("openai_images", "openai_image_edits"),
        *("failures/openai_images", "failures/openai_image_edits"),
    ],
    "openai_speech": ["openai_speech", "failures/openai_speech"],
    "openai_transcriptions": [
        *("openai_transcriptions", "openai_translations", "failures/openai_transcriptions"),
    ],
    "vertex": ["vertex"],
    "schema": ["schema"],
    "faults": ["faults"],
}
STREAMING = (
    *("openai_chat", "openai_responses", "anthropic", "openai_completions"),
    *("openai_images", "openai_image_edits", "openai_transcriptions", "openai_translations"),
)


@cache
def pinned(folder: str) -> frozenset[str]:
    """What the cases of a folder say they pin."""
    return frozenset(_rows(GOLDEN / folder))


def _rows(folder: Path) -> Iterator[str]:
    for about in folder.glob("*/about.md"):
        for line in about.read_text("utf-8").splitlines():
            if line.startswith("row: "):
                yield line.removeprefix("row: ")
    for case in folder.glob("*.json"):
        yield orjson.loads(case.read_bytes())["row"]


@cache
def events(folder: str) -> frozenset[str]:
    """Names of events in the streams of a folder's cases."""
    found: set[str] = set()
    for stream in (GOLDEN / folder).glob("*/stream.sse"):
        found |= set(re.findall(r"^event: (\S+)$", stream.read_text("utf-8"), re.MULTILINE))
    return frozenset(found)


def is_test(name: str) -> bool:
    file, _, test = name.partition(":")
    path = TESTS / file
    return path.exists() and f"def {test}(" in path.read_text("utf-8")


@each_table
def test_every_row_has_what_pins_it(table: dict[str, Any]) -> None:
    folders = table.get("folders", [])
    rows = frozenset().union(*map(pinned, folders))
    told = frozenset().union(*map(events, folders))
    open_rows = [row for row in table.get("rows", []) if row not in rows]
    open_rows += [event for event in table.get("events", []) if event not in told]
    open_rows += [
        row for row, case in table.get("cases", {}).items() if not (GOLDEN / case).exists()
    ]
    open_rows += [row for row, test in table.get("tests", {}).items() if not is_test(test)]
    assert not open_rows


def test_every_case_pins_a_row_of_a_table() -> None:
    known: dict[str, set[str]] = {}
    for table in TABLES:
        for folder in table.get("folders", []):
            known.setdefault(folder, set()).update(table.get("rows", []))
    holders = {path.parent for path in GOLDEN.rglob("about.md")}
    folders = {str(holder.parent.relative_to(GOLDEN)) for holder in holders}
    folders |= {str(path.parent.relative_to(GOLDEN)) for path in GOLDEN.glob("errors/*/*.json")}
    folders |= {"faults", "families"}
    strange = {
        (folder, row) for folder in folders for row in pinned(folder) - known.get(folder, set())
    }
    assert not strange


def test_every_case_says_what_it_pins_and_where_it_was_seen() -> None:
    silent = []
    for about in GOLDEN.rglob("about.md"):
        first, *lines = about.read_text("utf-8").splitlines()
        starts = {line.partition(": ")[0] for line in lines}
        if not (first.startswith("# ") and {"row", "seen"} <= starts):
            silent.append(about.parent.name)
    assert not silent


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_has_enough_cases(dialect: str) -> None:
    cases = [case for folder in DIALECTS[dialect] for case in (GOLDEN / folder).iterdir()]
    assert len(cases) >= FEWEST_CASES


@pytest.mark.parametrize("folder", STREAMING)
def test_every_case_of_a_dialect_that_streams_has_both_forms(folder: str) -> None:
    lacking = [
        case.name
        for case in (GOLDEN / folder).iterdir()
        if not {"whole.json", "stream.sse"} <= {path.name for path in case.iterdir()}
    ]
    assert not lacking
