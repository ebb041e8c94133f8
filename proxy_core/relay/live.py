"""One Live session with Google: its opening up to the commit point, and what its messages tell.

Committed is a session whose setup Google has answered with a message. Not here: the loop over
credentials (`relay`), and the pump between client and Google (`server.live`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, Protocol

import orjson

from proxy_core.credentials.tokens import Headers
from proxy_core.events import Tokens
from proxy_core.gemini import faults
from proxy_core.gemini.close_codes import ORDERLY, close_fault
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.pool.lease import Lease
from proxy_core.relay.receive import Rejected
from proxy_core.upstream.google import NetworkFailure
from proxy_core.upstream.live import (
    LEAVING,
    Closing,
    Frame,
    LiveUpstream,
    NotSwitched,
    Socket,
)

ACTION = "bidiGenerateContent"
"What the API lists as a model's method; the path has it in capitals."
RESUMABLE_S = 86_400.0
"How long a handle is remembered; Google takes it back for two hours."


_OF_THE_SESSION = frozenset({Cause.REFUSED, Cause.TOKEN_EXPIRED})
"""Causes that say nothing of a credential which Google took at first: the session was too long, or
outlived its access token, or held what it must not."""


class Opening(Protocol):
    """Opens one session with what authorizes it, up to the commit point; raises Rejected."""

    def __call__(self, headers: Headers, lease: Lease) -> "Awaitable[LiveReply]": ...


class LiveReply:
    """A running session. Close it, whatever happens."""

    def __init__(self, socket: Socket, lease: Lease, first: Frame) -> None:
        self.socket = socket
        self.lease = lease
        self.first = first
        "What Google answered to the setup."
        self.on_late_fault: Callable[[Fault], object] = lambda _: None
        "Told what ended the session before its time; it is remembered, nothing is retried."
        self.on_handle: Callable[[str], object] = lambda _: None
        "Told each handle that the session may be resumed with."
        self.cut = asyncio.Event()
        "Set when the session must end, whatever the two sides want."
        self.recalled = False
        "Whether that is for the owner took its credential away."
        self.farewell = LEAVING
        "What Google is told at the end: what the client said, or Google's own words again."
        self.fault: Fault | None = None
        "What Google ended it for, where it did so before its time."
        self._usage = b""

    def note(self, message: bytes) -> None:
        """Looks at a message of Google; `find`, since `in` takes twice as long for bytes."""
        if message.find(b'"usageMetadata"') >= 0:
            self._usage = message
        if message.find(b'"sessionResumptionUpdate"') >= 0:
            update = _object(_parsed(message).get("sessionResumptionUpdate"))
            handle = update.get("newHandle")
            if isinstance(handle, str) and handle:
                self.on_handle(handle)

    def ended(self, closing: Closing) -> None:
        """Google ended it: a spent quota or a revoked credential is remembered."""
        self.farewell = closing
        if closing.code not in ORDERLY:
            self.fault = _fault(closing, self.lease)
            if self.fault.cause not in _OF_THE_SESSION:
                self.on_late_fault(self.fault)

    def tokens(self) -> Tokens | None:
        """Use as told last."""
        counts = _object(_parsed(self._usage).get("usageMetadata"))
        if not counts:
            return None
        return Tokens(
            _number(counts.get("promptTokenCount")),
            _number(counts.get("cachedContentTokenCount")),
            _number(counts.get("responseTokenCount")),
            _number(counts.get("thoughtsTokenCount")),
            _number(counts.get("totalTokenCount")),
        )

    def abort(self) -> None:
        """Asks whoever runs it to end it; the client is told in its own way."""
        self.cut.set()

    def recall(self) -> None:
        """As `abort`, for the owner took its credential away."""
        self.recalled = True
        self.cut.set()

    def close(self) -> None:
        """Gives the lease back, and tells Google, which need not be waited for."""
        self.lease.give_back()
        self.socket.drop(self.farewell)


def handle_name(handle: str) -> str:
    """Under which a session that can be resumed is remembered with its owner.

    Not the handle itself, which says enough to hear a conversation again.
    """
    return "live/" + sha256(handle.encode()).hexdigest()[:40]


async def open_session(
    upstream: LiveUpstream, version: str, setup: Frame, headers: Headers, lease: Lease
) -> LiveReply:
    """A session that Google has accepted the setup of. Raises Rejected."""
    path = f"/ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent"
    try:
        socket, first = await upstream.connect(path, headers, setup)
    except NetworkFailure as failure:
        raise Rejected(faults.network_fault(str(failure))) from failure
    except NotSwitched as refusal:
        with_api_key = lease.credential.kind == "api_key"
        answer = (refusal.status, refusal.headers, refusal.body)
        raise Rejected(faults.classify(*answer, with_api_key=with_api_key)) from refusal
    fault = _refusal(first, lease)
    if fault is not None:
        socket.drop(LEAVING)
        raise Rejected(fault)
    assert isinstance(first, Frame)
    return LiveReply(socket, lease, first)


def _refusal(first: Frame | Closing, lease: Lease) -> Fault | None:
    """Why Google does not take the setup, where it does not: a close frame, or an error."""
    if isinstance(first, Closing):
        return _fault(first, lease)
    error = _object(_parsed(first.data).get("error"))
    if not error:
        return None
    return faults.classify_stream_error(error, with_api_key=lease.credential.kind == "api_key")


def _fault(closing: Closing, lease: Lease) -> Fault:
    with_api_key = lease.credential.kind == "api_key"
    return close_fault(closing.code, closing.reason, with_api_key=with_api_key)


def _parsed(message: bytes) -> dict[str, Any]:
    try:
        return _object(orjson.loads(message))
    except orjson.JSONDecodeError:
        return {}


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
