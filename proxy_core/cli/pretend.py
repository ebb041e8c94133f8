"""What the demo needs of a pretend Google; the simulator is handed in from above."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias


class PretendGoogle(Protocol):
    async def start(self) -> str:
        """Serves on a free loopback port; returns the base URL."""

    async def stop(self) -> None: ...


MakeGoogle: TypeAlias = Callable[[], tuple[PretendGoogle, list[dict[str, Any]]]]
"Gives a pretend Google and the credential files of its accounts."
