"""Tools and the choice among them, to Gemini's `tools` and `toolConfig`.

Coding agents send whatever tools their own service has, so what has no counterpart (file_search,
computer, image_generation, mcp, tool_search, the built-in apply_patch) is left out, not refused.
"""

from proxy_core.dialects import fields
from proxy_core.dialects.openai_tools import ALLOWED_MODES, MODES, declare_custom, declare_function
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

LOCAL_SHELL = "local shell"
SHELL = "shell command"
"Names of the functions that stand for the shells; no client's tool has a blank in its name."

_SHELLS = {"local_shell": LOCAL_SHELL, "shell": SHELL}
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
    return f"{namespace}__{name}"


def called_name(entry: JsonObject, at: str) -> str:
    """The flattened name of `{"name", "namespace"}`."""
    name = fields.need_text(entry, "name", at)
    namespace = fields.text(entry, "namespace", at)
    return flat_name(namespace, name) if namespace else name


def read_tools(body: JsonObject) -> ResponsesTools:
    """`tools`, `tool_choice` and `parallel_tool_calls`."""
    tools = ResponsesTools()
    for index, entry in enumerate(fields.records(body, "tools")):
        _read_tool(tools, entry, f"tools[{index}]")
    tools.parallel = fields.flag(body, "parallel_tool_calls") is not False
    if tools.strict:
        tools.mode = "VALIDATED"
    if body.get("tool_choice") is not None:
        _choose(tools, body)
    return tools


def _read_tool(tools: ResponsesTools, entry: JsonObject, at: str) -> None:
    kind = fields.need_text(entry, "type", at)
    match kind:
        case "function":
            declare_function(tools, entry, at)
        case "custom":
            declare_custom(tools, entry, at)
        case "namespace":
            _read_namespace(tools, entry, at)
        case "code_interpreter":
            tools.runs_code = True
        case "local_shell" | "shell":
            name = _SHELLS[kind]
            tools.declare(name, *_SHELL_TOOLS[name], at)
        case _ if kind.startswith("web_search"):  # also with a date: web_search_2025_08_26
            tools.searches = True


def _read_namespace(tools: ResponsesTools, entry: JsonObject, at: str) -> None:
    namespace = fields.need_text(entry, "name", at)
    prefix = flat_name(namespace, "")
    for index, member in enumerate(fields.records(entry, "tools", at)):
        where = f"{at}.tools[{index}]"
        match fields.text(member, "type", where):
            case "function":
                declare_function(tools, member, where, prefix)
            case "custom":
                declare_custom(tools, member, where, prefix)
            case _:
                continue
        tools.namespaces[prefix + member["name"]] = (namespace, member["name"])


def _choose(tools: ResponsesTools, body: JsonObject) -> None:
    wanted = body["tool_choice"]
    if isinstance(wanted, str):
        if wanted not in MODES:
            raise fields.wrong("tool_choice", "one of " + ", ".join(MODES) + ", or an object")
        if wanted == "required" and not body.get("tools"):
            raise BadRequest("'tool_choice' demands a call, but there are no tools.", "tool_choice")
        # A call of Google's own tools cannot be demanded.
        if wanted == "none" or (wanted == "required" and tools.offered):
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
    for index, entry in enumerate(fields.records(wanted, "tools", at)):
        _allow(tools, ALLOWED_MODES[mode], entry, f"{at}.tools[{index}]")
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
