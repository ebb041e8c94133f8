"""Uploads that keep to Google's protocol, nearly or not at all; no fault of ours."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios.stage import FlyingClock
from tests.server import raw
from tests.server.fuzzing import CLOSE, Served, check_native, examples, serving

STORES = ["/upload/v1beta/files", "/upload/v1beta/fileSearchStores/x:uploadToFileSearchStore"]
COMMANDS = ["upload, finalize", "upload", "finalize", "query", "cancel", "start", "odd", ""]
NUMBERS = ["0", "1", "5", "-1", "x", "", "99999999999999999999"]
KINDS = ["text/plain", "", "multipart/related; boundary=b", "multipart/related", "a/b; c", "odd"]
METADATA = [
    *(b"{}", b'{"file":{"displayName":"a"}}', b"", b"[]", b'{"file":[]}', b"{", b'{"file":null}'),
    *(b"--b\r\n\r\n{}\r\n--b\r\nContent-Type: a/b\r\n\r\nhi\r\n--b--", b"--b--"),
]


def header(name: str, values: list[str], *, usual: bool = True) -> st.SearchStrategy[bytes]:
    """The line of a field, mostly with its first value; mostly missing where it is not `usual`."""
    lines = [f"{name}: {value}\r\n".encode() for value in values]
    return st.sampled_from([b"", *lines, *[lines[0] if usual else b""] * 3 * len(lines)])


def lines(*fields: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(*fields).map(b"".join)


class Begun(NamedTuple):
    """A start, and what follows where it gave an address."""

    path: str
    head: bytes
    body: bytes
    pieces: list[tuple[bytes, bytes]]


begin = lines(
    header("X-Goog-Upload-Protocol", ["resumable", "multipart", "raw", "odd", ""]),
    header("X-Goog-Upload-Command", ["start", *COMMANDS]),
    header("X-Goog-Upload-Header-Content-Length", NUMBERS, usual=False),
    header("X-Goog-Upload-Header-Content-Type", KINDS),
    header("Content-Type", ["application/json", *KINDS]),
)
piece = st.tuples(
    lines(
        header("X-Goog-Upload-Command", COMMANDS),
        header("X-Goog-Upload-Offset", NUMBERS),
        header("Content-Type", KINDS),
        header("Content-Encoding", ["gzip", "odd"], usual=False),
    ),
    st.binary(max_size=6),
)
begun = st.builds(
    Begun,
    path=st.sampled_from([*STORES, STORES[0]]),
    head=begin,
    body=st.sampled_from(METADATA + METADATA[:2] * 9) | st.binary(max_size=8),
    pieces=st.lists(piece, max_size=3),
)
BEGUN = 5


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock(), MAX_WAIT_S="0") as one:
        yield one


@examples(200, at_once=BEGUN)
@given(st.lists(begun, min_size=BEGUN, max_size=BEGUN))
def test_no_upload_is_answered_with_a_fault_of_ours(served: Served, uploads: list[Begun]) -> None:
    starts = [raw.request(one.path, one.body, head=CLOSE + one.head) for one in uploads]
    answers = served.ask(starts)
    check_native(uploads, answers)
    for one, answer in zip(uploads, answers, strict=True):
        url = answer.headers.get("x-goog-upload-url", "http://localhost/upload/session/none")
        path = "/upload/" + url.partition("/upload/")[2]
        sent = [raw.request(path, data, head=CLOSE + head, auth=b"") for head, data in one.pieces]
        check_native([one] * len(sent), served.ask(sent))
