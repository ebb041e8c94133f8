"""Rounds of starting a writer, killing it with SIGKILL, and checking what is on the disk."""

import contextlib
import multiprocessing
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from proxy_core.credentials.model import AccountSecret
from tests.crash import writer
from tests.crash.writer import Change

if TYPE_CHECKING:  # Windows has no such class
    from multiprocessing.context import ForkServerContext

LONGEST_S = 0.25
"Of a writer's work after its first change, before it is killed."
START_S = 30.0


@dataclass
class Tally:
    """What happened in all rounds."""

    rounds: int = 0
    changes: int = 0
    "Acknowledged by writers."
    half_done: int = 0
    "Rounds that ended within a change, as the disk shows."
    left_temporaries: int = 0
    "Rounds after which a temporary file was left."


@dataclass
class Folder:
    """A data folder, and what must be in it."""

    path: Path
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    "(store, id) to refresh token."

    def acknowledge(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.held.pop((change.store, change.deleted), None)
            self.held |= {(change.store, one): change.token for one in change.saved}

    def found(self) -> dict[tuple[str, str], str]:
        """What is there now; nothing in it may be unreadable."""
        tokens: dict[tuple[str, str], str] = {}
        for name, store in writer.stores(self.path).items():
            loaded = store.load()
            assert loaded.unreadable == (), loaded.unreadable
            for credential in loaded.credentials:
                assert isinstance(credential.secret, AccountSecret)
                tokens[name, credential.id] = credential.secret.refresh_token.get_secret_value()
        return tokens

    def temporaries(self) -> list[str]:
        return [path.name for path in self.path.glob("*.tmp")]


def run(path: Path, rounds: int, chance: random.Random) -> Iterator[Tally]:
    """All rounds in one folder; yields the tally after each. Raises AssertionError."""
    folder, tally = Folder(path), Tally()
    # A server that has everything imported makes a writer in no time, by fork.
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([writer.__name__])
    for _ in range(rounds):
        changes = _killed_writer(server, path, chance)
        folder.acknowledge(changes)
        found = folder.found()
        _compare(folder.held, found)
        tally.rounds += 1
        tally.changes += len(changes)
        tally.half_done += found != folder.held
        tally.left_temporaries += bool(folder.temporaries())
        assert len(folder.temporaries()) <= 2, "one for each store at most"
        assert not list(path.glob("*.damaged-*"))
        folder.held = found
        yield tally


def _killed_writer(server: "ForkServerContext", path: Path, chance: random.Random) -> list[Change]:
    """What a writer acknowledged before it was killed."""
    here, there = server.Pipe(duplex=False)
    process = server.Process(target=writer.work, args=(path, chance.getrandbits(32), there))
    process.start()
    there.close()
    with here:
        try:
            assert here.poll(START_S), "the writer did not start"
            told = list(_told_until(here, time.monotonic() + chance.uniform(0, LONGEST_S)))
            assert process.is_alive(), "the writer ended by itself"
        finally:
            process.kill()
        with contextlib.suppress(EOFError, OSError):  # its last word may be cut off
            while True:
                told.append(here.recv())
    process.join()
    process.close()
    return told


def _told_until(told: "Connection[None, Change]", end: float) -> Iterator[Change]:
    """Listens all the time, since a writer that nobody listens to would stand still."""
    while (left := end - time.monotonic()) > 0 and told.poll(left):
        yield told.recv()


def _compare(held: dict[tuple[str, str], str], found: dict[tuple[str, str], str]) -> None:
    """What was acknowledged is there, but for the one change that was cut off.

    That one may have been made or not: it is one save of up to three credentials, or one removal,
    in one store.
    """
    different = {key for key in held.keys() | found.keys() if held.get(key) != found.get(key)}
    gone = [key for key in different if key not in found]
    newer = {found[key] for key in different if key in found}
    assert len({store for store, _ in different}) <= 1, different
    assert len(different) <= 3, different
    assert not gone or len(different) == 1, different
    assert len(newer) <= 1, different
