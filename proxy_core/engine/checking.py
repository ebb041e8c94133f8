"""Asks Google with a credential whether it works: one harmless request, and what it means.

Not here: the doctor, who looks at the whole (`doctor`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from proxy_core.commands import CheckResult
from proxy_core.credentials.grants import grant_of
from proxy_core.credentials.model import Credential, KeySecret, Service
from proxy_core.credentials.tokens import Authorizer
from proxy_core.engine.renewals import Renewals
from proxy_core.gemini import faults
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CREDENTIAL_STATES, CredentialState, describe, describe_cause
from proxy_core.gemini.wire import Call
from proxy_core.pool.pool import Pool
from proxy_core.relay.asking import Unanswered, ask
from proxy_core.relay.serving import said_by, to_vertex
from proxy_core.retry import RULES
from proxy_core.upstream.google import Upstream

PATH = "/v1beta/models?pageSize=1"
COUNT = Call(
    "gemini-3.8-flash", "countTokens", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
)
"What Vertex AI is asked: a list of models says nothing about the right to use them."
_OF_ANOTHER_SERVICE = frozenset({Cause.KEY_RESTRICTED, Cause.KEY_RETIRED, Cause.REFUSED})
"How the Gemini API refuses keys of Vertex AI."
PATIENCE_S = 30.0
SIDE_BY_SIDE = 4


class Checker:
    """Checks credentials, of the pool and before they are in it."""

    def __init__(
        self, pool: Pool, authorizer: Authorizer, upstream: Upstream, renewals: Renewals
    ) -> None:
        self._pool = pool
        self._authorizer = authorizer
        self._upstream = upstream
        self._renewals = renewals

    async def probe(self, credential: Credential) -> Fault | None:
        """What is wrong with a credential; None where Google answers it."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._ask(credential)
        except TimeoutError:
            return faults.network_fault("Google took too long")

    async def probe_all(self, credentials: Sequence[Credential]) -> list[Fault | None]:
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(credential: Credential) -> Fault | None:
            async with gate:
                return await self.probe(credential)

        return list(await asyncio.gather(*map(one, credentials)))

    async def express(self, credential: Credential, fault: Fault | None) -> Credential | None:
        """A key that the Gemini API does not take, as the key of Vertex AI that it is instead.

        fault: what a probe of it met. None: it is no such key, or nothing was wrong with it.
        """
        if fault is None or fault.cause not in _OF_ANOTHER_SERVICE:
            return None
        if not isinstance(credential.secret, KeySecret) or credential.service is Service.VERTEX:
            return None
        other = replace(credential, service=Service.VERTEX)
        return other if await self.probe(other) is None else None

    async def _ask(self, credential: Credential) -> Fault | None:
        question = self._ask_vertex if credential.service is Service.VERTEX else self._ask_gemini
        fault: Fault | None = None
        for _ in range(2):  # an access token that Google no longer takes is renewed once
            try:
                await question(credential)
            except Unanswered as failure:
                fault = failure.fault
                if fault.cause is not Cause.TOKEN_EXPIRED:
                    return fault
            else:
                return None
        return fault

    async def _ask_gemini(self, credential: Credential) -> None:
        await ask(self._upstream, self._authorizer, credential, PATH)

    async def _ask_vertex(self, credential: Credential) -> None:
        """Counts a few tokens, which is free, and asks for the same rights as an answer does."""
        origin, path, _, body = to_vertex(COUNT, COUNT.body, credential)
        try:
            await ask(self._upstream, self._authorizer, credential, path, body=body, origin=origin)
        except Unanswered as failure:
            if failure.fault.cause is Cause.MODEL_UNAVAILABLE:
                return  # whoever gets so far may use the service
            raise Unanswered(said_by(Service.VERTEX, failure.fault)) from failure

    def apply(self, credential: Credential, fault: Fault | None) -> None:
        """Lets the pool know what a probe found, if the credential is still there as it was."""
        found = self._pool.members.get(credential.id)
        probed = grant_of(self._renewals.latest(credential).secret)
        if found is None or grant_of(self._renewals.latest(found.credential).secret) != probed:
            return
        unit = found.unit
        if fault is None:
            for member in unit.members:
                if member.credential.id == credential.id or _lay_with_the_project(member.fault):
                    self._pool.prove(member.credential.id)
        elif (state := CREDENTIAL_STATES.get(fault.cause)) is not None:
            ids = [credential.id]
            if RULES[fault.cause].whole_project:
                ids = [member.credential.id for member in unit.members]
            self._pool.revoke(ids, state, fault)
        if fault is not None and fault.project and isinstance(credential.secret, KeySecret):
            self._pool.learn_project(credential.id, fault.project)

    async def check(self, ids: Sequence[str]) -> tuple[CheckResult, ...]:
        """Probes credentials of the pool, and lets it know."""
        found = [self._pool.members[id_].credential for id_ in ids]
        for credential in found:
            self._authorizer.forget(credential)
        told = []
        for credential, fault in zip(found, await self.probe_all(found), strict=True):
            if credential.id in self._pool.members:  # not removed meanwhile
                self.apply(credential, fault)
                told.append(self._result(credential.id, fault))
        return tuple(told)

    def _result(self, credential_id: str, fault: Fault | None) -> CheckResult:
        member = self._pool.members[credential_id]
        state = member.state if member.enabled else CredentialState.DISABLED
        words = None
        if fault is not None:
            lasting = CREDENTIAL_STATES.get(fault.cause)
            vertex = member.service is Service.VERTEX
            words = (
                describe_cause(fault.cause)
                if lasting is None
                else describe(lasting, fault, vertex=vertex)
            )
        return CheckResult(
            id=credential_id,
            label=member.label,
            ok=fault is None,
            state=state,
            sentence="Google answers." if words is None else words.sentence,
            next_step="" if words is None else words.next_step,
        )


def _lay_with_the_project(fault: Fault | None) -> bool:
    """Whether it was the project that Google refused, so that one answer clears all of it."""
    return fault is not None and RULES[fault.cause].whole_project
