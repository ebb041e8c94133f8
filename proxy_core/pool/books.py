"""What a pool keeps in its ledger: every standing and learned limit, and a few facts.

Not here: their form (`records`), what leads to them (`pool`), where they are kept.
"""

from proxy_core.credentials.model import AccountSecret
from proxy_core.credentials.oauth_answers import TESTING_LIFETIME_S, ended_in_testing
from proxy_core.gemini.states import ModelState
from proxy_core.pool.quota import pacific_day
from proxy_core.pool.records import (
    CLIENT,
    KEY_PROJECT,
    PROJECT,
    SWITCH,
    Records,
    by_subject,
    note,
    of_limits,
    of_member,
    of_pair,
    of_unit,
    restore_limits,
)
from proxy_core.pool.standing import Ledger, LimitRecord, Member, Pair, Unit


class Books:
    """The ledger of one pool, read at each new list of credentials and written at each change."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._limits: dict[tuple[str, str], LimitRecord] = {}
        "As the ledger has them."
        self._testing: set[str] = set()
        "OAuth clients that were seen to end sign-ins after 7 days."

    def read(self) -> Records:
        self._limits = {(limit.unit, limit.model): limit for limit in self.ledger.limits()}
        records = by_subject(self.ledger.load())
        self._testing |= {s.removeprefix(CLIENT) for s, _ in records if s.startswith(CLIENT)}
        return records

    # -- standings -------------------------------------------------------------------------

    def note_member(self, member: Member) -> None:
        self.ledger.save(of_member(member))
        secret = member.credential.secret
        if isinstance(secret, AccountSecret) and ended_in_testing(member.fault):
            self._testing.add(secret.client_id)
            self.ledger.save(note(CLIENT + secret.client_id, member.since))

    def note_unit(self, unit: Unit) -> None:
        self.ledger.save(of_unit(unit))

    def note_pair(self, pair: Pair) -> None:
        """Not of a model that Google does not offer: clients may invent any number of names."""
        if pair.of_model and pair.state is not ModelState.UNAVAILABLE:
            self.ledger.save(of_pair(pair))

    def note_switch(self, member: Member) -> None:
        subject = SWITCH + member.credential.id
        if member.enabled:
            self.ledger.delete(subject, None)
        else:
            self.ledger.save(note(subject, member.switched_at))

    def note_project(self, credential_id: str, project: str, now: float) -> None:
        self.ledger.save(note(KEY_PROJECT + credential_id, now, project))

    def forget_member(self, credential_id: str) -> None:
        """Its refusal is over."""
        self.ledger.delete(credential_id, None)

    def forget_pair(self, pair: Pair) -> None:
        self.ledger.delete(pair.unit.id, pair.model)

    def forget_rests(self, unit: Unit) -> None:
        """Of every model, those too that the pool has no lane for now."""
        for record in self.ledger.load():
            if record.subject == PROJECT + unit.id or (record.subject == unit.id and record.model):
                self.ledger.delete(record.subject, record.model)

    def forget_credential(self, credential_id: str) -> None:
        """Everything about one that its owner removed."""
        for subject in (credential_id, SWITCH + credential_id, KEY_PROJECT + credential_id):
            self.ledger.delete(subject, None)

    # -- limits ----------------------------------------------------------------------------

    def open_pair(self, unit: Unit, model: str, now: float) -> Pair:
        """A new pair, with the limits that are known of it."""
        pair = Pair(unit, model, since=now)
        if (limits := self._limits.get((unit.id, model))) is not None:
            restore_limits(pair, limits, now)
        return pair

    def models_of_today(self, units: set[str], now: float) -> set[str]:
        """Models that these units used today."""
        today = pacific_day(now)
        return {
            each.model for each in self._limits.values() if each.day == today and each.unit in units
        }

    def note_limits(self, pair: Pair, now: float) -> None:
        record = of_limits(pair, now)
        known = pair.exists and pair.of_model
        if known and self._limits.get((record.unit, record.model)) != record:
            self._limits[record.unit, record.model] = record
            self.ledger.save_limits(record)

    # -- sign-ins --------------------------------------------------------------------------

    def sign_in_ends(self, member: Member) -> tuple[float, bool] | None:
        """When a sign-in ends, and whether Google said so itself; None: not known to end."""
        secret = member.credential.secret
        if not isinstance(secret, AccountSecret):
            return None
        if secret.refresh_token_expires_at is not None:
            return secret.refresh_token_expires_at, True
        if secret.signed_in_at is None or secret.client_id not in self._testing:
            return None
        return secret.signed_in_at + TESTING_LIFETIME_S, False
