"""Which project owns what clients name: files, caches, batches, stores, interactions.

Only credentials of that project reach such a thing. The owner is noted when Google answers for
the thing: when it is made, looked at or listed. What nobody has seen yet is not pinned, and then
Google decides; asking all projects in turn for it lost, for it would cost a request each, and a
list tells the same. Two units that show the same thing are one project: keys whose project nobody
named, or one known by its number and by its id. Not here: which names a request holds
(`gemini.resources`).
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from proxy_core.clock import Clock
from proxy_core.credentials.model import Service
from proxy_core.errors import BadRequest
from proxy_core.gemini.long_answer import token_of
from proxy_core.gemini.resources import (
    DAY_S,
    LIFE_S,
    continuation_name,
    expires_at,
    named_by,
    things_of,
)
from proxy_core.gemini.wire import Call, Chunk, JsonObject
from proxy_core.pool.pool import Pool

MOST = 50_000
"Kept while there is no memory yet; far more than one start brings."
_UNSHARED = ("files/", "cachedContents/", "batches/", "fileSearchStores/")
"""Things that nobody but their project sees; a tuned model may be shared. Their names tell no
project, and yet another project is refused (403) and not told that there is none."""
_SAME = "units/"
"With a unit's id: the other one that is the same project."
SAME_LIFE_S = 30 * DAY_S
"After that it has to show again."


class Bindings(Protocol):
    """Names of things with the unit that owns each, until they expire."""

    def __len__(self) -> int: ...

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, project: str, expires_at: float) -> None: ...

    def forget(self, name: str) -> None: ...


class Pin(NamedTuple):
    """Where a request has to go."""

    unit: str
    resource: str
    "The thing that pins it."

    @property
    def told(self) -> str:
        """The thing in words for a client, who does not know the names that are ours."""
        kind, _, _ = self.resource.partition("/")
        return _OURS.get(kind, self.resource)


_OURS = {"continuations": "the answer to be continued", "live": "the session to be resumed"}


class BriefBindings:
    """Bindings in this process, until those that outlive it are open."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.bound: dict[str, tuple[str, float]] = {}

    def __len__(self) -> int:
        return len(self.bound)

    def get(self, name: str) -> str | None:
        unit, ends = self.bound.get(name, (None, 0.0))
        return unit if ends > self._clock.now() else None

    def put(self, name: str, project: str, expires_at: float) -> None:
        if len(self.bound) < MOST or name in self.bound:
            self.bound[name] = (project, expires_at)

    def forget(self, name: str) -> None:
        self.bound.pop(name, None)


class Owners:
    """Looks owners up and notes them. Per process."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._brief = BriefBindings(clock)
        self._bindings: Bindings = self._brief

    def keep_in(self, bindings: Bindings) -> None:
        """Notes owners there from now on, and those that were noted before."""
        for name, (unit, ends) in self._brief.bound.items():
            bindings.put(name, unit, ends)
        self._brief.bound.clear()
        self._bindings = bindings

    @property
    def know_any(self) -> bool:
        """Whether anything has an owner: most pools never come to that."""
        return bool(self._bindings)

    def pinned(self, call: Call) -> Call:
        """The call with its owner, where it names something that has one. Raises BadRequest."""
        if not self._bindings:  # as most pools have it: no look at the body
            return call
        pin = self.of(named_by(call))
        return call if pin is None else call._replace(project=pin.unit, resource=pin.told)

    def of(self, names: Iterable[str]) -> Pin | None:
        """The one owner of these things, None where none is known. Raises BadRequest for two."""
        found: Pin | None = None
        for name in names:
            bound = self._bindings.get(name)
            if bound is None:
                continue
            unit = self._unit(bound)
            if found is not None and _are_apart(found.unit, unit):
                told = Pin(unit, name).told
                raise BadRequest(
                    f"{found.told} and {told} belong to different Google Cloud projects, and "
                    "no credential reaches both. Upload or create them anew in the same project."
                )
            found = found or Pin(unit, name)
        return found

    def learn(self, answer: JsonObject, unit: str, collection: str = "") -> None:
        """Notes the owner of all that an answer of Google shows.

        unit: whose credential got the answer. collection: what was asked for.
        """
        now = self._clock.now()
        for root, thing in things_of(answer, collection).items():
            if not thing and self._bindings.get(root) is not None:
                continue  # mentioned only; what is known of it says more
            self._bindings.put(root, unit, expires_at(root, thing, now))

    def compare(self, listed: JsonObject, unit: str) -> None:
        """Notes that two units are one project, where a list of one shows what is the other's."""
        for root in things_of(listed):
            bound = self._bindings.get(root) if root.startswith(_UNSHARED) else None
            if bound is None:
                continue
            first = self._pool.unit_of(self._unit(bound))
            if first is not None and first.id != self._unit(unit):
                self.note(_SAME + unit, first.id, SAME_LIFE_S)

    def homes(self) -> list[str]:
        """The units whose credentials may be asked what their project keeps, in a lasting order."""
        return sorted(
            unit.id
            for unit in self._pool.units.values()
            if unit.service is Service.GEMINI and unit.usable and not self.is_double(unit.id)
        )

    def is_double(self, unit: str) -> bool:
        """Whether another unit stands for the project of this one."""
        found = self._pool.unit_of(unit)
        return found is not None and self._unit(found.id) != found.id

    def serves(self, unit: str) -> bool:
        """Whether some credential of it can be used."""
        found = self._pool.unit_of(unit)
        return found is not None and found.usable

    def note_continuation(self, chunk: Chunk, unit: str) -> None:
        """Notes who can go on with an answer, where a chunk of it says how."""
        if (token := token_of(chunk)) is not None:
            self.note(continuation_name(token), unit, LIFE_S["continuations"])

    def note(self, name: str, unit: str, life_s: float) -> None:
        """Notes the owner of what no answer shows as a thing."""
        self._bindings.put(name, unit, self._clock.now() + life_s)

    def forget(self, root: str) -> None:
        """It was deleted."""
        self._bindings.forget(root)

    def _unit(self, bound: str) -> str:
        """The unit as it is called now, or the one that stands for its project."""
        unit = self._pool.unit_of(bound)
        if unit is None:
            return bound
        other = self._bindings.get(_SAME + unit.id)
        first = None if other is None else self._pool.unit_of(other)
        return first.id if first is not None and first.usable else unit.id


def _are_apart(one: str, other: str) -> bool:
    """Whether two units are of different projects.

    Google names the project of a key by its number, and owners name theirs by its id: such two
    may be one project, and then Google alone can tell.
    """
    return one != other and one.isdecimal() == other.isdecimal()
