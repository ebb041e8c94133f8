"""What the doctor finds, and what it tells the owner to do."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from proxy_core.commands import Finding, OAuthClientView
from proxy_core.credentials.vault import VaultStatus
from proxy_core.engine import doctor
from proxy_core.engine.doctor import DoctorInputs, examine
from proxy_core.engine.reachability import Way
from proxy_core.settings import Settings, load_settings
from proxy_core.snapshot import CredentialView
from tests.fakes.clock import FakeClock
from tests.fakes.google import FakeGoogle, google
from tests.settings.known import SECRETS

WITHOUT_CLIENT = OAuthClientView("none", "", "An API key needs no OAuth client.", "Make one.")
ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions")


@pytest.fixture
async def fake() -> AsyncIterator[FakeGoogle]:
    async with google() as running:
        yield running


def view(state: str = "ready", label: str = "home", kind: str = "key") -> CredentialView:
    return CredentialView(
        id=f"id-{label}",
        kind=kind,
        label=label,
        project="p",
        store="vault",
        enabled=state != "disabled",
        state=state,
        since=0.0,
        until=None,
        sentence=f"It is {state}.",
        next_step="Do something." if state != "ready" else "",
        in_flight=0,
    )


class Patient:
    """One who is in good health, but for what a test says."""

    def __init__(self, fake: FakeGoogle, folder: Path) -> None:
        self.fake = fake
        self.folder = folder

    async def examined(
        self, settings: Settings | None = None, **changes: Any
    ) -> dict[str, list[Finding]]:
        """The findings by check."""
        async with aiohttp.ClientSession() as session:
            inputs = DoctorInputs(
                settings=settings or Settings(),
                listens_at="http://127.0.0.1:7860",
                folder=self.folder,
                database_problem=None,
                vault=VaultStatus("open", "The vault is open."),
                client=WITHOUT_CLIENT,
                credentials=(view(),),
                google=Way(session, self.fake.base_url),
                clock=FakeClock(),
            )
            findings = await examine(replace(inputs, **changes))
        by_check: dict[str, list[Finding]] = {}
        for finding in findings:
            by_check.setdefault(finding.check, []).append(finding)
        return by_check


@pytest.fixture
def patient(fake: FakeGoogle, tmp_path: Path) -> Patient:
    return Patient(fake, tmp_path)


def wrong(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if not one.ok]


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def loaded(environ: Mapping[str, str], toml: Path | None = None) -> Settings:
    return load_settings({}, environ, None, toml)


# -- the whole -----------------------------------------------------------------------------


async def test_a_healthy_pollux_has_one_good_finding_for_each_check(patient: Patient) -> None:
    found = await patient.examined()
    assert list(found) == [
        *("settings", "port", "data_folder", "vault", "oauth_client", "credentials"),
        *("clock", "google"),
    ]
    found.pop("clock")  # FakeClock's time is not the simulator's
    assert [one for findings in found.values() for one in wrong(findings)] == []


async def test_nothing_shows_a_secret(patient: Patient) -> None:
    settings = await asyncio.to_thread(loaded, {"CLIENT_ID": "mine", **SECRETS})
    found = await patient.examined(settings)
    assert "hush" not in str(found)


async def test_accounts_make_it_look_at_the_list_of_projects(patient: Patient) -> None:
    assert len((await patient.examined())["google"]) == 2
    account = view(kind="account")
    assert len((await patient.examined(credentials=(account,)))["google"]) == 3


async def test_the_vault_speaks_for_itself(patient: Patient) -> None:
    report = VaultStatus("closed", "It is locked.", "Unlock it.")
    assert (await patient.examined(vault=report))["vault"] == [
        Finding("vault", ok=False, sentence="It is locked.", next_step="Unlock it.")
    ]


async def test_what_could_not_be_judged_is_a_note_and_no_good_finding(patient: Patient) -> None:
    found = await patient.examined(
        Settings(google_api_base_url=patient.fake.base_url),
        vault=VaultStatus("none", "There is no vault yet."),
    )
    noted = {check for check, findings in found.items() for one in findings if one.note}
    assert noted == {"settings", "vault", "oauth_client"}
    assert (await patient.examined())["vault"][0].note is False


async def test_to_have_no_oauth_client_is_no_fault(patient: Patient) -> None:
    (finding,) = (await patient.examined())["oauth_client"]
    assert (finding.ok, finding.note, finding.next_step) == (True, True, "")
    web = replace(WITHOUT_CLIENT, kind="web", ways=("page",), next_step="Only on the page.")
    (finding,) = (await patient.examined(client=web))["oauth_client"]
    assert (finding.ok, finding.next_step) == (True, "Only on the page.")


# -- settings ------------------------------------------------------------------------------


async def test_it_says_where_the_settings_come_from(patient: Patient) -> None:
    toml = patient.folder / "settings.toml"
    _put(toml, "sticky = false\n", 0o600)
    settings = await asyncio.to_thread(loaded, {"PORT": "1", "HOST": "::1"}, toml)
    (finding,) = (await patient.examined(settings))["settings"]
    assert finding.sentence == (
        "The settings can be used; environment: HOST, PORT; settings.toml: STICKY."
    )


async def test_a_file_that_was_broken_since_the_start_is_told(patient: Patient) -> None:
    toml = patient.folder / "settings.toml"
    settings = await asyncio.to_thread(loaded, {}, toml)
    _put(toml, "port = 'many'\n", 0o600)
    (finding,) = wrong((await patient.examined(settings))["settings"])
    assert "PORT" in finding.sentence
    assert "next start" in finding.next_step


@pytest.mark.parametrize(
    ("environ", "words", "ok"),
    [
        ({"DEBUG": "true", "DEBUG_REDACT_LOGS": "false"}, "DEBUG_REDACT_LOGS=false", False),
        ({"GOOGLE_API_BASE_URL": "https://gateway.example"}, "https://gateway.example", True),
        ({"CREDENTIALS_JSON_LIST": "[]"}, "CREDENTIALS_JSON_LIST is set", True),
        ({"POLLUX_STATE_URL": "redis://a"}, "POLLUX_STATE_URL is set, but", False),
    ],
)
async def test_what_is_unusual_is_said(
    environ: dict[str, str], words: str, ok: bool, patient: Patient
) -> None:
    settings = await asyncio.to_thread(loaded, environ)
    _, finding = (await patient.examined(settings))["settings"]
    assert words in finding.sentence
    assert finding.ok is ok


async def test_what_is_usual_is_not(patient: Patient) -> None:
    settings = await asyncio.to_thread(
        loaded, {"HOST": "0.0.0.0", "DEBUG": "true", "MODEL_ALIASES": '{"a": "b"}'}
    )
    assert len((await patient.examined(settings))["settings"]) == 1


# -- port ----------------------------------------------------------------------------------


async def test_a_running_pollux_says_where_it_listens(patient: Patient) -> None:
    (finding,) = (await patient.examined())["port"]
    assert finding.sentence == "Pollux listens at http://127.0.0.1:7860."


async def test_a_taken_port_comes_with_a_free_one(patient: Patient) -> None:
    with taken_port() as port:
        settings = await asyncio.to_thread(loaded, {"PORT": str(port)})
        (finding,) = (await patient.examined(settings, listens_at=None))["port"]
    assert not finding.ok
    assert f"Port {port} on 127.0.0.1 is taken" in finding.sentence
    if sys.platform == "linux":
        assert f"(pid {os.getpid()})" in finding.sentence
    assert "PORT=" in finding.next_step


async def test_a_free_port_is_fine(patient: Patient) -> None:
    with taken_port() as port:
        pass
    settings = await asyncio.to_thread(loaded, {"PORT": str(port)})
    (finding,) = (await patient.examined(settings, listens_at=None))["port"]
    assert (finding.ok, finding.sentence) == (True, f"Port {port} on 127.0.0.1 is free.")


async def test_an_engine_of_one_command_looks_at_the_port_that_is_configured(
    patient: Patient,
) -> None:
    with taken_port() as port:
        settings = await asyncio.to_thread(loaded, {"PORT": str(port)})
        own = settings.model_copy(update={"port": 0})
        (finding,) = (await patient.examined(own, listens_at=None))["port"]
    assert str(port) in finding.sentence


async def test_any_free_port_is_always_there(patient: Patient) -> None:
    settings = await asyncio.to_thread(loaded, {"PORT": "0"})
    (finding,) = (await patient.examined(settings, listens_at=None))["port"]
    assert finding.ok


async def test_an_address_that_is_not_ours_is_told(patient: Patient) -> None:
    settings = await asyncio.to_thread(loaded, {"HOST": "192.0.2.1", "PORT": "7860"})
    (finding,) = (await patient.examined(settings, listens_at=None))["port"]
    assert not finding.ok
    assert "cannot listen on 192.0.2.1:7860" in finding.sentence
    assert "HOST" in finding.next_step


# -- data folder ---------------------------------------------------------------------------


def _put(path: Path, text: str, mode: int) -> None:
    path.write_text(text, "utf-8")
    path.chmod(mode)


@ON_POSIX
async def test_files_with_secrets_that_others_may_read_come_with_the_command(
    patient: Patient,
) -> None:
    for name, mode in {
        "oauth_creds_a@b.example_p q.json": 0o644,
        "bearer_token": 0o640,
        "vault": 0o600,
        "pollux.sqlite3": 0o644,
        ".instance.lock": 0o644,
    }.items():
        _put(patient.folder / name, "{}", mode)
    (finding,) = (await patient.examined())["data_folder"]
    assert "2 of your files" in finding.sentence
    folder = patient.folder
    assert finding.next_step == (
        f"Run: chmod 600 {folder}/bearer_token '{folder}/oauth_creds_a@b.example_p q.json'"
    )


@ON_POSIX
async def test_of_many_files_some_are_named(patient: Patient) -> None:
    for number in range(13):
        _put(patient.folder / f"{number}.json", "{}", 0o644)
    (finding,) = (await patient.examined())["data_folder"]
    assert "13 of your files" in finding.sentence
    assert finding.next_step.startswith("Run (and for 3 more): chmod 600 ")


@ON_POSIX
@pytest.mark.parametrize(("line", "told"), [("admin_password = 'x'", True), ("port = 1", False)])
async def test_a_settings_file_counts_when_a_secret_is_in_it(
    line: str, told: bool, fake: FakeGoogle, tmp_path: Path
) -> None:
    toml = tmp_path / "config.toml"
    _put(toml, line, 0o644)
    data = tmp_path / "data"
    _make(data)
    settings = await asyncio.to_thread(loaded, {}, toml)
    (finding,) = (await Patient(fake, data).examined(settings))["data_folder"]
    assert (str(toml) in finding.next_step) is told
    assert finding.ok is not told


def _make(folder: Path) -> None:
    folder.mkdir()


async def test_a_folder_that_is_not_there_yet_is_no_fault(patient: Patient) -> None:
    (finding,) = (await patient.examined(folder=patient.folder / "later"))["data_folder"]
    assert finding.ok
    assert "will be made" in finding.sentence


async def test_a_file_that_was_damaged_at_an_earlier_start_is_still_told_of(
    patient: Patient,
) -> None:
    _put(patient.folder / "vault.damaged-1", "?", 0o600)
    (finding,) = (await patient.examined())["data_folder"]
    assert not finding.ok
    assert "vault.damaged-1" in finding.sentence
    assert "backup" in finding.next_step


async def test_a_folder_that_cannot_be_written_is_told(patient: Patient) -> None:
    file = patient.folder / "file"
    _put(file, "", 0o600)
    (finding,) = (await patient.examined(folder=file))["data_folder"]
    assert not finding.ok
    assert "cannot be written" in finding.sentence
    assert "PERSISTENT_STORAGE_PATH" in finding.next_step


async def test_a_database_that_cannot_be_used_is_told_with_what_that_means(
    patient: Patient,
) -> None:
    (finding,) = (await patient.examined(database_problem="It is damaged."))["data_folder"]
    assert not finding.ok
    assert "a restart forgets cooldowns" in finding.sentence
    assert finding.sentence.endswith("It is damaged.")


def test_little_room_is_told(tmp_path: Path) -> None:
    assert doctor._space(tmp_path, least_free_bytes=0) is None
    finding = doctor._space(tmp_path, least_free_bytes=1 << 62)
    assert finding is not None
    assert not finding.ok
    assert "MB left" in finding.sentence


# -- credentials ---------------------------------------------------------------------------


async def test_without_credentials_it_says_how_to_add_one(patient: Patient) -> None:
    (finding,) = (await patient.examined(credentials=()))["credentials"]
    assert not finding.ok
    assert "Add an API key" in finding.next_step


async def test_credentials_are_counted_and_those_in_need_named(patient: Patient) -> None:
    views = [view(), view(label="b"), view("needs_sign_in", "c"), view("disabled", "d")]
    first, *others = (await patient.examined(credentials=views))["credentials"]
    assert first.ok
    assert first.sentence == "Credentials: 2 ready, 1 needs sign in, 1 disabled."
    assert others == [
        Finding(
            "credentials", ok=False, sentence="c: It is needs_sign_in.", next_step="Do something."
        )
    ]


async def test_no_more_than_ten_are_named(patient: Patient) -> None:
    views = [view("key_invalid", str(number)) for number in range(13)]
    first, *others = (await patient.examined(credentials=views))["credentials"]
    assert not first.ok
    assert len(others) == 11
    assert others[-1].sentence == "3 more cannot be used."


async def test_when_all_are_switched_off_that_is_a_fault(patient: Patient) -> None:
    (finding,) = (await patient.examined(credentials=[view("disabled")]))["credentials"]
    assert not finding.ok
    assert finding.next_step
