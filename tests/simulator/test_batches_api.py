"""Batch jobs of the pretend Google."""

from typing import Any

import pytest

from tests.simulator.conftest import Client, said, text_of

HELLO = {"request": said("hello")}


async def begin(client: Client, *requests: Any) -> Any:
    batch = {"batch": {"inputConfig": {"requests": {"requests": list(requests)}}}}
    status, made = await client.call("batchGenerateContent", batch)
    assert status == 200, made
    return made


async def test_a_job_moves_on_each_time_it_is_looked_at(client: Client) -> None:
    made = await begin(client, HELLO, {"request": {"odd": 1}})
    seen = [made] + [(await client.send("GET", f"/v1beta/{made['name']}"))[1] for _ in range(3)]
    states = [one["metadata"]["state"].removeprefix("BATCH_STATE_") for one in seen]
    assert states == ["PENDING", "RUNNING", "SUCCEEDED", "SUCCEEDED"]
    assert ("done" in made, seen[-1]["done"]) == (False, True)
    good, bad = seen[-1]["metadata"]["output"]["inlinedResponses"]["inlinedResponses"]
    assert text_of(good["response"]) == "You said: hello"
    assert bad["error"]["code"] == 400


async def test_a_job_is_cancelled_listed_and_deleted_by_its_project_alone(client: Client) -> None:
    made = await begin(client, HELLO)
    path = f"/v1beta/{made['name']}"
    other = {"x-goog-api-key": client.world.add_key("other-project")}
    assert (await client.send("GET", path, other))[0] == 403
    assert (await client.send("POST", f"{path}:cancel"))[0] == 200
    _, shown = await client.send("GET", path)
    assert shown["metadata"]["state"] == "BATCH_STATE_CANCELLED"
    _, listed = await client.send("GET", "/v1beta/batches")
    assert [one["name"] for one in listed["operations"]] == [made["name"]]
    assert (await client.send("DELETE", path))[0] == 200
    assert (await client.send("GET", path))[0] == 403


@pytest.mark.parametrize("body", [{}, {"batch": {}}, {"batch": {"inputConfig": {"requests": {}}}}])
async def test_a_job_needs_requests(client: Client, body: Any) -> None:
    assert (await client.call("batchGenerateContent", body))[0] == 400


async def test_a_file_of_another_project_is_no_input(client: Client) -> None:
    client.world.stored["files/x"] = {"project": "other-project", "resource": {}, "content": b""}
    body = {"batch": {"inputConfig": {"fileName": "files/x"}}}
    assert (await client.call("batchGenerateContent", body))[0] == 403


async def test_embeddings_have_jobs_of_their_own(client: Client) -> None:
    body = {"batch": {"inputConfig": {"requests": {"requests": [HELLO]}}}}
    assert (await client.call("asyncBatchEmbedContent", body))[0] == 404
    assert (await client.call("batchGenerateContent", body, "gemini-embedding-001"))[0] == 404
