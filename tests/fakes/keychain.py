"""A keyring of the computer that lives in memory and can be told to misbehave."""

import threading
from dataclasses import dataclass, field


@dataclass
class MemoryKeyring:
    """Has the two methods of a back-end of `keyring` that Pollux uses."""

    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failure: Exception | None = None
    "What every call raises."
    forgetful: bool = False
    "It says that it took what it then does not hold."
    called: threading.Event = field(default_factory=threading.Event)
    answering: threading.Event = field(default_factory=threading.Event)
    "Cleared, every call hangs as over a prompt that nobody answers."

    def __post_init__(self) -> None:
        self.answering.set()

    def get_password(self, service: str, username: str) -> str | None:
        self._called("get")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._called("set")
        if not self.forgetful:
            self.entries[service, username] = password

    def _called(self, what: str) -> None:
        self.calls.append(what)
        self.called.set()
        self.answering.wait()
        if self.failure is not None:
            raise self.failure
