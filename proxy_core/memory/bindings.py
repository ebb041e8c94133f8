"""Which project owns a resource at Google (an uploaded file, a cache, a batch).

Only that project's credentials can reach it, after a restart too.
"""

from collections.abc import Iterable

from proxy_core.clock import Clock
from proxy_core.memory.tables import BINDINGS, Values
from proxy_core.memory.writer import Writer

MOST = 100_000
"Kept at once, since interactions live for 55 days; beyond, those noted the longest ago go."
_SWEEP_AT_LEAST = 1_000


class Bindings:
    """Resource name to project, until the resource expires. Per process."""

    def __init__(self, rows: Iterable[Values], writer: Writer, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock
        now = clock.now()
        self._bound: dict[str, tuple[str, float]] = {
            str(name): (str(project), float(expires_at or 0))
            for name, project, expires_at in rows
            if float(expires_at or 0) > now
        }
        self._sweep_at = _next_sweep(len(self._bound))

    def __len__(self) -> int:
        return len(self._bound)

    def get(self, name: str) -> str | None:
        """The project that owns the resource; None when it is unknown or has expired."""
        project, expires_at = self._bound.get(name, (None, 0.0))
        return project if expires_at > self._clock.now() else None

    def put(self, name: str, project: str, expires_at: float) -> None:
        self._bound.pop(name, None)
        self._bound[name] = (project, expires_at)
        self._writer.put(BINDINGS, (name,), (project, expires_at))
        if len(self._bound) >= self._sweep_at:
            self._sweep()

    def forget(self, name: str) -> None:
        if self._bound.pop(name, None) is not None:
            self._writer.put(BINDINGS, (name,), None)

    def _sweep(self) -> None:
        """Expired ones go; in the file retention sees to that."""
        now = self._clock.now()
        self._bound = {name: bound for name, bound in self._bound.items() if bound[1] > now}
        if len(self._bound) >= MOST:
            for name in list(self._bound)[: MOST // 4]:
                self.forget(name)
        self._sweep_at = _next_sweep(len(self._bound))


def _next_sweep(bound: int) -> int:
    return min(max(_SWEEP_AT_LEAST, 2 * bound), MOST)
