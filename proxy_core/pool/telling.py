"""Tells of standings that changed, with the words for them."""

from proxy_core.clock import Clock
from proxy_core.events import Bus, StandingChanged
from proxy_core.gemini.faults import Fault
from proxy_core.gemini.states import CredentialState, ModelState, describe
from proxy_core.pool.standing import Member, Pair


class Teller:
    """Publishes events of one pool."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self._clock = clock
        self._bus = bus

    def member(self, member: Member) -> None:
        state = member.state if member.enabled else CredentialState.DISABLED
        self._tell(member.credential.id, member.label, None, state, None, member.fault)

    def pair(self, pair: Pair) -> None:
        if not pair.of_model:
            return
        label = pair.unit.members[0].label
        self._tell(pair.unit.id, label, pair.model, pair.state, pair.until or None, pair.fault)

    def _tell(
        self,
        subject: str,
        label: str,
        model: str | None,
        state: CredentialState | ModelState,
        until: float | None,
        fault: Fault | None,
    ) -> None:
        sentence = describe(state, fault, until).sentence
        self._bus.publish(
            StandingChanged(self._clock.now(), subject, label, model, state, until, sentence)
        )
