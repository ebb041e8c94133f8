"""What later requests may name side by side, such as two files of one prompt, is made together.

A request reaches the things of one project only, and no client chooses one. So files and stores
go where the last one went while every model can be asked there too: once one rests, the next
project has its turn, as questions about what was uploaded go where it lies. The alternative that
lost, turns of all projects, made prompts with two files impossible. Pure.
"""

from collections.abc import Iterable

from proxy_core.gemini.states import ModelState
from proxy_core.pool.lane import Lane
from proxy_core.pool.standing import Unit

TOGETHER = b"together"
"Stands for a conversation: all such things are one, whatever the owner wants of others."

_RESTS = frozenset({ModelState.COOLING, ModelState.DAY_SPENT})


def is_home(unit: Unit, lanes: Iterable[Lane], now: float) -> bool:
    """Whether the next of such things may lie there, too."""
    pairs = (lane.pairs.get(unit.id) for lane in lanes)
    return not any(pair is not None and pair.state in _RESTS and pair.until > now for pair in pairs)
