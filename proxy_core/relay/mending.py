"""Bodies that Google refused, mended for one more send; and what has helped before.

Only translated calls are mended freely: a native client's body passes as it came, but for
thought signatures, which a change of credential can spoil through no fault of the client.
"""

from collections import OrderedDict
from collections.abc import Callable

from proxy_core.gemini.faults import Cause
from proxy_core.gemini.long_answer import TOKEN
from proxy_core.gemini.repairs import (
    schema_hash,
    with_dummy_signatures,
    with_lower_schemas,
    with_lower_thinking,
    without_penalties,
    without_signatures,
    without_thinking,
)
from proxy_core.gemini.wire import Call, JsonObject

RUNGS = 3
REMEMBERED = 1_000


class Rungs:
    """The rung of the schema ladder that Google took, by hash of the schemas."""

    def __init__(self) -> None:
        self._rungs: OrderedDict[bytes, int] = OrderedDict()

    def get(self, schemas: bytes) -> int:
        return self._rungs.get(schemas, 0)

    def put(self, schemas: bytes, rung: int) -> None:
        self._rungs[schemas] = rung
        self._rungs.move_to_end(schemas)
        if len(self._rungs) > REMEMBERED:
            self._rungs.popitem(last=False)

    def __bool__(self) -> bool:
        return bool(self._rungs)


class Mender:
    """The mending of one call. `body` is what to send next."""

    __slots__ = (
        "_done",
        "_fixed",
        "_native",
        "_rung",
        "_rungs",
        "_schemas",
        "_unlowered",
        "body",
        "raw",
    )

    def __init__(self, call: Call, rungs: Rungs) -> None:
        self.body: JsonObject = call.body
        self._unlowered: JsonObject = call.body
        "The body before its schemas were lowered; each rung starts from it."
        self.raw = call.raw
        self._native = call.raw is not None
        self._fixed = False
        "Whether it goes on with an answer, and may not differ from what was sent before."
        self._done: set[Cause] = set()
        self._rung = 0
        self._rungs = rungs
        self._schemas: bytes | None = None
        if rungs and not self._native:
            self._schemas = schema_hash(call.body)
            if self._schemas is not None and (known := rungs.get(self._schemas)):
                self._lower(known)

    def go_on(self, token: str) -> None:
        """Asks the same for what comes after `token`, and from now on nothing else."""
        self._take({**self.body, TOKEN: token})
        self._fixed = True

    def resign(self, is_foreign: Callable[[str], bool]) -> None:
        """Puts the dummy in the place of signatures that would be refused."""
        self._become(without_signatures(self._unlowered, is_foreign))

    def lower_thinking(self) -> bool:
        """Asks for the level below the highest; False where that one was not asked for."""
        return self._become(with_lower_thinking(self._unlowered))

    def mend(self, cause: Cause) -> bool:
        """Mends what `cause` names; False where it cannot, or did so before."""
        if cause is Cause.SCHEMA and not self._native:
            return self._lower(self._rung + 1)
        if cause in self._done or (self._native and cause is not Cause.SIGNATURE):
            return False
        self._done.add(cause)
        match cause:
            case Cause.SIGNATURE:
                mended = with_dummy_signatures(self._unlowered)
            case Cause.THINKING:
                mended = without_thinking(self._unlowered)
            case Cause.PENALTY:
                mended = without_penalties(self._unlowered)
            case _:
                return False
        return self._become(mended)

    def worked(self) -> None:
        """Google took the body as it is now."""
        if self._rung and self._schemas is not None:
            self._rungs.put(self._schemas, self._rung)

    def _become(self, mended: JsonObject) -> bool:
        if mended is self._unlowered or self._fixed:
            return False
        self._unlowered = mended
        return self._lower(self._rung) if self._rung else self._take(mended)

    def _lower(self, rung: int) -> bool:
        if rung > RUNGS or self._fixed:
            return False
        if self._schemas is None:
            self._schemas = schema_hash(self._unlowered)
        lowered = with_lower_schemas(self._unlowered, rung)
        if lowered is None:
            return False
        self._rung = rung
        return self._take(lowered)

    def _take(self, body: JsonObject) -> bool:
        self.body = body
        self.raw = None
        return True
