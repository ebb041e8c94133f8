"""The Interactions API of the pretend Google."""

from typing import Any

import pytest

from tests.simulator.conftest import Client

PATH = "/v1beta/interactions"
MODEL = "gemini-3.8-flash"


async def interact(client: Client, text: Any = "hello", **more: Any) -> tuple[int, Any]:
    return await client.send("POST", PATH, json={"model": MODEL, "input": text, **more})


async def test_an_interaction_goes_on_from_an_earlier_one_of_its_project(client: Client) -> None:
    _, first = await interact(client)
    assert first["status"] == "completed"
    _, second = await interact(client, previous_interaction_id=first["id"])
    assert "after 1 turns" in second["steps"][0]["content"][0]["text"]
    assert (await interact(client, previous_interaction_id="none"))[0] == 403
    place = f"{PATH}/{second['id']}"
    assert await client.send("GET", place) == (200, second)
    other = {"x-goog-api-key": client.world.add_key("other-project")}
    assert (await client.send("GET", place, other))[0] == 403
    assert (await client.send("POST", f"{place}/cancel"))[1]["status"] == "cancelled"
    assert (await client.send("DELETE", place))[0] == 200
    assert (await client.send("GET", place))[0] == 403


async def test_a_stream_tells_the_same_and_ends_with_a_word(client: Client) -> None:
    _, raw = await interact(client, stream=True)
    assert raw.startswith(b'data: {"event_type":"interaction.created"')
    assert raw.endswith(b"data: [DONE]\n\n")
    made = next(name for name in client.world.stored if name.startswith("interactions/"))
    _, again = await client.send("GET", f"/v1beta/{made}?stream=true")
    assert again == raw


async def test_all_forms_of_input_are_heard(client: Client) -> None:
    said = [{"type": "user_input", "content": [{"type": "text", "text": "hello"}]}]
    for form in ("hello", {"type": "text", "text": "hello"}, said):
        _, told = await interact(client, form)
        assert told["steps"][0]["content"][0]["text"] == "You said: hello"


@pytest.mark.parametrize(
    ("body", "status"),
    [({"model": MODEL}, 400), ({"input": "x"}, 400), ({"model": "none", "input": "x"}, 404)],
)
async def test_errors_have_words_for_codes(client: Client, body: Any, status: int) -> None:
    got, told = await client.send("POST", PATH, json=body)
    assert got == status
    assert isinstance(told["error"]["code"], str)
    odd = await client.send("POST", PATH, json={"model": MODEL, "input": "x", "odd": 1})
    assert odd[0] == 400


async def test_a_file_of_another_project_is_no_input(client: Client) -> None:
    uri = "https://generativelanguage.googleapis.com/v1beta/files/x"
    assert (await interact(client, [{"type": "video", "uri": uri}]))[0] == 403
