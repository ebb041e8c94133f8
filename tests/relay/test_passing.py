"""Requests about what a project keeps, one attempt at a time and over failures."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.errors import Failed, ProblemKind
from proxy_core.relay.passing import Passage, PassedReply, passed_back
from tests.relay.made_up import EMPTY, NO_CONNECTION, RESET, Reply, Stage, fault

FILE = Reply(pieces=(b'{"name": ', b'"files/x"}'), headers={"Content-Type": "application/json"})
NOT_OWNED = fault("file_not_owned")


def passage(**more: Any) -> Passage:
    given: dict[str, Any] = {"method": "GET", "path": "/v1beta/files/x", "lane": "/files"}
    return Passage(**{**given, **more})


async def passed(stage: Stage, asked: Passage) -> PassedReply:
    task = asyncio.ensure_future(stage.relay.pass_on(stage.exchange(), asked))
    await stage.finish(task)
    return task.result()


async def test_json_comes_whole_and_read() -> None:
    stage = Stage(script=[FILE])
    reply = await passed(stage, passage())
    assert (reply.body, reply.document) == (b'{"name": "files/x"}', {"name": "files/x"})
    assert reply.unit == "project-a"
    reply.close()
    assert stage.all_is_back()


async def test_a_download_and_events_come_piece_by_piece() -> None:
    for asked, kind, came in (
        (passage(download=True), "application/json", [b"one", b"two"]),
        (passage(download=True), "text/event-stream", [b"one", b"two"]),
        (passage(), "text/event-stream", [b"data: {}\n\n", b"data: 2", b"\n\n"]),
    ):
        stage = Stage(script=[Reply(pieces=came, headers={"Content-Type": kind})])
        reply = await passed(stage, asked)
        assert reply.body is None
        assert [await reply.read() for _ in range(len(came) + 1)] == [*came, b""]
        reply.close()
        assert stage.all_is_back()


HOST = "https://generativelanguage.googleapis.com"
MOVED = "/download/v1beta/files/x:download?alt=media"


@pytest.mark.parametrize("location", [HOST + MOVED, MOVED])
async def test_a_download_is_fetched_where_google_has_it(location: str) -> None:
    moved = Reply(302, (b"<html>",), {"Location": location})
    stage = Stage(script=[moved, Reply(pieces=(b"film",), headers={"Content-Type": "video/mp4"})])
    reply = await passed(stage, passage(download=True))
    assert stage.upstream.paths == ["/v1beta/files/x", MOVED]
    assert stage.contacted == ["a", "a"]
    assert await reply.read() == b"film"
    reply.close()
    assert stage.all_is_back()


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("https://elsewhere.example/film", {"download": True}),
        ("//elsewhere.example/film", {"download": True}),
        (HOST.replace("https", "http") + MOVED, {"download": True}),
        ("relative", {"download": True}),
        ("", {"download": True}),
        (HOST + MOVED, {"download": False}),
    ],
)
async def test_nothing_else_is_followed(location: str, asked: dict[str, Any]) -> None:
    moved = Reply(302, (b"<html>",), {"Location": location})
    stage = Stage(script=[moved] * 10)
    with pytest.raises(Failed):
        await passed(stage, passage(**asked))
    assert set(stage.upstream.paths) == {"/v1beta/files/x"}
    assert stage.all_is_back()


EVENTS = {"Content-Type": "text/event-stream; charset=utf-8"}
REFUSAL = b'data: {"event_type":"error","error":{"code":429,"message":"Quota."}}\n\n'


async def test_a_stream_that_begins_with_an_error_is_tried_elsewhere() -> None:
    begins = Reply(pieces=(b": wait\n\n", REFUSAL[:20], REFUSAL[20:]), headers=EVENTS)
    well = Reply(pieces=(b"data: {", b"}\n\ndata: 2\n\n"), headers=EVENTS)
    stage = Stage(script=[begins, well])
    reply = await passed(stage, passage(method="POST", repeatable=False))
    assert stage.contacted == ["a", "b"]
    assert await reply.read() == b"data: {}\n\ndata: 2\n\n"
    reply.close()
    assert stage.all_is_back()


async def test_a_stream_of_nothing_is_no_answer() -> None:
    stage = Stage(script=[Reply(pieces=(), headers=EVENTS)])
    with pytest.raises(Failed, match="held no content"):
        await passed(stage, passage(method="POST", repeatable=False))
    assert stage.contacted == ["a"]
    assert stage.all_is_back()


async def test_an_empty_answer_is_one() -> None:
    stage = Stage(script=[EMPTY])
    reply = await passed(stage, passage(method="DELETE"))
    assert (reply.body, reply.document) == (b"", {})
    reply.close()


@pytest.mark.parametrize(
    "broken",
    [
        Reply(pieces=(b"<html>",)),
        Reply(pieces=(b"[1]",)),
        Reply(pieces=(b'{"error": {"code": 503, "status": "UNAVAILABLE"}}',)),
        NO_CONNECTION,
        RESET,
    ],
)
async def test_no_answer_is_asked_for_again(broken: Reply) -> None:
    stage = Stage(script=[broken, FILE])
    reply = await passed(stage, passage())
    assert reply.document == {"name": "files/x"}
    assert len(stage.contacted) == 2
    reply.close()


async def test_what_began_something_perhaps_is_not_sent_again() -> None:
    stage = Stage(script=[RESET, FILE])
    with pytest.raises(Failed):
        await passed(stage, passage(method="POST", body=b"{}", repeatable=False))
    assert len(stage.contacted) == 1
    assert stage.all_is_back()


async def test_a_refusal_that_names_no_reason_is_of_the_thing_where_one_is_named() -> None:
    refused = Reply(403, (b'{"error": {"code": 403, "message": "No.", "status": "X"}}',))
    stage = Stage(script=[refused])
    with pytest.raises(Failed) as failed:
        await passed(stage, passage(project="project-a", resource="files/x"))
    assert failed.value.problem.kind is ProblemKind.NOT_FOUND
    assert stage.contacted == ["a"]
    assert all(not pair.until for lane in stage.pool.lanes.values() for pair in lane.pairs.values())


async def test_a_refusal_of_a_thing_rests_nothing_and_does_not_rotate() -> None:
    for refusal in (NOT_OWNED, fault("model_not_found")):
        stage = Stage(script=[refusal])
        with pytest.raises(Failed) as failed:
            await passed(stage, passage())
        assert failed.value.problem.kind is ProblemKind.NOT_FOUND
        assert len(stage.contacted) == 1


async def test_a_stale_access_token_is_renewed_once() -> None:
    stage = Stage(script=[fault("access_token_expired"), FILE])
    reply = await passed(stage, passage())
    assert stage.contacted[0] == stage.contacted[1] or len(stage.authorizer.expired) <= 1
    reply.close()


def test_only_what_is_the_clients_business_goes_back() -> None:
    told = {
        "Content-Type": "text/plain",
        "X-Goog-Upload-Status": "active",
        "X-Goog-Upload-Control-URL": "https://google",
        "Set-Cookie": "a=b",
        "Server": "ESF",
        "Alt-Svc": "h3",
    }
    assert passed_back(told) == {"content-type": "text/plain", "x-goog-upload-status": "active"}


REPLIES = [FILE, EMPTY, NO_CONNECTION, RESET, NOT_OWNED, fault("per_minute_429", retry_s=2)]


@settings(max_examples=80)
@given(
    st.lists(st.sampled_from(REPLIES), max_size=6),
    st.booleans(),
    st.sampled_from([None, "project-a", "project-b", "nowhere"]),
    st.integers(0, 12),
)
async def test_every_lease_comes_back_whatever_happens(
    script: list[Reply], download: bool, project: str | None, cancelled_after: int
) -> None:
    stage = Stage(script=script)
    asked = passage(download=download, project=project, resource="files/x")
    task = asyncio.ensure_future(stage.relay.pass_on(stage.exchange(), asked))
    for _ in range(cancelled_after):
        await asyncio.sleep(0)
    if cancelled_after % 2:
        task.cancel()
    await stage.finish(task)
    if not task.cancelled() and task.exception() is None:
        task.result().close()
    assert stage.all_is_back()
    if project is not None:
        assert set(stage.contacted) <= {project.removeprefix("project-")}
