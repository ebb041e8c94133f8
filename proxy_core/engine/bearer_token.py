"""The bearer token while an engine runs: what it is, and a new one without a restart."""

import asyncio
from pathlib import Path

from proxy_core.commands import Refusal, RefusalCode
from proxy_core.server import bearer
from proxy_core.server.access import TokenCheck
from proxy_core.tasks import carry_through, in_thread


class BearerToken:
    """The token of one engine."""

    def __init__(self, value: str, check: TokenCheck, folder: Path, *, fixed: bool) -> None:
        """check: who is let in; fixed: whether GEMINI_AUTH_PASSWORD sets the token."""
        self.value = value
        self._check = check
        self._folder = folder
        self._fixed = fixed
        self._rotating = asyncio.Lock()

    async def rotate(self) -> str:
        """Makes a new token, valid at once; returns where it is kept. Raises Refusal."""
        if self._fixed:
            raise Refusal(
                RefusalCode.READ_ONLY, "GEMINI_AUTH_PASSWORD sets the token.", "Change it there."
            )
        await carry_through(self._replace(), name="make a new bearer token")
        return str(self._folder / bearer.FILE)

    async def _replace(self) -> None:
        """One at a time, so that what counts here is what the file holds."""
        async with self._rotating:
            try:
                self.value = await in_thread(bearer.create, self._folder)
            except bearer.UnreadableToken as error:
                raise Refusal(RefusalCode.STORE_FAILED, f"{error}.") from error
            self._check.replace(self.value)
