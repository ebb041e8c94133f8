"""The victim: changes vault and folder for ever, and acknowledges each change that is complete."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from pydantic import SecretStr

from proxy_core.credentials.identity import account_id, account_label
from proxy_core.credentials.keychain import EnvironmentKeychain
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.credentials.stores import FolderStore, WritableStore
from proxy_core.credentials.vault import VAULT_FILE, Vault

VAULT_KEY = SecretStr("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
ACCOUNTS = 12
"So few that most changes replace or remove something."


def stores(folder: Path) -> dict[str, WritableStore]:
    vault = Vault(folder / VAULT_FILE, EnvironmentKeychain(VAULT_KEY))
    return {store.name: store for store in (vault, FolderStore(folder))}


def made_up(number: int, refresh_token: str) -> Credential:
    email, project = f"user{number}@example.com", f"project-{number}"
    credential_id = account_id(email, "made-up-client", project)
    secret = AccountSecret(
        "made-up-client", SecretStr("made-up-secret"), SecretStr(refresh_token), email=email
    )
    label = account_label(email, project, credential_id)
    return Credential(credential_id, label, project, "", secret)


@dataclass(frozen=True)
class Change:
    """One complete change."""

    store: str
    saved: tuple[str, ...] = ()
    "Ids."
    token: str = ""
    "The refresh token of all of them."
    deleted: str = ""


def changes(folder: Path, chance: random.Random) -> Iterator[Change]:
    """Makes one change after another, and yields each after it was made."""
    open_stores = stores(folder)
    while True:
        name, store = chance.choice(list(open_stores.items()))
        if chance.random() < 0.25:
            gone = made_up(chance.randrange(ACCOUNTS), "").id
            store.delete([gone])
            yield Change(name, deleted=gone)
        else:
            numbers = chance.sample(range(ACCOUNTS), chance.choice((1, 1, 1, 3)))
            token = f"1//{chance.randbytes(6).hex()}" + "x" * chance.randrange(2_000)
            saved = [made_up(number, token) for number in numbers]
            store.save(saved)
            yield Change(name, tuple(one.id for one in saved), token)


def work(folder: Path, seed: int, told: "Connection[Change, None]") -> None:
    """Never returns."""
    for change in changes(folder, random.Random(seed)):
        told.send(change)
