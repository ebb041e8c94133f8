"""The state of the pretend Google: who exists, what they may do, what has been asked.

Plain data that tests build, change and read. Not here: any decision about a request.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from proxy_core.simulator.catalogue import CATALOGUE, Card
from proxy_core.simulator.keys import service_account_file
from proxy_core.simulator.quotas import Limits, QuotaBook
from proxy_core.simulator.refusals import JsonObject
from proxy_core.simulator.scripts import Reply, Rule
from proxy_core.simulator.signatures import Bound

GEMINI_API = "generativelanguage.googleapis.com"
VERTEX_API = "aiplatform.googleapis.com"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_AUTH = "https://www.googleapis.com/auth/"
RETRIEVER = f"{_AUTH}generative-language.retriever"
CLOUD_PLATFORM = f"{_AUTH}cloud-platform"
CLOUD_PLATFORM_READ_ONLY = f"{_AUTH}cloud-platform.read-only"
USERINFO_EMAIL = f"{_AUTH}userinfo.email"
DEFAULT_SCOPES = ("openid", USERINFO_EMAIL, RETRIEVER, CLOUD_PLATFORM_READ_ONLY)


@dataclass(slots=True)
class Project:
    """Pays for requests and holds the quotas, per model."""

    id: str
    number: str
    name: str = "Default Gemini Project"
    free_tier: bool = True
    limits: dict[str, Limits] = field(default_factory=dict)
    """Model to limits; "*" is for all models not named. Absent: unlimited."""
    services: set[str] = field(default_factory=lambda: {GEMINI_API})
    members: set[str] = field(default_factory=set)
    """E-mails that hold serviceusage.services.use."""
    billing: bool = False
    vertex_limits: dict[str, Limits] = field(default_factory=dict)
    """As `limits`, of Vertex AI."""
    without_vertex_role: set[str] = field(default_factory=set)
    """E-mails that lack aiplatform.endpoints.predict."""
    new_user: bool = False
    """Models closed to new users answer 404."""
    fault: str | None = None
    """A row of FAULTS that every request of this project gets."""


@dataclass(slots=True)
class Account:
    email: str
    sub: str
    name: str = ""
    fault: str | None = None
    """A row of FAULTS for API calls, or of OAUTH_FAULTS for the token endpoint."""


@dataclass(slots=True)
class ServiceAccount:
    email: str
    project: str
    key_id: str
    public_key_pem: bytes


@dataclass(slots=True)
class ApiKey:
    value: str
    project: str
    fault: str | None = None
    express: bool = False
    """Of the cloud console, for Vertex AI in express mode; else of AI Studio."""


@dataclass(slots=True)
class OAuthClient:
    client_id: str
    client_secret: str
    project: str
    fault: str | None = None
    """A row of OAUTH_FAULTS that every token request of this client gets."""


@dataclass(slots=True)
class Grant:
    """A refresh token."""

    refresh_token: str
    email: str
    client_id: str
    scopes: tuple[str, ...]
    revoked: bool = False


@dataclass(slots=True)
class AccessToken:
    value: str
    email: str
    client_id: str
    scopes: tuple[str, ...]
    expires_at: float
    revoked: bool = False


@dataclass(slots=True)
class Received:
    """One request as it arrived, and what became of it."""

    at: float
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw_body: bytes
    credential: str = ""
    """API key, or e-mail of the account or service account."""
    project: str = ""
    model: str = ""
    action: str = ""
    status: int = 0
    refusal: str = ""
    """Body of the answer where the simulator refused."""
    scripted: bool = False
    messages: list[bytes] = field(default_factory=list)
    """What came on a websocket, the setup first."""
    closed: int | None = None
    """How a websocket ended: its close code."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """A client that went away before its answer was complete."""

    at: float
    request: Received


@dataclass(slots=True)
class World:
    """Everything the simulator knows; one per simulator."""

    projects: dict[str, Project] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    service_accounts: dict[str, ServiceAccount] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    clients: dict[str, OAuthClient] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    codes: dict[str, JsonObject] = field(default_factory=dict)
    models: dict[str, Card] = field(default_factory=lambda: dict(CATALOGUE))
    quotas: QuotaBook = field(default_factory=QuotaBook)
    rules: list[Rule] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    hang_ups: list[HangUp] = field(default_factory=list)
    cached_prefixes: dict[tuple[str, str], set[bytes]] = field(default_factory=dict)
    stored: dict[str, JsonObject] = field(default_factory=dict)
    """Files and cached contents by name, each with its `project` beside the resource."""

    file_states: tuple[str, ...] = ()
    """What a new file goes through before it is ACTIVE, one state for each look at it."""

    live_sessions: dict[str, JsonObject] = field(default_factory=dict)
    """Conversations that can be resumed, by handle, each with its `project`."""
    token_lifetime_s: int = 3599
    auto_consent: str | None = None
    """E-mail that consents at once at the authorization page."""
    refused_scopes: set[str] = field(default_factory=set)
    """Scopes whose box the pretend user unticks."""
    signatures_bound_to: Bound = "nothing"
    vertex_bare_calls: bool = False
    """Vertex AI leaves out the ids of function calls, and the arguments of those without any."""
    vertex_knows_xhigh: bool = True
    """Vertex AI takes thinking level XHIGH: its documentation says so, its schema does not."""
    field_strict_schemas: bool = False
    """Refuse the schemas that were refused in the field, not only the documented ones."""
    keep_requests: int = 10_000
    """Older ones are forgotten; the log holds whole bodies."""
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - repeatable, no secret
    serial: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a request arrives or a client hangs up; whoever waits clears it."""

    def add_project(self, project_id: str, **more: Any) -> Project:
        """A new project with a number of its own; `more` are fields of Project."""
        number = str(100_000_000_001 + len(self.projects))
        self.projects[project_id] = Project(project_id, number, **more)
        return self.projects[project_id]

    def project(self, project_id: str) -> Project:
        """The project of this id; made if it does not exist."""
        return self.projects.get(project_id) or self.add_project(project_id)

    def add_account(self, email: str, *projects: str) -> Account:
        """A Google account that may use these projects; they are made if they do not exist."""
        account = Account(email, str(110_000_000_000_000_000_001 + len(self.accounts)))
        account.name = email.partition("@")[0].title()
        self.accounts[email] = account
        for project_id in projects:
            self.project(project_id).members.add(email)
        return account

    def add_key(self, project: str, *, auth_key: bool = False, **more: Any) -> str:
        """A new API key of the project, `AIza…` or (auth key) `AQ.…`; made up, valid only here."""
        self.project(project)
        digest = hashlib.sha256(f"{project}/{self.next_serial()}".encode()).hexdigest()
        value = f"AQ.Sim{digest[:47]}" if auth_key else f"AIzaSim{digest[:32]}"
        self.api_keys[value] = ApiKey(value, project, **more)
        return value

    def open_vertex(self, project: str) -> Project:
        """The project with Vertex AI switched on and billing; made if it does not exist."""
        opened = self.project(project)
        opened.services.add(VERTEX_API)
        opened.billing = True
        return opened

    def add_client(
        self, project: str, client_id: str = "pretend-client", **more: Any
    ) -> OAuthClient:
        self.project(project)
        client = OAuthClient(client_id, f"{client_id}-secret", project, **more)
        self.clients[client_id] = client
        return client

    def add_service_account(self, email: str, project: str) -> JsonObject:
        """A service account; returns its credentials file with a fresh private key."""
        self.project(project).members.add(email)
        file, public_key_pem = service_account_file(email, project, TOKEN_URI)
        key_id = str(file["private_key_id"])
        self.service_accounts[email] = ServiceAccount(email, project, key_id, public_key_pem)
        return file

    def sign_in(
        self,
        email: str,
        project: str | None = None,
        scopes: tuple[str, ...] = DEFAULT_SCOPES,
        client_id: str = "pretend-client",
    ) -> JsonObject:
        """What a finished sign-in leaves on disk: an authorized-user file with its project."""
        if email not in self.accounts:
            self.add_account(email)
        if project is not None:
            self.project(project).members.add(email)
        client = self.clients.get(client_id) or self.add_client("pretend-client-home", client_id)
        grant = self.grant(email, client_id, scopes)
        file: JsonObject = {
            "type": "authorized_user",
            "account": email,
            "client_id": client_id,
            "client_secret": client.client_secret,
            "refresh_token": grant.refresh_token,
            "token_uri": TOKEN_URI,
            "scopes": list(scopes),
        }
        return file if project is None else {**file, "project_id": project}

    def grant(self, email: str, client_id: str, scopes: tuple[str, ...]) -> Grant:
        grant = Grant(f"1//simulated-{self.next_serial():06d}", email, client_id, scopes)
        self.grants[grant.refresh_token] = grant
        return grant

    def issue_access_token(
        self, email: str, client_id: str, scopes: tuple[str, ...], now: float
    ) -> AccessToken:
        value = f"ya29.simulated-{self.next_serial():06d}"
        token = AccessToken(value, email, client_id, scopes, now + self.token_lifetime_s)
        self.access_tokens[value] = token
        return token

    def expire_access_tokens(self) -> None:
        """Every access token issued so far is stale from now on."""
        for token in self.access_tokens.values():
            token.expires_at = 0.0

    def script(
        self,
        *replies: Reply,
        project: str | None = None,
        credential: str | None = None,
        model: str | None = None,
        action: str | None = None,
        times: int | None = 1,
        every: int = 1,
        probability: float = 1.0,
    ) -> None:
        """Order replies, served first to last, each `times` times (None: forever).

        action: a model's action (`generateContent`, `streamGenerateContent`, `countTokens`, …) or
        `models`, `model`, `token`, `revoke`, `authorize`, `userinfo`, `projects`, `services`, ….
        every: only each n-th matching request. probability: drawn from the world's seeded dice.
        """
        for reply in replies:
            self.rules.append(
                Rule(reply, project, credential, model, action, times, every, probability)
            )

    def scripted(self, received: Received) -> Reply | None:
        """The reply ordered for this request, if any; spends it."""
        where = (received.project, received.credential, received.model, received.action)
        for rule in self.rules:
            if rule.matches(*where) and rule.fires(self.dice):
                if rule.times == 0:
                    self.rules.remove(rule)
                return rule.reply
        return None

    def remember(self, received: Received) -> None:
        self.requests.append(received)
        self.changed.set()
        if len(self.requests) > self.keep_requests:
            del self.requests[: self.keep_requests // 2]

    def note_hang_up(self, at: float, received: Received) -> None:
        self.hang_ups.append(HangUp(at, received))
        self.changed.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a request or a hang-up makes the condition true; for one waiter at a time."""
        while not condition():
            self.changed.clear()
            await self.changed.wait()

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial
