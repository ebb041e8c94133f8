"""Made-up credentials and pools on a clock that stands still."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from proxy_core.clock import Clock
from proxy_core.credentials.marks import Rest, Revoke
from proxy_core.credentials.model import AccountSecret, Credential, KeySecret, Service
from proxy_core.events import Bus
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CredentialState, ModelState
from proxy_core.pool.lease import Lease, Want
from proxy_core.pool.pool import Pool
from proxy_core.pool.rotation import PolicyName
from proxy_core.pool.standing import Ledger, MemoryLedger

MODEL = "gemini-3.8-flash"


def credential(name: str, project: str | None = None) -> Credential:
    return Credential(
        f"key-{name}", name, project, "environment", KeySecret(SecretStr(f"made-up-{name}"))
    )


def account(
    name: str, project: str | None, *, refresh_token: str = "1//made-up", **more: Any
) -> Credential:
    """Accounts share one sign-in unless a refresh token tells them apart."""
    secret = AccountSecret("made-up-client", SecretStr("made-up"), SecretStr(refresh_token), **more)
    return Credential(f"acc-{name}", name, project, "folder", secret)


@dataclass
class OwnersNotes:
    labels: dict[str, str] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)
    services: dict[str, tuple[Service, str]] = field(default_factory=dict)

    def label_of(self, credential_id: str) -> str | None:
        return self.labels.get(credential_id)

    def enabled(self, credential_id: str) -> bool:
        return credential_id not in self.off

    def service_of(self, credential_id: str) -> tuple[Service, str] | None:
        return self.services.get(credential_id)


def made_pool(
    clock: Clock,
    *names: str,
    policy: PolicyName = "balanced",
    ledger: Ledger | None = None,
    bus: Bus | None = None,
    **more: Any,
) -> Pool:
    """A pool of credentials, each with a project of its own, unless a name says `name@project`."""
    pool = Pool(
        clock=clock, ledger=ledger or MemoryLedger(), bus=bus or Bus(), policy=policy, **more
    )
    pool.replace([_named(name) for name in names])
    return pool


def _named(name: str) -> Credential:
    short, _, project = name.partition("@")
    return credential(short, project or f"project-{short}")


def want(*tried: str, model: str = MODEL, **more: Any) -> Want:
    return Want(model, {f"key-{name}" for name in tried}, **more)


def taken(pool: Pool, wanted: Want | None = None) -> Lease:
    """A lease that must be there."""
    lease = pool.take(wanted or want())
    assert lease is not None
    return lease


def served(pool: Pool, wanted: Want | None = None) -> str:
    """Which credential serves one short request that works."""
    lease = taken(pool, wanted)
    pool.succeed(lease)
    lease.give_back()
    return lease.credential.label


def refusal(cause: Cause = Cause.MINUTE_QUOTA, **more: Any) -> Fault:
    return Fault(cause, 429, "made up", **more)


def rest(
    pool: Pool,
    lease: Lease,
    until: float,
    cause: Cause = Cause.MINUTE_QUOTA,
    *,
    whole_project: bool = False,
    **more: Any,
) -> None:
    """Google asked this lease's pair to rest; the lease comes back."""
    state = ModelState.DAY_SPENT if cause is Cause.DAY_QUOTA else ModelState.COOLING
    pool.mark(lease, Rest(state, until, whole_project=whole_project), refusal(cause, **more))
    lease.give_back()


def revoke(pool: Pool, lease: Lease, *, whole_project: bool = False) -> None:
    mark = Revoke(CredentialState.KEY_INVALID, whole_project)
    pool.mark(lease, mark, refusal(Cause.KEY_INVALID))
    lease.give_back()


def refuse(pool: Pool, lease: Lease) -> None:
    """Google ended the sign-in of this lease's account."""
    fault = refusal(Cause.NEEDS_SIGN_IN)
    pool.mark(lease, Revoke(CredentialState.NEEDS_SIGN_IN), fault)
    lease.give_back()
