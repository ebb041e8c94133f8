"""Tools and the choice among them, to Gemini's `tools` and `toolConfig`.

Coding agents send whatever tools their own service has, so what has no counterpart (file_search,
computer, image_generation, mcp, tool_search, the built-in apply_patch) is left out, not refused.
Tools whose loading is put off (`defer_loading`) are offered at once, as nothing could load them.
"""

from collections.abc import Iterable, Iterator, Sequence

from proxy_core.dialects import fields
from proxy_core.dialects.openai_responses.history import Placed
from proxy_core.dialects.openai_tools import ALLOWED_MODES, MODES, declare_custom, declare_function
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

LOCAL_SHELL = "local shell"
SHELL = "shell command"
"Names of the functions that stand for the shells; no client's tool has a blank in its name."

_SHELLS = {"local_shell": LOCAL_SHELL, "shell": SHELL}
_LOADING = frozenset({"additional_tools", "tool_search_output"})
"Types of items that bring tools into a conversation."

_JOINT = "  "
"""Between a namespace and its member's name. It goes to Gemini as `__`; here it keeps the names
apart from all others, since no client's tool has a blank in its name."""

_COMMAND: JsonObject = {"type": "array", "items": {"type": "string"}}
_NUMBER: JsonObject = {"type": "integer"}
_SHELL_TOOLS: dict[str, tuple[str, JsonObject]] = {
    LOCAL_SHELL: (
        "Runs a program on the user's machine and returns its output.",
        {
            "type": "object",
            "properties": {
                "command": {**_COMMAND, "description": "The program and its arguments."},
                "working_directory": {"type": "string"},
                "timeout_ms": _NUMBER,
            },
            "required": ["command"],
        },
    ),
    SHELL: (
        "Runs shell commands and returns the output of each.",
        {
            "type": "object",
            "properties": {
                "commands": {**_COMMAND, "description": "Each a line for the shell."},
                "timeout_ms": _NUMBER,
                "max_output_length": _NUMBER,
            },
            "required": ["commands"],
        },
    ),
}


class ResponsesTools(Tools):
    """What a request offers, namespaces flattened. Per parse."""

    __slots__ = ("namespaces",)

    def __init__(self) -> None:
        super().__init__()
        self.namespaces: dict[str, tuple[str, str]] = {}


def flat_name(namespace: str, name: str) -> str:
    """The one name by which a member of a namespace is known here."""
    return f"{namespace}{_JOINT}{name}" if namespace else name


def called_name(entry: JsonObject, at: str) -> str:
    """The flattened name of `{"name", "namespace"}`."""
    name = fields.need_text(entry, "name", at)
    return flat_name(fields.text(entry, "namespace", at) or "", name)


def read_tools(body: JsonObject, items: Sequence[Placed] = ()) -> ResponsesTools:
    """`tools`, those that items of the conversation bring, `tool_choice` and
    `parallel_tool_calls`."""
    tools = ResponsesTools()
    for entry, at, namespace in _members(fields.records(body, "tools"), "tools"):
        _read_tool(tools, entry, at, namespace)
    for item, kind, at in items:
        if kind in _LOADING:
            _load(tools, item, at)
    tools.parallel = fields.flag(body, "parallel_tool_calls") is not False
    if tools.strict:
        tools.mode = "VALIDATED"
    if body.get("tool_choice") is not None:
        _choose(tools, body)
    return tools


def _members(entries: Iterable[JsonObject], at: str) -> Iterator[tuple[JsonObject, str, str]]:
    """Each tool with its path and its namespace, which is empty for most."""
    for index, entry in enumerate(entries):
        where = f"{at}[{index}]"
        if entry.get("type") != "namespace":
            yield entry, where, ""
            continue
        namespace = fields.need_text(entry, "name", where)
        for place, member in enumerate(fields.records(entry, "tools", where)):
            yield member, f"{where}.tools[{place}]", namespace


def _load(tools: ResponsesTools, item: JsonObject, at: str) -> None:
    """The tools of an item; those that are known already are told there once more."""
    for entry, where, namespace in _members(fields.records(item, "tools", at), f"{at}.tools"):
        name = _SHELLS.get(str(entry.get("type")), str(entry.get("name")))
        if flat_name(namespace, name) not in tools.offered:
            _read_tool(tools, entry, where, namespace)


def _read_tool(tools: ResponsesTools, entry: JsonObject, at: str, namespace: str) -> None:
    kind = fields.need_text(entry, "type", at)
    match kind:
        case "function" | "custom":
            _declare(tools, kind, entry, at, namespace)
        case "code_interpreter":
            tools.runs_code = True
        case "local_shell" | "shell":
            name = _SHELLS[kind]
            tools.declare(name, *_SHELL_TOOLS[name], at)
        case _ if kind.startswith("web_search"):  # also with a date: web_search_2025_08_26
            tools.searches = True


def _declare(tools: ResponsesTools, kind: str, entry: JsonObject, at: str, namespace: str) -> None:
    prefix = flat_name(namespace, "")
    declare = declare_function if kind == "function" else declare_custom
    declare(tools, entry, at, prefix)
    if namespace:
        tools.namespaces[prefix + entry["name"]] = (namespace, entry["name"])


def _choose(tools: ResponsesTools, body: JsonObject) -> None:
    wanted = body["tool_choice"]
    if isinstance(wanted, str):
        if wanted not in MODES:
            raise fields.wrong("tool_choice", "one of " + ", ".join(MODES) + ", or an object")
        if wanted == "required" and not (body.get("tools") or tools.offered):
            raise BadRequest("'tool_choice' demands a call, but there are no tools.", "tool_choice")
        # A call of Google's own tools cannot be demanded.
        if wanted == "none":
            tools.forbid()
        elif wanted == "required" and tools.offered:
            tools.mode = MODES[wanted]
    elif isinstance(wanted, dict):
        _choose_named(tools, wanted)
    else:
        raise fields.wrong("tool_choice", "a string or an object")


def _choose_named(tools: ResponsesTools, wanted: JsonObject) -> None:
    """One tool, or a list of allowed ones."""
    at = "tool_choice"
    if fields.need_text(wanted, "type", at) != "allowed_tools":
        _allow(tools, "ANY", wanted, at)
        return
    mode = fields.choice(wanted, "mode", tuple(ALLOWED_MODES), at) or "auto"
    searches = runs_code = False
    for index, entry in enumerate(fields.records(wanted, "tools", at)):
        _allow(tools, ALLOWED_MODES[mode], entry, f"{at}.tools[{index}]")
        searches |= entry["type"].startswith("web_search")
        runs_code |= entry["type"] == "code_interpreter"
    tools.searches &= searches
    tools.runs_code &= runs_code
    if not tools.allowed:
        tools.mode = "NONE"  # only tools that are not ours to call


def _allow(tools: ResponsesTools, mode: str, entry: JsonObject, at: str) -> None:
    """Narrows the choice to one more tool; those without a counterpart count for nothing."""
    kind = fields.need_text(entry, "type", at)
    match kind:
        case "function" | "custom":
            tools.allow(mode, called_name(entry, at), f"{at}.name")
        case "local_shell" | "shell" if _SHELLS[kind] in tools.offered:
            tools.allow(mode, _SHELLS[kind], at)
        case "apply_patch" if kind in tools.offered:
            tools.allow(mode, kind, at)
        case _:
            pass
