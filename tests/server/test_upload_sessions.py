"""The sessions that stand for Google's upload addresses."""

from typing import cast

from proxy_core.relay.owners import BriefBindings, Owners
from proxy_core.server.upload_sessions import LIFE_S, UploadSessions
from proxy_core.upstream.google import StreamingUpstream
from tests.fakes.clock import FakeClock
from tests.pool.made_up import made_pool

URL = "https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=a&b=c"


def sessions(clock: FakeClock, bindings: BriefBindings | None = None) -> UploadSessions:
    owners = Owners(made_pool(clock), clock)
    owners.keep_in(BriefBindings(clock) if bindings is None else bindings)
    return UploadSessions(cast("StreamingUpstream", None), owners)


def test_a_session_keeps_path_and_query_and_never_the_host() -> None:
    opened = sessions(FakeClock())
    for url, path in ((URL, "/upload/v1beta/files?upload_id=a&b=c"), ("https://a.example", "/")):
        name = opened.open(url, "one")
        found = opened.get(name)
        assert found is not None
        assert (found.path, found.unit) == (path, "one")
        assert len(name) > 43
        assert opened.open(url, "one") != name


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


def test_nobody_makes_one_up() -> None:
    opened = sessions(FakeClock())
    name = opened.open(URL, "one")
    for made_up in (name[:-4], name + "AAAA", "", "x" * 43, "é"):
        assert opened.get(made_up) is None


def test_a_session_outlives_a_restart() -> None:
    clock = FakeClock()
    kept = BriefBindings(clock)
    name = sessions(clock, kept).open(URL, "one")
    assert sessions(clock, kept).get(name) is not None
