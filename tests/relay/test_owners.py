"""Whose the things are that clients name."""

import pytest

from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import Call
from proxy_core.memory import Memory
from proxy_core.relay.owners import SAME_LIFE_S, Owners, Pin
from proxy_core.tasks import in_thread
from tests.fakes.clock import FakeClock
from tests.pool.made_up import credential, made_pool


def stage(*names: str) -> tuple[Owners, FakeClock]:
    clock = FakeClock()
    return Owners(made_pool(clock, *names), clock), clock


def call(*uris: str) -> Call:
    parts = [{"fileData": {"fileUri": uri}} for uri in uris]
    return Call("gemini-3.8-flash", "generateContent", {"contents": [{"parts": parts}]})


def test_a_call_is_pinned_by_what_it_names() -> None:
    owners, _ = stage("a@one")
    plain = call("files/x")
    assert owners.pinned(plain) is plain
    owners.learn({"file": {"name": "files/x"}}, "one")
    pinned = owners.pinned(plain)
    assert (pinned.project, pinned.resource) == ("one", "files/x")
    other = call("files/unknown")
    assert owners.pinned(other) is other


def test_two_owners_in_one_call_are_the_clients_mistake() -> None:
    owners, _ = stage("a@one", "b@two")
    owners.learn({"name": "files/x"}, "one")
    owners.learn({"name": "files/y"}, "two")
    with pytest.raises(BadRequest, match="different Google Cloud projects"):
        owners.pinned(call("files/x", "files/y"))


def test_a_project_known_by_its_number_may_be_one_known_by_its_id() -> None:
    owners, _ = stage("a@mine", "b@4711", "c@4712")
    for name, unit in (("files/x", "mine"), ("files/y", "4711"), ("files/z", "4712")):
        owners.learn({"name": name}, unit)
    assert owners.of(["files/x", "files/y"]) == Pin("mine", "files/x")
    with pytest.raises(BadRequest):
        owners.of(["files/y", "files/z"])


def test_units_that_show_the_same_thing_are_one_project() -> None:
    clock = FakeClock()
    pool = made_pool(clock)
    pool.replace([credential("a"), credential("b"), credential("c")])
    owners = Owners(pool, clock)
    owners.learn({"name": "files/x"}, "key-a")
    owners.learn({"name": "files/y"}, "key-b")
    with pytest.raises(BadRequest):
        owners.of(["files/x", "files/y"])
    listed = {"files": [{"name": "files/x"}, {"name": "files/y"}]}
    owners.compare(listed, "key-b")
    owners.learn(listed, "key-b")
    assert owners.of(["files/y", "files/x"]) == Pin("key-a", "files/y")
    assert owners.homes() == ["key-a", "key-c"]
    pool.enable("key-a", enabled=False)
    assert owners.homes() == ["key-b", "key-c"]
    assert owners.of(["files/y"]) == Pin("key-b", "files/y")
    pool.enable("key-a", enabled=True)
    clock.advance(SAME_LIFE_S)
    assert owners.homes() == ["key-a", "key-b", "key-c"]


def test_a_tuned_model_may_be_shared_between_projects() -> None:
    owners, _ = stage("a@one", "b@two")
    for unit in ("one", "two"):
        owners.compare({"tunedModels": [{"name": "tunedModels/t"}]}, unit)
        owners.learn({"tunedModels": [{"name": "tunedModels/t"}]}, unit)
    assert owners.homes() == ["one", "two"]


def test_an_answer_is_continued_where_it_began() -> None:
    owners, clock = stage("a@one", "b@two")
    owners.note_continuation({"candidates": [{"content": {"parts": []}}]}, "two")
    owners.note_continuation({"candidates": [{"continuationToken": "dG9rZW4="}]}, "one")
    body = {"contents": [], "continuation_token": "dG9rZW4"}
    pinned = owners.pinned(Call("gemini-4-argon", "generateContent", body))
    assert (pinned.project, pinned.resource) == ("one", "the answer to be continued")
    clock.advance(86_400)
    assert owners.pinned(call()) == call()


def test_a_key_and_its_project_are_one_owner() -> None:
    clock = FakeClock()
    pool = made_pool(clock)
    pool.replace([credential("a"), credential("b", "4711")])
    owners = Owners(pool, clock)
    owners.learn({"name": "files/x"}, "key-a")
    owners.learn({"name": "files/y"}, "4711")
    pool.learn_project("key-a", "4711")
    assert owners.of(["files/x", "files/y"]) == Pin("4711", "files/x")


def test_an_owner_is_known_until_the_thing_ends_or_is_deleted() -> None:
    owners, clock = stage("a@one")
    owners.learn({"name": "files/x"}, "one")
    owners.learn({"name": "files/y"}, "one")
    owners.forget("files/y")
    assert owners.of(["files/y"]) is None
    assert owners.of(["files/x"]) is not None
    clock.advance(48 * 3_600)
    assert owners.of(["files/x"]) is None


def test_what_is_only_mentioned_does_not_change_what_is_known() -> None:
    owners, clock = stage("a@one")
    end = "2036-01-01T00:00:00Z"
    owners.learn({"name": "files/out", "expirationTime": end}, "one")
    owners.learn({"name": "batches/b", "response": {"responsesFile": "files/out"}}, "one")
    clock.advance(72 * 3_600)
    assert owners.of(["files/out"]) is not None


async def test_what_was_learned_before_the_memory_opened_goes_into_it() -> None:
    owners, clock = stage("a@one")
    owners.learn({"name": "files/x"}, "one")
    memory = await in_thread(Memory.open, None, clock)
    owners.keep_in(memory.bindings)
    owners.learn({"name": "files/y"}, "one")
    assert [memory.bindings.get(f"files/{name}") for name in "xy"] == ["one", "one"]
    assert owners.of(["files/x", "files/y"]) == Pin("one", "files/x")
    await memory.close()


def test_homes_are_the_projects_that_can_be_asked() -> None:
    owners, _ = stage("b@two", "a@one")
    assert owners.homes() == ["one", "two"]
