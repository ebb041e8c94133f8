"""Tools and the choice among them, to Gemini's `tools` and `toolConfig`."""

from collections.abc import Iterable

from proxy_core.dialects import fields
from proxy_core.dialects.openai_tools import ALLOWED_MODES, MODES, declare_custom, declare_function
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

_FIELDS = frozenset(
    {"tools", "functions", "web_search_options", "parallel_tool_calls"}
    | {"tool_choice", "function_call"}
)
"All that a request may say about tools."


def read_tools(body: JsonObject) -> Tools:
    """`tools`, `tool_choice`, `parallel_tool_calls`, `web_search_options`, and the old forms."""
    tools = Tools()
    if _FIELDS.isdisjoint(body):
        return tools
    for index, entry in enumerate(fields.records(body, "tools")):
        _read_tool(tools, entry, f"tools[{index}]")
    functions = fields.records(body, "functions")
    for index, entry in enumerate(functions):
        declare_function(tools, entry, f"functions[{index}]")
    tools.legacy = bool(functions) and not body.get("tools")
    tools.searches = fields.record(body, "web_search_options") is not None
    tools.parallel = fields.flag(body, "parallel_tool_calls") is not False
    if tools.strict:
        tools.mode = "VALIDATED"
    if body.get("tool_choice") is not None:
        _choose(tools, body, "tool_choice")
    elif body.get("function_call") is not None:
        _choose(tools, body, "function_call")
    return tools


def _read_tool(tools: Tools, entry: JsonObject, at: str) -> None:
    match fields.choice(entry, "type", ("function", "custom"), at):
        case "custom":
            declare_custom(tools, fields.need_record(entry, "custom", at), f"{at}.custom")
        case _:
            declare_function(tools, fields.need_record(entry, "function", at), f"{at}.function")


def _choose(tools: Tools, body: JsonObject, key: str) -> None:
    wanted = body[key]
    if isinstance(wanted, str):
        if wanted not in MODES:
            raise fields.wrong(key, "one of " + ", ".join(MODES) + ", or an object")
        if wanted == "required" and not tools.offered:
            raise BadRequest(f"'{key}' demands a call, but there are no tools.", key)
        if wanted != "auto":
            tools.mode = MODES[wanted]
    elif isinstance(wanted, dict):
        _choose_named(tools, wanted, key)
    else:
        raise fields.wrong(key, "a string or an object")


def _choose_named(tools: Tools, wanted: JsonObject, key: str) -> None:
    """A function, a custom tool, a list of allowed ones, or the deprecated `{"name"}`."""
    if key == "function_call":
        _allow(tools, "ANY", [(wanted, key)])
        return
    kind = fields.choice(wanted, "type", ("function", "custom", "allowed_tools"), key)
    if kind == "allowed_tools":
        at = f"{key}.allowed_tools"
        allowed = fields.need_record(wanted, "allowed_tools", key)
        mode = fields.choice(allowed, "mode", tuple(ALLOWED_MODES), at) or "auto"
        entries = enumerate(fields.records(allowed, "tools", at))
        named = [_named(entry, f"{at}.tools[{index}]") for index, entry in entries]
        _allow(tools, ALLOWED_MODES[mode], named)
    else:
        _allow(tools, "ANY", [_named(wanted, key)])


def _named(entry: JsonObject, at: str) -> tuple[JsonObject, str]:
    """The object that holds the name of a tool, and its path."""
    kind = fields.choice(entry, "type", ("function", "custom"), at) or "function"
    return fields.need_record(entry, kind, at), f"{at}.{kind}"


def _allow(tools: Tools, mode: str, named: Iterable[tuple[JsonObject, str]]) -> None:
    tools.mode = mode
    for entry, at in named:
        tools.allow(mode, fields.need_text(entry, "name", at), f"{at}.name")
