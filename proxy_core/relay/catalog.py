"""Which models the pool offers: the union of what each project lists, kept for some hours.

Not here: forms of the list (each dialect has its own). A project that cannot be asked now
leaves its last list standing.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from proxy_core.clock import Clock
from proxy_core.credentials.tokens import Authorizer
from proxy_core.dialects.model_names import bare_name
from proxy_core.errors import Failed, ProblemKind
from proxy_core.gemini import faults
from proxy_core.gemini.families import Families
from proxy_core.gemini.faults import Fault
from proxy_core.gemini.wire import JsonObject
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import Member, Unit
from proxy_core.pool.survey import exhausted_problem
from proxy_core.relay.asking import Unanswered, ask
from proxy_core.relay.listing import models_in, page_of
from proxy_core.relay.opening import opened
from proxy_core.retry import problem_of
from proxy_core.upstream.google import Upstream

log = logging.getLogger(__name__)

KEEP_S = 4 * 3_600.0
PATIENCE_S = 30.0
"For the whole list of one project; a client waits for it."
PAGES = 20
SIDE_BY_SIDE = 8
ASKED = 16
"Projects asked for one refresh at most; a pool of hundreds lists much the same models."


class Catalog:
    """Model resources of Google by bare id, merged over the pool."""

    def __init__(
        self,
        *,
        pool: Pool,
        authorizer: Authorizer,
        upstream: Upstream,
        clock: Clock,
        loaded: asyncio.Event,
        families: Families,
    ) -> None:
        self._pool = pool
        self._authorizer = authorizer
        self._upstream = upstream
        self._clock = clock
        self._loaded = loaded
        self._families = families
        self._lists: dict[str, tuple[float, dict[str, JsonObject]]] = {}
        self._asked: dict[str, float] = {}
        self._lock = asyncio.Lock()

    async def models(self) -> Mapping[str, JsonObject]:
        """All models, by id. Raises Failed when no project could ever be asked."""
        if not self._loaded.is_set():
            await opened(self._loaded, self._clock)
        async with self._lock:
            failure = await self._refresh()
        merged: dict[str, JsonObject] = {}
        # Those of the Gemini API first: they tell more of a model.
        for unit in sorted(self._pool.units.values(), key=lambda unit: unit.paid):
            for model, resource in self._lists.get(unit.id, (0.0, {}))[1].items():
                merged.setdefault(model, resource)
        if not merged and failure is not None:
            raise Failed(problem_of(failure, ""))
        if not merged:
            problem = exhausted_problem(self._pool, "", self._clock.now())
            if problem.kind is not ProblemKind.RATE_LIMITED:
                raise Failed(problem)
        return merged

    async def _refresh(self) -> Fault | None:
        now = self._clock.monotonic()
        due = [unit for unit in self._pool.units.values() if self._is_due(unit, now)]
        # Those asked the longest ago first: many that fail must not hide the ones behind them.
        due.sort(key=lambda unit: self._asked.get(unit.id, 0.0))
        gate = asyncio.Semaphore(SIDE_BY_SIDE)
        failures = await asyncio.gather(*(self._ask(unit, gate) for unit in due[:ASKED]))
        return next((failure for failure in failures if failure is not None), None)

    def _is_due(self, unit: Unit, now: float) -> bool:
        known = self._lists.get(unit.id)
        return unit.usable and (known is None or now - known[0] > KEEP_S)

    async def _ask(self, unit: Unit, gate: asyncio.Semaphore) -> Fault | None:
        member = unit.pick(set())
        if member is None:
            return None
        self._asked[unit.id] = self._clock.monotonic()
        async with gate:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    found = await self._list(member)
            except TimeoutError:
                return faults.network_fault("Google took too long to list its models")
            except Unanswered as failure:
                log.info("%s could not list its models: %s", member.label, failure.fault.cause)
                return failure.fault
        self._lists[unit.id] = (self._clock.monotonic(), found)
        return None

    async def _list(self, member: Member) -> dict[str, JsonObject]:
        found: dict[str, JsonObject] = {}
        credential, page = member.credential, ""
        for _ in range(PAGES):
            origin, path = page_of(credential.service, page)
            document = await ask(self._upstream, self._authorizer, credential, path, origin=origin)
            found |= models_in(document, credential.service, self._families)
            following = document.get("nextPageToken")
            if not following or not isinstance(following, str):
                break
            page = following
        return found


def with_aliases(
    models: Mapping[str, JsonObject], aliases: Mapping[str, Sequence[str]]
) -> Mapping[str, JsonObject]:
    """The models, and each alias as the first of its models that the pool offers."""
    named = dict(models)
    for name, chain in aliases.items():
        offered = (models.get(bare_name(model)) for model in chain)
        if (resource := next(filter(None, offered), None)) is not None:
            named[name] = {**resource, "name": f"models/{name}"}
    return named
