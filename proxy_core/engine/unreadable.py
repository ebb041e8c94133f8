"""Entries of a store that cannot be read, as a snapshot shows them."""

from proxy_core.credentials.model import Unreadable
from proxy_core.credentials.vault import VAULT_FILE
from proxy_core.gemini.states import CredentialState, describe
from proxy_core.snapshot import CredentialView


def unreadable_view(bad: Unreadable) -> CredentialView:
    return CredentialView(
        id=bad.id,
        kind="unknown",
        label=bad.source,
        project=None,
        store=bad.store,
        enabled=False,
        state=CredentialState.UNREADABLE,
        since=0.0,
        until=None,
        sentence=bad.reason,
        # What is wrong with the vault as a whole comes with what is to be done.
        next_step=""
        if bad.source == VAULT_FILE
        else describe(CredentialState.UNREADABLE).next_step,
        in_flight=0,
    )
