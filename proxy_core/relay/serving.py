"""Which of Google's two services may answer a call, and what is sent to the one whose turn it is.

A pool without a credential of Vertex AI pays for none of it. Not here: the rewriting itself
(`gemini.vertex`), the choice among credentials (`pool`).
"""

from dataclasses import replace
from functools import partial
from typing import NamedTuple, cast

import orjson

from proxy_core.credentials.model import EVERY_SERVICE, Credential, CredentialKind, Service
from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.services import VERTEX_ACTIONS, bound_to_gemini_api, bound_to_vertex
from proxy_core.gemini.vertex import Place, gemini_answer, origin, vertex_request, with_arguments
from proxy_core.gemini.wire import Call, Chunk, JsonObject
from proxy_core.pool.lease import Lease
from proxy_core.pool.pool import Pool
from proxy_core.relay.mending import Mender
from proxy_core.relay.provenance import Provenance
from proxy_core.relay.receive import StreamReply, WholeReply
from proxy_core.upstream.google import API_BASE

_MISSING = "missing"
"In the words of a refusal for want of a signature, which says nothing of those there are."
_NAMES = {Service.GEMINI: "the Gemini API", Service.VERTEX: "Vertex AI"}


class Outgoing(NamedTuple):
    """One request, all but its authorization."""

    origin: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Serving:
    """The two services behind one relay. Per process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._provenance = Provenance()

    def services_for(self, call: Call) -> frozenset[Service]:
        """Those that can answer. Raises Failed where the pool has none of them."""
        if Service.VERTEX not in self._pool.services and call.action not in VERTEX_ACTIONS:
            return EVERY_SERVICE
        return services_for(call, self._pool.services)

    def outgoing(self, call: Call, path: str, mender: Mender, lease: Lease) -> Outgoing:
        """What to send on a lease. path: of the call at the Gemini API."""
        service = lease.credential.service
        if self._provenance:
            mender.resign(self._provenance.foreign_to(service))
        if service is Service.VERTEX:
            return to_vertex(call, mender.body, lease.credential)
        if mender.raw is None:
            mender.raw = orjson.dumps(mender.body)
        return Outgoing(API_BASE, path, (), mender.raw)

    def refused(self, call: Call, lease: Lease, fault: Fault) -> None:
        """Notes what a refusal tells of the signatures in a call."""
        if fault.cause is Cause.SIGNATURE and _MISSING not in fault.message:
            self._provenance.note_refusal(lease.credential.service, call.body)

    def arrived(self, reply: object, call: Call, lease: Lease) -> None:
        """Brings an answer into the Gemini API's form, and notes whose signatures it holds."""
        if Service.VERTEX not in self._pool.services:
            return
        service = lease.credential.service
        match reply:
            case StreamReply():
                reply.on_signed = partial(self._provenance.note, service)
                if service is Service.VERTEX and call.raw is not None:
                    reply.reform = with_arguments
            case WholeReply():
                if service is Service.VERTEX:
                    from_vertex(call, reply)
                self._provenance.note(service, reply.chunk)
            case list():
                for chunk in reply:
                    self._provenance.note(service, chunk)


def services_for(call: Call, offered: frozenset[Service]) -> frozenset[Service]:
    """As `Serving.services_for`. offered: those that the pool's credentials are used with."""
    gemini, vertex = bound_to_gemini_api(call), bound_to_vertex(call)
    if gemini is not None and vertex is not None:
        sentence = (
            f"No service of Google can answer this: {gemini} is the Gemini API's, {vertex} is "
            "Vertex AI's."
        )
        raise Failed(Problem(ProblemKind.BAD_REQUEST, sentence, model=call.model))
    for service, why in ((Service.GEMINI, gemini), (Service.VERTEX, vertex)):
        if why is None:
            continue
        if service not in offered:
            sentence = f"This needs {_NAMES[service]}, for {why}: the pool has no credential of it."
            raise Failed(Problem(ProblemKind.UNUSABLE_CREDENTIALS, sentence, model=call.model))
        return frozenset({service})
    return EVERY_SERVICE


def to_vertex(call: Call, body: JsonObject, credential: Credential) -> Outgoing:
    """What a credential of Vertex AI sends for a call."""
    place = Place(credential.location, credential.project)
    if credential.kind is CredentialKind.API_KEY:
        place = Place()
    request = vertex_request(call, body, place)
    return Outgoing(origin(place), request.path, request.headers, orjson.dumps(request.body))


def said_by(service: Service, fault: Fault) -> Fault:
    """A fault as the service means it."""
    if service is Service.VERTEX and fault.cause is Cause.REFUSED and fault.status == 401:
        # "API keys are not supported by this API", but all that is asked there takes keys of its
        # own: this is one of AI Studio.
        return replace(fault, cause=Cause.KEY_INVALID)
    return fault


def from_vertex(call: Call, reply: WholeReply) -> None:
    """Brings a whole answer into the Gemini API's form, where it has another."""
    given = cast("JsonObject", reply.chunk)
    answer = gemini_answer(call, given)
    if answer is not given:
        reply.chunk, reply.body = cast("Chunk", answer), orjson.dumps(answer)
