"""The static page: read once from the package, at its first use. It holds no data.

Everything but `index.html` is served below a folder named after the content, and may be kept by
browsers for ever.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from proxy_core.server.admin.answers import Declined, Reply

TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HTML_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_EVER = "public, max-age=31536000, immutable"
_VERSION = b"@version@"
"Stands in `index.html` for the folder's name."


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the page."""

    content: bytes
    content_type: str
    etag: str


class Page:
    """The files, by their address."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    async def file(self, path: str, headers: Mapping[str, str]) -> Reply:
        """The answer to GET or HEAD of an address. Raises Declined where there is nothing."""
        if not self._files:
            self._files = await asyncio.to_thread(_load)
        file = self._files.get(path)
        if file is None:
            raise Declined(404, "not_found", "There is nothing at this address.")
        sent = {
            **HTML_HEADERS,
            "ETag": file.etag,
            "Cache-Control": "no-cache" if path == "/" else FOR_EVER,
        }
        known = (tag.strip() for tag in headers.get("If-None-Match", "").split(","))
        if file.etag in known:
            return Reply(304, b"", file.content_type, sent)
        return Reply(200, file.content, file.content_type, sent)


def _load() -> dict[str, _File]:
    folder = resources.files(__name__)
    contents = {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.name[file.name.rfind(".") :] in TYPES
    }
    version = _hash(b"".join(name.encode() + contents[name] for name in sorted(contents)))
    index = contents.pop("index.html").replace(_VERSION, version.encode())
    files = {f"/page/{version}/{name}": _file(name, content) for name, content in contents.items()}
    return {"/": _file("index.html", index), **files}


def _file(name: str, content: bytes) -> _File:
    return _File(content, TYPES[name[name.rfind(".") :]], f'"{_hash(content)}"')


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
