"""The sessions that stand for Google's upload addresses."""

from typing import cast

from proxy_core.server.upload_sessions import LIFE_S, MOST, UploadSessions
from proxy_core.upstream.google import StreamingUpstream
from tests.fakes.clock import FakeClock

URL = "https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=a&b=c"


def sessions(clock: FakeClock) -> UploadSessions:
    return UploadSessions(cast("StreamingUpstream", None), clock)


def test_a_session_keeps_path_and_query_and_never_the_host() -> None:
    opened = sessions(FakeClock())
    name = opened.open(URL, "one")
    found = opened.get(name)
    assert found is not None
    assert (found.path, found.unit) == ("/upload/v1beta/files?upload_id=a&b=c", "one")
    assert len(name) >= 43
    assert opened.open(URL, "one") != name


def test_a_session_ends_when_it_is_over_and_after_a_day() -> None:
    clock = FakeClock()
    opened = sessions(clock)
    first, second = opened.open(URL, "one"), opened.open(URL, "one")
    opened.forget(first)
    assert opened.get(first) is None
    clock.advance(LIFE_S - 1)
    assert opened.get(second) is not None
    clock.advance(1)
    assert opened.get(second) is None
    assert len(opened) == 0


def test_the_oldest_goes_when_there_are_too_many() -> None:
    opened = sessions(FakeClock())
    names = [opened.open(URL, "one") for _ in range(MOST + 1)]
    assert opened.get(names[0]) is None
    assert len(opened) == MOST
