"""Which credential a conversation was served by: bounded, in memory, forgotten after an hour."""

from collections import OrderedDict

CAPACITY = 10_000
KEEP_S = 3_600.0


class Affinity:
    """Conversation key to credential id, the least recently used going first."""

    def __init__(self, capacity: int = CAPACITY, keep_s: float = KEEP_S) -> None:
        self._capacity = capacity
        self._keep_s = keep_s
        self._entries: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def get(self, conversation: bytes, monotonic: float) -> str | None:
        entry = self._entries.get(conversation)
        if entry is None:
            return None
        if monotonic - entry[1] > self._keep_s:
            del self._entries[conversation]
            return None
        return entry[0]

    def put(self, conversation: bytes, credential_id: str, monotonic: float) -> None:
        self._entries[conversation] = (credential_id, monotonic)
        self._entries.move_to_end(conversation)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._entries)
