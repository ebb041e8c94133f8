"""The vault's key in a keyring or given by its owner; never in the machine's own keyring."""

import asyncio
import base64
import subprocess
import sys

import pytest
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError
from pydantic import SecretStr

from proxy_core.credentials.keychain import (
    KEY_BYTES,
    EnvironmentKeychain,
    KeychainUnavailable,
    SystemKeychain,
)
from proxy_core.tasks import in_thread
from tests.credentials.made_up import PLANTED
from tests.fakes.keychain import MemoryKeyring


def test_a_new_key_is_kept_under_the_vaults_id_and_found_again() -> None:
    keyring = MemoryKeyring()
    key = SystemKeychain(keyring).create("0123456789abcdef")
    assert len(key) == KEY_BYTES
    assert SystemKeychain(keyring).fetch("0123456789abcdef") == key
    assert list(keyring.entries) == [("Pollux 0123456789abcdef", "vault key")]
    assert all(len(text) < 1280 for text in keyring.entries.values())


def test_two_vaults_share_no_key() -> None:
    keychain = SystemKeychain(MemoryKeyring())
    first = keychain.create("aaaaaaaaaaaaaaaa")
    assert keychain.create("bbbbbbbbbbbbbbbb") != first
    assert keychain.fetch("aaaaaaaaaaaaaaaa") == first
    assert keychain.fetch("cccccccccccccccc") is None


@pytest.mark.parametrize(
    ("failure", "reason", "step"),
    [
        (NoKeyringError(PLANTED), "missing", "POLLUX_VAULT_KEY"),
        (KeyringLocked(PLANTED), "refused", "Unlock"),
        (InitError(PLANTED), "refused", "Unlock"),
        (PasswordSetError(PLANTED), "failed", "PERSISTENT_STORAGE_PATH"),
        (ConnectionResetError(PLANTED), "failed", "POLLUX_VAULT_KEY"),
    ],
)
def test_what_a_keyring_raises_becomes_a_sentence_and_a_step(
    failure: Exception, reason: str, step: str
) -> None:
    keychain = SystemKeychain(MemoryKeyring(failure=failure))
    for call in (keychain.fetch, keychain.create):
        with pytest.raises(KeychainUnavailable) as caught:
            call("0123456789abcdef")
        assert caught.value.reason == reason
        assert step in caught.value.next_step
        assert PLANTED not in caught.value.sentence + caught.value.next_step


def test_a_keyring_that_does_not_keep_what_it_took_is_found_out() -> None:
    with pytest.raises(KeychainUnavailable, match="did not give it back"):
        SystemKeychain(MemoryKeyring(forgetful=True)).create("0123456789abcdef")


@pytest.mark.parametrize("kept", ["", "no base64!", base64.b64encode(b"short").decode()])
def test_an_entry_that_is_no_key_is_reported(kept: str) -> None:
    keyring = MemoryKeyring({("Pollux 0123456789abcdef", "vault key"): kept})
    with pytest.raises(KeychainUnavailable, match="not a key"):
        SystemKeychain(keyring).fetch("0123456789abcdef")


async def test_a_prompt_that_nobody_answers_holds_up_only_its_own_thread() -> None:
    keyring = MemoryKeyring()
    keyring.answering.clear()
    asking = asyncio.create_task(in_thread(SystemKeychain(keyring).fetch, "0123456789abcdef"))
    assert await asyncio.to_thread(keyring.called.wait, 5)
    assert not asking.done()
    keyring.answering.set()
    assert await asking is None


def test_the_owners_key_opens_every_vault() -> None:
    key = bytes(range(32))
    keychain = EnvironmentKeychain(SecretStr(base64.b64encode(key).decode()))
    assert keychain.fetch("a" * 16) == keychain.create("b" * 16) == key


def test_nothing_of_keyring_is_imported_before_it_is_used() -> None:
    code = (
        "import sys; from proxy_core.credentials import keychain, vault\n"
        "keychain.SystemKeychain()\n"
        "sys.exit(' '.join({'keyring', 'secretstorage', 'cryptography'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system always has a keyring")
def test_a_system_without_a_bus_has_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    # A back-end that would keep the key in a plain file if `keyring` were left to choose.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    with pytest.raises(KeychainUnavailable) as caught:
        SystemKeychain().fetch("0123456789abcdef")
    assert caught.value.reason == "missing"
