import pytest

from desktop.desk import Desk
from desktop.life import Phase
from desktop.status import status_of, why_unusable
from proxy_core.api import PortTaken
from tests.desktop.conftest import until
from tests.fakes.commands import credential
from tests.fakes.window import FakeEngine

ADA = credential("accaaaaaaaaaa", "ada@example.com")


async def test_with_usable_credentials_it_names_the_port(desk: Desk, engine: FakeEngine) -> None:
    engine.commands.put(ADA)
    await until(lambda: desk.bridge.snapshot.credentials)
    status = status_of(desk)
    assert (status.state, status.line) == ("serving", "Running on port 7860")


async def test_without_credentials_it_says_so(desk: Desk) -> None:
    status = status_of(desk)
    assert (status.state, status.tone) == ("degraded", "warn")
    assert "no credential yet" in status.line


async def test_one_that_needs_its_owner_is_pointed_out(desk: Desk, engine: FakeEngine) -> None:
    engine.commands.put(ADA, credential("keybbbbbbbbbb", "old key", "key_invalid"))
    await until(lambda: len(desk.bridge.snapshot.credentials) == 2)
    assert status_of(desk).state == "attention"


@pytest.mark.parametrize("state", ["needs_sign_in", "disabled", "suspended"])
async def test_without_a_usable_one_it_is_degraded(
    desk: Desk, engine: FakeEngine, state: str
) -> None:
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com", state))
    await until(lambda: desk.bridge.snapshot.credentials)
    assert status_of(desk).state == "degraded"


async def test_paused_is_said(desk: Desk, engine: FakeEngine) -> None:
    engine.commands.put_state("paused")
    await until(lambda: desk.bridge.snapshot.state == "paused")
    assert status_of(desk).state == "paused"


async def test_a_taken_port_has_a_state_of_its_own(desk: Desk, engine: FakeEngine) -> None:
    await desk.life.stop()
    assert status_of(desk).state == "stopped"
    engine.fails_with = PortTaken("127.0.0.1", 7860, None)
    await desk.life.start()
    assert desk.life.phase is Phase.TROUBLE
    status = status_of(desk)
    assert status.state == "port_taken"
    assert "7860" in status.line


async def test_why_no_credential_is_usable_is_counted(desk: Desk, engine: FakeEngine) -> None:
    assert "Add an account or a key" in why_unusable(desk.bridge.snapshot)
    engine.commands.put(
        credential("accaaaaaaaaaa", "a", "needs_sign_in"),
        credential("accbbbbbbbbbb", "b", "needs_sign_in"),
    )
    await until(lambda: desk.bridge.snapshot.credentials)
    assert why_unusable(desk.bridge.snapshot) == "Sign in again: 2"
