"""What survives a restart: one SQLite file in the data folder, written behind by one thread.

Cooldowns, learned limits, the owner's notes, which project owns a resource, thought signatures
and usage. Never a prompt or an answer: `tables` lists every column there is.

Reading costs nothing while requests run: the file is read once at the start, then dictionaries
answer. SQLite itself is loaded by the thread alone (`database`).
"""

from proxy_core.memory.bindings import Bindings
from proxy_core.memory.memory import Memory
from proxy_core.memory.notes import Notes
from proxy_core.memory.tables import DatabaseFailed, UsageCounts

__all__ = ["Bindings", "DatabaseFailed", "Memory", "Notes", "UsageCounts"]
