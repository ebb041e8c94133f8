"""Who is in the pool: makes members and units of a new list, keeping those that stay.

Objects stay the same as long as a credential and its project stay, so that requests in flight,
rests and counts go on. Not here: lanes, and what the ledger says of newcomers (`pool`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from proxy_core.credentials.grants import grant_of
from proxy_core.credentials.model import Credential, Service
from proxy_core.gemini.states import OF_THE_SERVICE, OF_THE_SIGN_IN, CredentialState
from proxy_core.pool.records import KEY_PROJECT, Records
from proxy_core.pool.standing import VERTEX_MARK, Member, Notes, Unit


@dataclass(slots=True)
class Roster:
    """Members and units by id, and what is new among them."""

    members: dict[str, Member] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    new_members: list[Member] = field(default_factory=list)
    new_units: list[Unit] = field(default_factory=list)
    renewed: list[Member] = field(default_factory=list)
    "Those whose refusal ended with a new sign-in, or with the service that it was of."


def as_noted(credential: Credential, notes: Notes | None) -> Credential:
    """The credential with the service that its owner chose: its unit, host and scopes follow."""
    chosen = None if notes is None else notes.service_of(credential.id)
    if chosen is None:
        return credential
    service, location = chosen
    return replace(credential, service=service, location=location)


def enrol(
    credentials: Sequence[Credential], before: Roster, records: Records, now: float
) -> Roster:
    """The roster of these credentials, in this order; members and units of `before` live on."""
    roster = Roster()
    places: list[tuple[Credential, Unit]] = []
    for credential in credentials:
        unit_id = unit_id_of(credential, records)
        unit = roster.units.get(unit_id) or before.units.get(unit_id)
        if unit is None:
            unit = Unit(unit_id)
            roster.new_units.append(unit)
        unit.service = credential.service
        roster.units[unit_id] = unit
        places.append((credential, unit))
    for unit in (*before.units.values(), *roster.units.values()):
        unit.members = []
    for position, (credential, unit) in enumerate(places):
        member = before.members.get(credential.id)
        if member is None:
            member = Member(credential, unit, position, credential.label, since=now)
            roster.new_members.append(member)
        elif _renew(member, credential, now):
            roster.renewed.append(member)
        member.unit, member.position = unit, position
        unit.members.append(member)
        roster.members[credential.id] = member
    return roster


def unit_id_of(credential: Credential, records: Records) -> str:
    """The project with its service; the credential's own id where no project is known."""
    project = credential.project
    if project is None and (named := records.get((KEY_PROJECT + credential.id, None))) is not None:
        project = named.reason
    if project is None:
        return credential.id
    return project + VERTEX_MARK if credential.service is Service.VERTEX else project


def _renew(member: Member, credential: Credential, now: float) -> bool:
    """Gives a member the newest form of its credential; True where that ended a refusal."""
    old = member.credential
    if old == credential:
        return False  # not even a new object: whoever knows the old one still knows it
    member.credential = credential
    signed_in = grant_of(old.secret) != grant_of(credential.secret)
    moved = old.service is not credential.service
    ends = (signed_in and member.state in OF_THE_SIGN_IN) or (
        moved and member.state in OF_THE_SERVICE
    )
    if not ends:
        return False
    member.state, member.since, member.fault = CredentialState.READY, now, None
    return True


def take_notes(member: Member, notes: Notes | None, now: float) -> None:
    """What the owner decided about a member; without notes a label is the credential's own."""
    own = member.credential.label
    if notes is None:
        member.label = own
        return
    member.label = notes.label_of(member.credential.id) or own
    enabled = notes.enabled(member.credential.id)
    if enabled is not member.enabled:
        member.enabled, member.switched_at = enabled, now
