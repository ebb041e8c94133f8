"""Tools and the choice among them, to Gemini's `tools` and `toolConfig`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from proxy_core.dialects import fields
from proxy_core.dialects.openai_chat.calls import CUSTOM_INPUT
from proxy_core.dialects.openai_chat.shape import Toolset
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family
from proxy_core.gemini.names import NameMap
from proxy_core.gemini.schema import ToolSchema, tool_schema
from proxy_core.gemini.wire import JsonObject

_MODES: Mapping[str, str] = MappingProxyType({"none": "NONE", "auto": "AUTO", "required": "ANY"})
_ALLOWED_MODES: Mapping[str, str] = MappingProxyType({"auto": "VALIDATED", "required": "ANY"})

_FIELDS = frozenset(
    {"tools", "functions", "web_search_options", "parallel_tool_calls"}
    | {"tool_choice", "function_call"}
)
"All that a request may say about tools."

_JSON_TOOL = "json response"
"No client's tool has a blank in its name, so this one collides with none."


_NO_TOOLS = Toolset()


@dataclass(slots=True)
class Tools:
    """What a request offers. Per parse."""

    names: NameMap = field(default_factory=NameMap)
    declarations: list[JsonObject] = field(default_factory=list)
    schemas: dict[str, ToolSchema] = field(default_factory=dict)
    custom: set[str] = field(default_factory=set)
    offered: set[str] = field(default_factory=set)
    "Client names of all tools."
    strict: bool = False
    searches: bool = False
    legacy: bool = False
    parallel: bool = True
    json_tool: str | None = None
    mode: str = "AUTO"
    allowed: list[str] = field(default_factory=list)
    "Gemini names; empty: all."

    def toolset(self) -> Toolset:
        if self.parallel and not self.names:
            return _NO_TOOLS
        return Toolset(
            names=self.names,
            schemas=self.schemas,
            custom=frozenset(self.custom),
            json_tool=self.json_tool,
            parallel=self.parallel,
            legacy=self.legacy,
        )

    def answer_with_json(self, schema: JsonObject) -> None:
        """Structured output beside functions, for a family that cannot do both.

        The answer becomes one more function, and some call must be made. Where one of the
        client's own functions is demanded anyway, no answer is due.
        """
        if self.mode == "ANY":
            return
        self.json_tool = self.names.to_gemini(_JSON_TOOL)
        declaration: JsonObject = {
            "name": self.json_tool,
            "description": "Gives the final answer to the user, when no other call is needed.",
        }
        parameters = tool_schema(schema)
        if parameters is not None:
            declaration["parametersJsonSchema"] = parameters.schema
            self.schemas[self.json_tool] = parameters
        self.declarations.append(declaration)
        self.mode = "ANY"
        if self.allowed:
            self.allowed.append(self.json_tool)

    def to_gemini(self, family: Family) -> JsonObject:
        """`tools` and `toolConfig`, each only where there is something to say."""
        tools: list[JsonObject] = []
        config: JsonObject = {}
        if self.declarations:
            tools.append({"functionDeclarations": self.declarations})
            calling: JsonObject = {"mode": self.mode}
            if self.allowed:
                calling["allowedFunctionNames"] = self.allowed
            if calling != {"mode": "AUTO"}:
                config["functionCallingConfig"] = calling
        # Before Gemini 3, functions and built-in tools exclude each other; functions win, since
        # the client waits for them.
        if self.searches and (family.json_with_tools or not tools):
            if tools:
                config["includeServerSideToolInvocations"] = True
            tools.append({"googleSearch": {}})
        found: JsonObject = {}
        if tools:
            found["tools"] = tools
        if config:
            found["toolConfig"] = config
        return found


def read_tools(body: JsonObject) -> Tools:
    """`tools`, `tool_choice`, `parallel_tool_calls`, `web_search_options`, and the old forms."""
    tools = Tools()
    if _FIELDS.isdisjoint(body):
        return tools
    for index, entry in enumerate(fields.records(body, "tools")):
        _read_tool(tools, entry, f"tools[{index}]")
    functions = fields.records(body, "functions")
    for index, entry in enumerate(functions):
        _declare(tools, entry, f"functions[{index}]")
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
            _declare_custom(tools, fields.need_record(entry, "custom", at), f"{at}.custom")
        case _:
            _declare(tools, fields.need_record(entry, "function", at), f"{at}.function")


def _declare(tools: Tools, function: JsonObject, at: str) -> None:
    name = _new_name(tools, function, at)
    declaration: JsonObject = {"name": tools.names.to_gemini(name)}
    if description := fields.text(function, "description", at):
        declaration["description"] = description
    parameters = tool_schema(fields.record(function, "parameters", at))
    if parameters is not None:
        declaration["parametersJsonSchema"] = parameters.schema
        tools.schemas[declaration["name"]] = parameters
    if fields.flag(function, "strict", at):
        tools.strict = True
    tools.declarations.append(declaration)


def _declare_custom(tools: Tools, custom: JsonObject, at: str) -> None:
    """A tool that takes free text: a function with one string."""
    name = _new_name(tools, custom, at)
    tools.custom.add(name)
    form = fields.record(custom, "format", at) or {}
    about = [fields.text(custom, "description", at) or ""]
    if form.get("type") == "grammar":
        grammar = fields.record(form, "grammar", f"{at}.format") or {}
        syntax = fields.text(grammar, "syntax", f"{at}.format.grammar") or "lark"
        definition = fields.text(grammar, "definition", f"{at}.format.grammar") or ""
        about.append(f"The input must follow this {syntax} grammar:\n{definition}")
    declaration: JsonObject = {
        "name": tools.names.to_gemini(name),
        "parametersJsonSchema": {
            "type": "object",
            "properties": {CUSTOM_INPUT: {"type": "string"}},
            "required": [CUSTOM_INPUT],
        },
    }
    if description := "\n\n".join(filter(None, about)):
        declaration["description"] = description
    tools.declarations.append(declaration)


def _new_name(tools: Tools, tool: JsonObject, at: str) -> str:
    name = fields.need_text(tool, "name", at)
    if name in tools.offered:
        raise BadRequest(f"There are two tools named '{name}'.", f"{at}.name")
    tools.offered.add(name)
    return name


def _choose(tools: Tools, body: JsonObject, key: str) -> None:
    wanted = body[key]
    if isinstance(wanted, str):
        if wanted not in _MODES:
            raise fields.wrong(key, "one of " + ", ".join(_MODES) + ", or an object")
        if wanted == "required" and not tools.offered:
            raise BadRequest(f"'{key}' demands a call, but there are no tools.", key)
        if wanted != "auto":
            tools.mode = _MODES[wanted]
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
        mode = fields.choice(allowed, "mode", tuple(_ALLOWED_MODES), at) or "auto"
        entries = enumerate(fields.records(allowed, "tools", at))
        named = [_named(entry, f"{at}.tools[{index}]") for index, entry in entries]
        _allow(tools, _ALLOWED_MODES[mode], named)
    else:
        _allow(tools, "ANY", [_named(wanted, key)])


def _named(entry: JsonObject, at: str) -> tuple[JsonObject, str]:
    """The object that holds the name of a tool, and its path."""
    kind = fields.choice(entry, "type", ("function", "custom"), at) or "function"
    return fields.need_record(entry, kind, at), f"{at}.{kind}"


def _allow(tools: Tools, mode: str, named: Iterable[tuple[JsonObject, str]]) -> None:
    tools.mode = mode
    for entry, at in named:
        name = fields.need_text(entry, "name", at)
        if name not in tools.offered:
            raise BadRequest(f"'{at}.name' names no tool of the request.", f"{at}.name")
        tools.allowed.append(tools.names.to_gemini(name))
