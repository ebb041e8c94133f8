"""One Pollux per data folder, and how others find it."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from proxy_core.engine.instance import (
    FILE,
    LOCK,
    FolderTaken,
    Instance,
    InstanceLock,
    read_instance,
)
from proxy_core.simulator import World
from tests.fakes.home import at_home
from tests.server import raw
from tests.server.raw import CHAT, chat_body

_HOLDER = """
import sys
from pathlib import Path
from proxy_core.engine.instance import InstanceLock
lock = InstanceLock(Path(sys.argv[1]))
lock.take()
if sys.argv[2]:
    lock.announce(sys.argv[2], "1.2.3")
print("held", flush=True)
sys.stdin.read()
"""
URL = "http://127.0.0.1:7860"


@contextmanager
def held_elsewhere(folder: Path, url: str = URL) -> Iterator[int]:
    """Another process has the folder; its id. An empty url: it has said nothing yet."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            assert process.stdout.readline() == b"held\n"
            yield process.pid
        finally:
            process.stdin.close()
            process.wait(10)


def quick(folder: Path) -> InstanceLock:
    return InstanceLock(folder, wait_s=0.05)


def stale(folder: Path) -> None:
    """What a Pollux leaves that was killed."""
    note = {"pid": 4_000_000, "url": "http://127.0.0.1:1", "version": "0.0.1"}
    (folder / FILE).write_text(json.dumps(note))
    (folder / LOCK).touch()


def test_a_folder_that_another_process_has_is_refused_and_it_is_named(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as pid:
        with pytest.raises(FolderTaken) as caught:
            quick(tmp_path).take()
        assert caught.value.holder == Instance(pid, URL, "1.2.3")
        assert caught.value.folder == tmp_path
        for part in (str(tmp_path), URL, str(pid)):
            assert part in str(caught.value)
        assert read_instance(tmp_path) == Instance(pid, URL, "1.2.3")
    quick(tmp_path).take()


def test_a_holder_that_has_said_nothing_is_another_pollux(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path, ""), pytest.raises(FolderTaken, match="another Pollux"):
        quick(tmp_path).take()


def test_in_one_process_too_only_one_has_a_folder(tmp_path: Path) -> None:
    first, second = quick(tmp_path), quick(tmp_path)
    first.take()
    with pytest.raises(FolderTaken):
        second.take()
    first.give_back()
    second.take()
    second.give_back()
    second.give_back()


def test_what_it_says_of_itself_is_gone_when_it_gives_the_folder_back(tmp_path: Path) -> None:
    lock = quick(tmp_path)
    lock.take()
    lock.announce(URL, "1.2.3")
    assert read_instance(tmp_path) == Instance(os.getpid(), URL, "1.2.3")
    lock.give_back()
    assert not (tmp_path / FILE).exists()
    assert read_instance(tmp_path) is None


def test_the_note_of_a_pollux_that_was_killed_is_ignored(tmp_path: Path) -> None:
    assert read_instance(tmp_path) is None
    stale(tmp_path)
    assert read_instance(tmp_path) is None
    quick(tmp_path).take()


def test_nor_is_that_note_taken_for_one_of_the_next_holder(tmp_path: Path) -> None:
    stale(tmp_path)
    with held_elsewhere(tmp_path, ""):
        assert read_instance(tmp_path, wait_s=0) is None
        with pytest.raises(FolderTaken, match="another Pollux"):
            quick(tmp_path).take()


def test_one_that_has_just_taken_the_folder_gets_time_to_say_where_it_listens(
    tmp_path: Path,
) -> None:
    lock = quick(tmp_path)
    lock.take()
    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(read_instance, tmp_path, wait_s=10)
        lock.announce(URL, "1.2.3")
        assert found.result(10) == Instance(os.getpid(), URL, "1.2.3")
    lock.give_back()


@pytest.mark.parametrize("note", ["", "[]", '{"pid": 1}', '{"pid": "x", "url": "", "version": ""}'])
def test_a_note_that_cannot_be_read_is_none(tmp_path: Path, note: str) -> None:
    lock = quick(tmp_path)
    lock.take()
    (tmp_path / FILE).write_text(note)
    assert read_instance(tmp_path, wait_s=0) is None
    lock.give_back()


async def test_a_second_engine_on_the_folder_does_not_start(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        version = home.engine.snapshot().version
        found = await asyncio.to_thread(read_instance, tmp_path)
        assert found == Instance(os.getpid(), home.url, version)
        with pytest.raises(FolderTaken) as caught:
            async with at_home(tmp_path):
                pass
        assert caught.value.holder is not None
        assert caught.value.holder.url == home.url
        assert await asyncio.to_thread(read_instance, tmp_path) == found
    assert await asyncio.to_thread(read_instance, tmp_path) is None
    async with at_home(tmp_path):
        pass


async def test_a_note_that_cannot_be_written_keeps_nobody_from_starting_and_stopping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).mkdir()
    async with at_home(tmp_path) as home:
        assert home.engine.snapshot().state == "degraded"
    assert home.engine.snapshot().state == "stopped"
    assert "will not find this Pollux" in caplog.text
    quick(tmp_path)._lock.acquire(timeout=0.05)


async def test_a_data_folder_that_cannot_be_written_is_warned_of_and_served_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / "taken").write_text("a file")
    world = World()
    key = {"type": "api_key", "key": world.add_key("p1"), "project_id": "p1"}
    async with at_home(tmp_path / "taken" / "data", world, [key]) as home:
        assert (await raw.send(home.url, raw.request(CHAT, chat_body()))).status == 200
        (view,) = home.views
        await home.commands.rename(view.id, "mine")
        assert home.view(view.id).label == "mine"
    assert "nothing is remembered" in caplog.text
