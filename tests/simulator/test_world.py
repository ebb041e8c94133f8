"""Building a world and waiting for it."""

import asyncio

from proxy_core.simulator import World
from proxy_core.simulator.world import Received


def received(path: str = "/") -> Received:
    return Received(0.0, "GET", path, {}, {}, b"")


def test_a_signed_in_account_leaves_an_authorized_user_file() -> None:
    file = World().sign_in("ada@example.com", "ada-project")
    assert file["type"] == "authorized_user"
    assert file["project_id"] == "ada-project"
    assert file["token_uri"] == "https://oauth2.googleapis.com/token"
    assert "googleusercontent" not in file["client_id"]


def test_keys_have_googles_shapes_and_differ() -> None:
    world = World()
    keys = [world.add_key("p"), world.add_key("p"), world.add_key("p", auth_key=True)]
    assert [len(key) for key in keys] == [39, 39, 53]
    assert len(set(keys)) == 3
    assert keys[2].startswith("AQ.")


def test_projects_are_made_once() -> None:
    world = World()
    world.add_account("ada@example.com", "p", "q")
    world.add_account("grace@example.com", "p")
    assert world.projects["p"].members == {"ada@example.com", "grace@example.com"}
    assert world.projects["p"].number != world.projects["q"].number


def test_the_log_forgets_its_older_half() -> None:
    world = World(keep_requests=4)
    for number in range(7):
        world.remember(received(str(number)))
    assert [one.path for one in world.requests] == ["2", "3", "4", "5", "6"][-len(world.requests) :]
    assert len(world.requests) <= 4


async def test_waiting_ends_when_something_has_arrived() -> None:
    world = World()
    waiting = asyncio.ensure_future(world.until(lambda: len(world.requests) == 2))
    for _ in range(2):
        await asyncio.sleep(0)
        assert not waiting.done()
        world.remember(received())
    await waiting
    world.note_hang_up(1.0, received())
    await world.until(lambda: world.hang_ups)
