"""What the admin API stands on, per process, and what one request of it asks."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from aiohttp.web import BaseRequest

from proxy_core.commands import Commands, SignInView
from proxy_core.events import Subscriber
from proxy_core.server.admin.access import AdminAccess
from proxy_core.server.admin.answers import About
from proxy_core.snapshot import Snapshot

RenderEnd: TypeAlias = Callable[[SignInView | None], tuple[int, bytes, Mapping[str, str]]]
"""The page on which a sign-in ends in the browser: status, body, headers.

None: a redirect whose state is nobody's."""


@dataclass(frozen=True, slots=True)
class AdminServices:
    """Handed in as functions, since the engine is made of the door that serves this."""

    commands: Callable[[], Commands]
    snapshot: Callable[[], Snapshot]
    subscribe: Callable[[Subscriber], Callable[[], None]]
    "As of `events.Bus`."
    render_end: RenderEnd
    about: Callable[[], About]
    opened: Callable[[], Awaitable[None]]
    "Returns once the credentials were read, or after some seconds."


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was let in, with its body and query checked."""

    services: AdminServices
    access: AdminAccess
    request: BaseRequest
    id: str
    "Of the credential or sign-in in the path; empty where it names none."
    body: Any
    "An object of the endpoint's kind; bytes where it takes the body as it is."
    query: Any

    @property
    def commands(self) -> Commands:
        return self.services.commands()
