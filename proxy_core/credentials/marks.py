"""What a refusal of Google does to a credential: the marks that `retry` sets and `pool` bears."""

from dataclasses import dataclass
from typing import TypeAlias

from proxy_core.gemini.states import CredentialState, ModelState


@dataclass(frozen=True, slots=True)
class Rest:
    """The pair, or the whole project, rests until a time."""

    state: ModelState
    until: float
    "Epoch seconds."
    whole_project: bool = False


@dataclass(frozen=True, slots=True)
class Revoke:
    """Google refuses the credential, or the project, until its owner acts."""

    state: CredentialState
    whole_project: bool = False


Mark: TypeAlias = Rest | Revoke
