"""Editing the text of credential files in place."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from proxy_core.credentials.files import Origin, parse_json, parse_key_lines
from proxy_core.credentials.rewriting import edit_json, edit_key_lines
from tests.credentials.made_up import PLANTED, stored_account
from tests.credentials.store_conformance import ACCOUNT, renewed

ORIGIN = Origin("folder", "file")
NEWER = renewed(ACCOUNT, "1//newer")
ENTRIES = st.lists(
    st.one_of(
        st.integers(0, 5).map(lambda number: stored_account(email=f"u{number}@example.com")),
        st.integers(0, 5).map(lambda number: {"type": "api_key", "key": f"AQ.made-up-{number}"}),
        st.integers(0, 5).map("AQ.made-up-{}".format),
        st.sampled_from([17, None, {}, {"type": "of the future", "x": 2**70}, "ya29.no"]),
    ),
    max_size=6,
)
LINES = st.lists(
    st.sampled_from(["# mine", "", "AQ.made-up-0", "a=AQ.made-up-1", "ya29.no-key", " AQ.x-1234"])
).flatmap(lambda lines: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join(lines) + end))


def test_one_credential_is_replaced_or_the_file_has_nothing_left() -> None:
    text = "\ufeff" + json.dumps(stored_account() | {"note": 1})
    edited = edit_json(text, {ACCOUNT.id: NEWER}, ORIGIN)
    assert edited.text is not None
    fields = json.loads(edited.text)
    assert (fields["refresh_token"], fields["note"]) == ("1//newer", 1)
    assert edit_json(text, {ACCOUNT.id: None}, ORIGIN).text is None


def test_a_clients_wrapper_around_an_account_goes_when_it_is_rewritten() -> None:
    wrapped = {"installed": stored_account() | {"auth_uri": "https://x"}, "note": 1}
    edited = edit_json(json.dumps(wrapped), {ACCOUNT.id: NEWER}, ORIGIN)
    assert edited.text is not None
    fields = json.loads(edited.text)
    assert fields["refresh_token"] == "1//newer"
    assert (fields["auth_uri"], fields["note"]) == ("https://x", 1)
    assert PLANTED + "-refresh" not in edited.text


@given(ENTRIES, st.data())
def test_removing_from_an_array_takes_what_is_named_and_nothing_else(
    entries: list[Any], data: st.DataObject
) -> None:
    text = json.dumps(entries)
    credentials, unreadable = parse_json(text, store="folder", source="file")
    ids = [one.id for one in credentials] + [one.id for one in unreadable]
    gone: set[str] = data.draw(st.sets(st.sampled_from(ids))) if ids else set()
    edited = edit_json(text, dict.fromkeys(gone), ORIGIN)
    left = json.loads(edited.text) if edited.text is not None else []
    aside = json.loads(edited.taken_out) if edited.taken_out else []
    kept = [
        entry for entry, one in zip(entries, _in_order(entries), strict=True) if one not in gone
    ]
    assert left == kept
    assert len(aside) == len({one.id for one in unreadable} & gone)


def _in_order(entries: list[Any]) -> list[str]:
    ids: list[str] = []
    for number, entry in enumerate(entries, start=1):
        padded = [stored_account()] * (number - 1) + [entry]
        credentials, unreadable = parse_json(json.dumps(padded), store="folder", source="file")
        ids.append(unreadable[0].id if unreadable else credentials[-1].id)
    return ids


@given(LINES, st.booleans())
def test_removing_from_a_list_of_keys_leaves_every_other_line_as_it_was(
    text: str, bad: bool
) -> None:
    found = parse_key_lines(text, store="folder", source="file")
    gone = {one.id for one in (found[1] if bad else found[0])[:1]}
    edited = edit_key_lines(text, dict.fromkeys(gone), ORIGIN)
    assert edited.text is not None
    after = parse_key_lines(edited.text, store="folder", source="file")
    if not bad:
        assert [one.id for one in after[0]] == [one.id for one in found[0] if one.id not in gone]
        assert edited.taken_out == ""
    else:
        assert [one.id for one in after[0]] == [one.id for one in found[0]]
        assert len(after[1]) == len(found[1]) - len(gone)
        assert bool(edited.taken_out) == bool(gone)
    lines = edited.text.splitlines(keepends=True)
    remaining = iter(text.splitlines(keepends=True))
    assert all(line in remaining for line in lines), "a subsequence of the lines that were there"
