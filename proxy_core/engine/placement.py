"""What becomes of an account that signed in: its projects, and the credentials made of them.

Renews every credential of the account and OAuth client first. Then the project: the one typed,
the remembered one, the only usable one; else the owner is asked.
Not here: the talk with the browser and the state of a sign-in (`sign_in`).
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from proxy_core.commands import ProjectView, SignInRequest, SignInStatus
from proxy_core.credentials import identity
from proxy_core.credentials.consent import Grant
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.engine.discovery import STUDIO_PAGE, Discovery, Project, Trial, api_page


class Accounts(Protocol):
    """What a sign-in needs of the rest of the engine."""

    def of(self, subject: str | None, email: str | None, client_id: str) -> Sequence[Credential]:
        """The credentials of an account and OAuth client that are in the pool."""

    def by_id(self, credential_id: str) -> Credential | None: ...

    def sharing(self, project: str) -> Sequence[str]:
        """Labels of the pool's credentials with this project."""

    async def keep(self, credentials: Sequence[Credential]) -> str:
        """Saves them and puts them into the pool, in place of those with the same id; what was
        held against those is forgotten. Returns the store's name. Raises Refusal."""

    async def client(self) -> OAuthClient | None:
        """The owner's OAuth client."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account whose owner gave consent."""

    grant: Grant
    client: OAuthClient
    request: SignInRequest
    again: Credential | None
    "The credential whose account was to sign in again."
    keep: Callable[[Sequence[Credential]], Awaitable[str]]
    "As of `Accounts`."

    @property
    def name(self) -> str:
        return self.grant.email or "The Google account"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far it came."""

    status: SignInStatus
    "DONE or CHOOSING_PROJECT."
    sentence: str
    next_step: str = ""
    projects: tuple[ProjectView, ...] = ()
    added: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    store: str = ""


class Placement:
    """Finds the projects of signed-in accounts, and keeps the credentials."""

    def __init__(self, accounts: Accounts, discovery: Discovery) -> None:
        self._accounts = accounts
        self._discovery = discovery

    async def begin(self, who: SignedIn) -> Outcome:
        """The first step after the consent. Raises Refusal where nothing could be kept."""
        known = self._known(who)
        renewed = Outcome(SignInStatus.CHOOSING_PROJECT, "")
        if known:
            store = await who.keep([_renewed(one, who) for one in known])
            labels = ", ".join(one.label for one in known)
            renewed = Outcome(
                SignInStatus.DONE,
                f"{who.name} signed in again, and works on: {labels}. {_remarks(who)}".strip(),
                renewed=tuple(one.id for one in known),
                store=store,
            )
            if who.request.project in (None, *(one.project for one in known)):
                return renewed
        return await self.look(who, renewed)

    async def look(self, who: SignedIn, so_far: Outcome) -> Outcome:
        """Looks for the project, again if need be. Raises as `begin`."""
        wanted = who.request.project or _remembered(who)
        refused: Outcome | None = None
        if wanted is not None:
            refused = await self.choose(who, (wanted,), so_far)
            if refused.status is SignInStatus.DONE:
                return refused
        listed = await self._listed(who, so_far)
        usable = [project for project in listed.projects if project.api == "on"]
        if refused is None and len(usable) == 1:
            return await self.choose(who, (usable[0].id,), listed)
        if refused is not None:
            return dataclasses.replace(refused, projects=_merged(listed.projects, refused.projects))
        return listed

    async def choose(self, who: SignedIn, projects: Sequence[str], so_far: Outcome) -> Outcome:
        """Makes a credential for each of the projects that works; asks on where none does."""
        token = who.grant.access_token
        trials = await asyncio.gather(
            *(self._discovery.try_out(token, one) for one in dict.fromkeys(projects))
        )
        usable = [trial for trial in trials if trial.usable]
        remarks = [trial.remark for trial in trials if trial.remark is not None]
        if not usable:
            return dataclasses.replace(
                so_far,
                status=SignInStatus.CHOOSING_PROJECT,
                sentence=" ".join(remark.sentence for remark in remarks),
                next_step=remarks[0].next_step if remarks else "",
                projects=_merged(so_far.projects, [self._view_of(who, one) for one in trials]),
            )
        return await self._keep(who, usable, so_far, [remark.sentence for remark in remarks])

    async def _keep(
        self, who: SignedIn, usable: Sequence[Trial], so_far: Outcome, remarks: Sequence[str]
    ) -> Outcome:
        known = {one.project: one for one in self._known(who)}
        shared = [text for one in usable if (text := self._shared(who, one.project))]
        credentials = [
            _renewed(known[one.project], who) if one.project in known else _new(who, one.project)
            for one in usable
        ]
        store = await who.keep(credentials)
        new = [one for one in credentials if one.project not in known]
        names = ", ".join(one.project for one in usable)
        how = "was added with" if new else "signed in again, and works with"
        sentence = f"{who.name} {how} {_projects_word(len(usable))} {names}."
        renewed = (one.id for one in credentials if one.project in known)
        return Outcome(
            SignInStatus.DONE,
            " ".join(text for text in (sentence, *shared, *remarks, _remarks(who)) if text),
            added=tuple(one.id for one in new),
            renewed=tuple(dict.fromkeys((*so_far.renewed, *renewed))),
            store=store,
        )

    async def _listed(self, who: SignedIn, so_far: Outcome) -> Outcome:
        """The projects to choose from, and what to do."""
        if not who.grant.sees_projects:
            return dataclasses.replace(
                so_far,
                status=SignInStatus.CHOOSING_PROJECT,
                sentence=f"{who.name} is signed in, but its projects cannot be listed: on Google's "
                "page the box to view Google Cloud data was not ticked.",
                next_step="Type the id of the project to use, or sign in again and tick every box.",
            )
        known = {one.project for one in self._known(who) if one.project}
        found = await self._discovery.find(who.grant.access_token, known)
        views = self._views(who, found.projects)
        if found.trouble is not None:
            sentence, next_step = found.trouble.sentence, found.trouble.next_step
        else:
            sentence, next_step = _question(who.name, views)
        return dataclasses.replace(
            so_far,
            status=SignInStatus.CHOOSING_PROJECT,
            sentence=sentence,
            next_step=next_step,
            projects=views,
        )

    def _known(self, who: SignedIn) -> list[Credential]:
        grant, client_id = who.grant, who.client.client_id
        return list(self._accounts.of(grant.subject, grant.email, client_id))

    def _views(self, who: SignedIn, projects: Sequence[Project]) -> tuple[ProjectView, ...]:
        """The first that adds to what the pool may ask for is recommended; there may be none."""
        views = [self._view(who, one) for one in projects]
        adding = (one.id for one in views if one.api == "on" and not (one.known or one.shared_with))
        best = next(adding, None)
        return tuple(dataclasses.replace(one, recommended=one.id == best) for one in views)

    def _view_of(self, who: SignedIn, trial: Trial) -> ProjectView:
        project = Project(trial.project, trial.project, trial.api)
        return self._view(who, project)

    def _view(self, who: SignedIn, project: Project) -> ProjectView:
        own = [one for one in self._known(who) if one.project == project.id]
        return ProjectView(
            id=project.id,
            name=project.name,
            api=project.api,
            recommended=False,
            known=bool(own),
            link="" if project.api == "on" else api_page(project.id),
            shared_with=self._others(who, project.id),
        )

    def _others(self, who: SignedIn, project: str) -> tuple[str, ...]:
        own = {one.label for one in self._known(who)}
        return tuple(label for label in self._accounts.sharing(project) if label not in own)

    def _shared(self, who: SignedIn, project: str) -> str:
        others = self._others(who, project)
        return f"It shares the quota of {project} with {', '.join(others)}." if others else ""


def _new(who: SignedIn, project: str) -> Credential:
    grant, client = who.grant, who.client
    refresh_token = grant.refresh_token.get_secret_value()
    owner = identity.account_owner(grant.subject, grant.email, refresh_token)
    credential_id = identity.account_id(owner, client.client_id, project)
    return Credential(
        id=credential_id,
        label=identity.account_label(grant.email, project, credential_id),
        project=project,
        store="",
        secret=AccountSecret(
            client_id=client.client_id,
            client_secret=client.client_secret,
            refresh_token=grant.refresh_token,
            access_token=grant.access_token,
            expires_at=grant.expires_at,
            scopes=grant.scopes,
            email=grant.email,
            subject=grant.subject,
            signed_in_at=grant.signed_in_at,
            refresh_token_expires_at=grant.refresh_token_expires_at,
        ),
    )


def _renewed(credential: Credential, who: SignedIn) -> Credential:
    """The same credential with the new tokens, and the client's secret as it is now."""
    old, grant = credential.secret, who.grant
    assert isinstance(old, AccountSecret)
    # Its id may rest on the e-mail, and is made anew from what is kept: a subject would change it.
    rests_on_email = old.subject is None and old.email is not None
    secret = dataclasses.replace(
        old,
        client_secret=who.client.client_secret,
        refresh_token=grant.refresh_token,
        access_token=grant.access_token,
        expires_at=grant.expires_at,
        scopes=grant.scopes,
        email=old.email or grant.email,
        subject=None if rests_on_email else old.subject or grant.subject,
        signed_in_at=grant.signed_in_at,
        refresh_token_expires_at=grant.refresh_token_expires_at,
    )
    return dataclasses.replace(credential, secret=secret)


def _is_owner(credential: Credential, grant: Grant) -> bool:
    secret = credential.secret
    return isinstance(secret, AccountSecret) and identity.is_owner(
        secret, grant.subject, grant.email
    )


def _remembered(who: SignedIn) -> str | None:
    """The project of the credential that signs in again, with another OAuth client."""
    again = who.again
    return again.project if again is not None and _is_owner(again, who.grant) else None


def _remarks(who: SignedIn) -> str:
    """What the owner should know besides."""
    grant, again, remarks = who.grant, who.again, []
    if again is not None and isinstance(again.secret, AccountSecret):
        if not (again.secret.subject or again.secret.email):
            remarks.append(
                f"Nothing tells whose {again.label} is, so it is as it was: remove it if it was "
                "this account's."
            )
        elif not _is_owner(again, grant):
            remarks.append(f"This is another account than {again.label}, which is as it was.")
        elif again.secret.client_id != who.client.client_id:
            remarks.append(f"{again.label} belongs to an earlier OAuth client: remove it.")
    if who.request.vertex and not grant.opens_vertex:
        remarks.append(
            "It is without Vertex AI: on Google's page the box for Google Cloud (cloud-platform) "
            "was not ticked."
        )
    if grant.refresh_token_expires_at is not None:
        end = datetime.fromtimestamp(grant.refresh_token_expires_at, UTC)
        remarks.append(f"It ends on {end:%Y-%m-%d}, as was chosen on Google's page.")
    return " ".join(remarks)


def _question(name: str, projects: Sequence[ProjectView]) -> tuple[str, str]:
    """Sentence and next step where the owner must choose or do something."""
    if not projects:
        return (
            f"{name} is signed in, but has no Google Cloud project yet.",
            f"Make one on {STUDIO_PAGE}, then check again.",
        )
    if any(project.api != "off" for project in projects):
        count = len(projects)
        return (
            f"{name} is signed in, and may use {count} {_projects_word(count)}.",
            "Choose the project to use; several count as several credentials.",
        )
    where = projects[0].id if len(projects) == 1 else f"each of its {len(projects)} projects"
    return (
        f"{name} is signed in, but the Gemini API is switched off in {where}.",
        f"Switch it on at {projects[0].link} and check again.",
    )


def _projects_word(count: int) -> str:
    return "project" if count == 1 else "projects"


def _merged(listed: Sequence[ProjectView], tried: Sequence[ProjectView]) -> tuple[ProjectView, ...]:
    """The list, with what trials told; a project that is not in it comes first."""
    states = {project.id: project for project in tried}
    ids = {project.id for project in listed}
    return (
        *(project for project in tried if project.id not in ids),
        *(
            dataclasses.replace(one, api=states[one.id].api, link=states[one.id].link)
            if one.id in states
            else one
            for one in listed
        ),
    )
