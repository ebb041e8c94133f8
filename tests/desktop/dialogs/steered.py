"""The fake commands, with more to steer: which command is refused, and an export."""

from dataclasses import dataclass, field

from proxy_core.api import Refusal
from tests.fakes.commands import FakeCommands


@dataclass
class SteeredCommands(FakeCommands):
    refuses: dict[str, Refusal] = field(default_factory=dict)
    "By the command's name; each is refused once. The window asks for other things besides."

    async def export(self, passphrase: str | None) -> bytes:
        """The window may export, which no HTTP route does."""
        self._note("export", passphrase)
        if self.gate is not None:
            self.gate.reached.set()
            await self.gate.opened.wait()
        return b'{"pollux_export": 1}' if passphrase else b"[]"

    def asked(self, name: str) -> list[tuple[object, ...]]:
        """The arguments of each call of this command."""
        return [call[1:] for call in self.calls if call[0] == name]

    def _note(self, name: str, *arguments: object) -> None:
        super()._note(name, *arguments)
        if name in self.refuses:
            raise self.refuses.pop(name)
