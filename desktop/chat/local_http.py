"""HTTP to the local endpoint on the window's loop, by QtNetwork: no proxy, no redirects.

The bearer token goes to the address that is handed in and nowhere else. Not here: what is said
(`answer`), nor an engine of the same process by a shorter way: Try it goes where a tool goes.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QUrl
from PySide6.QtNetwork import (
    QNetworkAccessManager,
    QNetworkProxy,
    QNetworkReply,
    QNetworkRequest,
)

from desktop.chat.answer import read_error
from proxy_core.api import Refusal, RefusalCode

_STATUS = QNetworkRequest.Attribute.HttpStatusCodeAttribute


@dataclass(frozen=True, slots=True)
class Head:
    """What came before the body of an answer."""

    status: int
    request_id: str
    credential: str
    "Label of the credential that answered; empty where the answer began before that was known."
    attempts: int
    "0: not known."


class LocalHttp(QObject):
    """Per page. Cancelling a call ends its connection."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network = QNetworkAccessManager(self)
        self._network.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
        self._network.setRedirectPolicy(QNetworkRequest.RedirectPolicy.ManualRedirectPolicy)

    async def get(self, url: str, token: str) -> bytes:
        """The body of an answer. Raises Refusal."""
        parts: list[bytes] = []
        await self._run(self._network.get(_request(url, token)), parts.append)
        return b"".join(parts)

    async def post(
        self, url: str, token: str, body: dict[str, Any], take: Callable[[bytes], None]
    ) -> Head:
        """Sends JSON and hands on the answer's bytes as they come. Raises Refusal."""
        request = _request(url, token)
        request.setRawHeader(b"Content-Type", b"application/json")
        content = QByteArray(json.dumps(body).encode())
        return await self._run(self._network.post(request, content), take)

    async def _run(self, reply: QNetworkReply, take: Callable[[bytes], None]) -> Head:
        ended = asyncio.get_running_loop().create_future()
        refused = bytearray()

        def read() -> None:
            data = bytes(reply.readAll().data())
            if 200 <= _status(reply) < 300:
                take(data)
            else:
                refused.extend(data)

        reply.readyRead.connect(read)
        reply.finished.connect(lambda: None if ended.done() else ended.set_result(None))
        try:
            await ended
            read()
        finally:
            reply.readyRead.disconnect(read)
            if reply.isRunning():
                reply.abort()
            reply.deleteLater()
        if not 200 <= _status(reply) < 300:
            raise self._refusal(_status(reply), bytes(refused))
        return _head(reply)

    def _refusal(self, status: int, body: bytes) -> Refusal:
        if status == 0:
            return Refusal(
                RefusalCode.UNAVAILABLE,
                self.tr("Pollux did not answer at its own address."),
                self.tr("See on Overview whether it runs, then try again."),
            )
        sentence = read_error(body) or self.tr("Pollux answered with HTTP status {status}.").format(
            status=status
        )
        return Refusal(RefusalCode.UNAVAILABLE, _finished(sentence), "")


def _finished(sentence: str) -> str:
    """With a full stop, which errors for programs may lack."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _request(url: str, token: str) -> QNetworkRequest:
    request = QNetworkRequest(QUrl(url))
    request.setRawHeader(b"Authorization", f"Bearer {token}".encode())
    request.setRawHeader(b"User-Agent", b"Pollux-Try-it")
    request.setRawHeader(b"X-Pollux-Trace", b"1")
    return request


def _status(reply: QNetworkReply) -> int:
    return int(reply.attribute(_STATUS) or 0)


def _head(reply: QNetworkReply) -> Head:
    attempts = _header(reply, "x-pollux-attempts")
    return Head(
        status=_status(reply),
        request_id=_header(reply, "x-request-id"),
        credential=_header(reply, "x-pollux-credential"),
        attempts=int(attempts) if attempts.isdecimal() else 0,
    )


def _header(reply: QNetworkReply, name: str) -> str:
    return bytes(reply.rawHeader(name).data()).decode(errors="replace")
