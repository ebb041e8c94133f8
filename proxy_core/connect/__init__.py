"""Settings for the tools that use Pollux: what to type in, and files written and taken back.

`catalogue` has the functions; `model` what they take and give; `editors`, `terminals` and
`libraries` the tools; `applying` the work on files, `edits` the changes to each syntax, `keeping`
the backups. It asks no network and knows no engine. Every function blocks.
"""

from proxy_core.connect.catalogue import apply, snippets, status, tools, undo
from proxy_core.connect.model import (
    MODEL,
    Address,
    Applied,
    ConnectFailed,
    Folders,
    Guide,
    Step,
    Tool,
)

__all__ = [
    "MODEL",
    "Address",
    "Applied",
    "ConnectFailed",
    "Folders",
    "Guide",
    "Step",
    "Tool",
    "apply",
    "snippets",
    "status",
    "tools",
    "undo",
]
