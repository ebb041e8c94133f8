"""Google's own SDK against a running Pollux: what projects keep, through two accounts by turns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from google import genai
from google.genai import errors, types

from tests.clients.conftest import MODEL, Proxy, Serve

pytestmark = [
    pytest.mark.real_client,
    # The SDK derives its session class from aiohttp's.
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
    # Said by the SDK of its own Interactions and File Search surfaces.
    pytest.mark.filterwarnings("ignore:.*experimental"),
]
MANY = 4
"More things than there are projects, so that both keep some."


@pytest.fixture
def turning(serve: Serve) -> Proxy:
    """Every request that is not pinned goes to the other credential than the one before, but for
    what makes files and stores."""
    return serve(ROTATION="round-robin", STICKY="false")


@pytest.fixture(params=[None, "v1beta"], ids=["default", "v1beta"])
def sdk(turning: Proxy, request: pytest.FixtureRequest) -> Iterator[genai.Client]:
    with client_of(turning, request.param) as made:
        yield made


def client_of(proxy: Proxy, version: str | None = None) -> genai.Client:
    options = types.HttpOptions(base_url=proxy.url, api_version=version)
    return genai.Client(api_key=proxy.token, http_options=options)


def name_of(thing: Any) -> str:
    assert isinstance(thing.name, str)
    return thing.name


def upload(sdk: genai.Client, text: bytes = b"hello", **config: Any) -> types.File:
    given = types.UploadFileConfig(mime_type="text/plain", **config)
    return sdk.files.upload(file=io.BytesIO(text), config=given)


def test_files_live_in_one_project_and_are_found_again(sdk: genai.Client, turning: Proxy) -> None:
    files = [upload(sdk, display_name=f"notes {number}") for number in range(MANY)]
    owners = {turning.world.stored[name_of(file)]["project"] for file in files}
    assert len(owners) == 1
    for file in files * 2:
        assert sdk.files.get(name=name_of(file)).display_name == file.display_name
    listed = [name_of(file) for file in sdk.files.list(config={"page_size": 1})]
    assert sorted(listed) == sorted(name_of(file) for file in files)
    contents: Any = ["read these", *files]
    assert sdk.models.generate_content(model=MODEL, contents=contents).text
    for file in files:
        contents = ["read this", file]
        assert sdk.models.generate_content(model=MODEL, contents=contents).text
        assert turning.projects()[-1] == turning.world.stored[name_of(file)]["project"]
        sdk.files.delete(name=name_of(file))
    assert list(sdk.files.list()) == []
    with pytest.raises(errors.ClientError) as gone:
        sdk.files.get(name=name_of(files[0]))
    assert gone.value.code == 404


def test_a_file_of_several_chunks_arrives_whole(
    sdk: genai.Client, turning: Proxy, tmp_path: Path
) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * 40_000)  # more than the 8 MiB that the SDK sends at once
    file = sdk.files.upload(file=path, config={"mime_type": "application/octet-stream"})
    assert file.size_bytes == path.stat().st_size
    sent = [one for one in turning.world.requests if one.action == "upload_bytes"]
    assert len(sent) == 2
    assert {one.credential for one in sent} == {""}


async def test_files_asynchronously(turning: Proxy) -> None:
    async with client_of(turning).aio as sdk:
        file = await sdk.files.upload(
            file=io.BytesIO(b"hello"), config=types.UploadFileConfig(mime_type="text/plain")
        )
        for _ in range(2):
            assert (await sdk.files.get(name=name_of(file))).size_bytes == 5
        assert [name_of(one) async for one in await sdk.files.list()] == [name_of(file)]
        await sdk.files.delete(name=name_of(file))


def test_an_uploaded_file_cannot_be_downloaded(sdk: genai.Client) -> None:
    file = upload(sdk)
    with pytest.raises(errors.ClientError, match="generated files"):
        sdk.files.download(file=name_of(file))


def test_caches_are_made_used_prolonged_and_deleted(sdk: genai.Client, turning: Proxy) -> None:
    caches = [
        sdk.caches.create(
            model=MODEL,
            config=types.CreateCachedContentConfig(
                contents=types.Content(role="user", parts=[types.Part(text=f"fact {number}")]),
                ttl="300s",
            ),
        )
        for number in range(MANY)
    ]
    for cache in caches:
        config = types.GenerateContentConfig(cached_content=cache.name)
        chunks = sdk.models.generate_content_stream(model=MODEL, contents="hi", config=config)
        assert "".join(chunk.text or "" for chunk in chunks) == "You said: hi"
        longer = sdk.caches.update(
            name=name_of(cache), config=types.UpdateCachedContentConfig(ttl="900s")
        )
        assert longer.expire_time is not None
        assert cache.expire_time is not None
        assert longer.expire_time > cache.expire_time
        assert sdk.caches.get(name=name_of(cache)).expire_time == longer.expire_time
    assert len(list(sdk.caches.list())) == MANY
    for cache in caches:
        sdk.caches.delete(name=name_of(cache))
    assert list(sdk.caches.list()) == []


def test_batches_run_are_listed_cancelled_and_deleted(sdk: genai.Client) -> None:
    requests: Any = [{"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}]
    jobs = [sdk.batches.create(model=MODEL, src=requests) for _ in range(MANY)]
    for job in jobs[1:]:
        while not job.done:
            job = sdk.batches.get(name=name_of(job))  # noqa: PLW2901 - its next state
        assert job.state == types.JobState.JOB_STATE_SUCCEEDED
        assert job.dest is not None
        assert job.dest.inlined_responses is not None
        response = job.dest.inlined_responses[0].response
        assert response is not None
        assert response.text == "You said: hello"
    sdk.batches.cancel(name=name_of(jobs[0]))
    assert sdk.batches.get(name=name_of(jobs[0])).state == types.JobState.JOB_STATE_CANCELLED
    assert {name_of(job) for job in sdk.batches.list()} == {name_of(job) for job in jobs}
    for job in jobs:
        sdk.batches.delete(name=name_of(job))
    assert list(sdk.batches.list()) == []


def test_a_batch_made_of_a_file_runs_where_the_file_is_and_its_answers_are_downloaded(
    sdk: genai.Client, turning: Proxy
) -> None:
    line = {"key": "one", "request": {"contents": [{"parts": [{"text": "hello"}]}]}}
    for _ in range(2):
        file = upload(sdk, orjson.dumps(line) + b"\n")
        job = sdk.batches.create(model=MODEL, src=name_of(file))
        stored = turning.world.stored
        assert stored[name_of(job)]["project"] == stored[name_of(file)]["project"]
        while not job.done:
            job = sdk.batches.get(name=name_of(job))
        assert job.dest is not None
        assert job.dest.file_name is not None
        for _ in range(2):
            answers = sdk.files.download(file=job.dest.file_name)
            assert orjson.loads(answers)["key"] == "one"


def test_embedding_batches(sdk: genai.Client) -> None:
    source: Any = {"inlined_requests": {"contents": [{"parts": [{"text": "hello"}]}]}}
    job = sdk.batches.create_embeddings(model="gemini-embedding-001", src=source)
    for _ in range(3):
        job = sdk.batches.get(name=name_of(job))
    assert job.state == types.JobState.JOB_STATE_SUCCEEDED


def test_file_search_stores(sdk: genai.Client, turning: Proxy) -> None:
    for _ in range(2):
        store = sdk.file_search_stores.create(config={"display_name": "shelf"})
        name = name_of(store)
        assert sdk.file_search_stores.get(name=name).display_name == "shelf"
        operation: Any = sdk.file_search_stores.upload_to_file_search_store(
            file_search_store_name=name,
            file=io.BytesIO(b"hello"),
            config={"mime_type": "text/plain", "display_name": "notes"},
        )
        while not operation.done:
            operation = sdk.operations.get(operation)
        (document,) = sdk.file_search_stores.documents.list(parent=name)
        assert document.display_name == "notes"
        assert sdk.file_search_stores.documents.get(name=name_of(document)) is not None
        search = types.Tool(file_search=types.FileSearch(file_search_store_names=[name]))
        config = types.GenerateContentConfig(tools=[search])
        assert sdk.models.generate_content(model=MODEL, contents="hi", config=config).text
        assert turning.projects()[-1] == turning.world.stored[name]["project"]
        sdk.file_search_stores.documents.delete(name=name_of(document))
        sdk.file_search_stores.delete(name=name, config={"force": True})
    assert list(sdk.file_search_stores.list()) == []


def test_a_file_is_imported_into_a_store_of_its_project(sdk: genai.Client, turning: Proxy) -> None:
    store = sdk.file_search_stores.create()
    files = [upload(sdk) for _ in range(2)]
    for file in files:
        asked: Any = {"file_search_store_name": name_of(store), "file_name": name_of(file)}
        operation = sdk.file_search_stores.import_file(**asked)
        assert name_of(operation).startswith(name_of(store))


def test_interactions_go_on_where_they_began(sdk: genai.Client, turning: Proxy) -> None:
    for _ in range(2):
        first: Any = sdk.interactions.create(model=MODEL, input="hello")
        assert first.output_text == "You said: hello"
        second: Any = sdk.interactions.create(
            model=MODEL, input="again", previous_interaction_id=first.id
        )
        assert second.output_text == "You said: again (after 1 turns)"
        got: Any = sdk.interactions.get(id=second.id)
        assert got.output_text == second.output_text
        sdk.interactions.delete(id=first.id)
    made = [one for one in turning.world.requests if one.action == "interact"]
    assert made[0].project == made[1].project != made[2].project == made[3].project


def test_interactions_stream(sdk: genai.Client) -> None:
    stream: Any = sdk.interactions.create(model=MODEL, input="hello there", stream=True)
    events = list(stream)
    kinds = [event.event_type for event in events]
    assert (kinds[0], kinds[-1]) == ("interaction.created", "interaction.completed")
    text = "".join(event.delta.text for event in events if event.event_type == "step.delta")
    assert text == "You said: hello there"
    for _ in range(2):
        later: Any = sdk.interactions.create(
            model=MODEL, input="more", previous_interaction_id=events[0].interaction.id
        )
        assert "after 1 turns" in later.output_text
