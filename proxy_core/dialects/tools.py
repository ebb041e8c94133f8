"""The tools of a request, as every translated dialect offers them to Gemini.

Not here: how a client writes its tools down, and its choice among them (each dialect's own).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from proxy_core.errors import BadRequest
from proxy_core.gemini.families import Family
from proxy_core.gemini.names import NameMap
from proxy_core.gemini.schema import ToolSchema, tool_schema
from proxy_core.gemini.wire import JsonObject

CUSTOM_INPUT = "input"
"The one property of the function that stands for a custom tool."

_JSON_TOOL = "json response"
"No client's tool has a blank in its name, so this one collides with none."


@dataclass(frozen=True, slots=True)
class Toolset:
    """The request's tools, as far as the answer must know them."""

    names: NameMap = field(default_factory=NameMap)
    schemas: Mapping[str, ToolSchema] = field(default_factory=dict)
    "Gemini name of a function to its parameters."
    custom: frozenset[str] = frozenset()
    "Names of custom tools, which take one text."
    json_tool: str | None = None
    """Gemini name of the function whose arguments are the answer itself: structured output for
    models that take no JSON format beside functions."""
    parallel: bool = True
    "False: only the first call of the step reaches the client."
    legacy: bool = False
    "The request used `functions`: answer with `function_call`."


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
    fetches: bool = False
    "Google reads the pages that the conversation names."
    runs_code: bool = False
    legacy: bool = False
    parallel: bool = True
    json_tool: str | None = None
    mode: str = "AUTO"
    allowed: list[str] = field(default_factory=list)
    "Gemini names; empty: all."

    @property
    def built_in(self) -> list[str]:
        """The tools that Google runs itself, by their names in a request."""
        wanted = (
            ("googleSearch", self.searches),
            ("urlContext", self.fetches),
            ("codeExecution", self.runs_code),
        )
        return [name for name, is_wanted in wanted if is_wanted]

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

    def declare(
        self, name: str, description: str | None, parameters: JsonObject | None, at: str
    ) -> JsonObject:
        """Offers a function. Raises BadRequest where `at` declares a name a second time.

        parameters: JSON Schema as the client gave it. Returns the declaration.
        """
        declaration = self._declaration(name, description, at)
        cleaned = tool_schema(parameters)
        if cleaned is not None:
            declaration["parametersJsonSchema"] = cleaned.schema
            self.schemas[declaration["name"]] = cleaned
        return declaration

    def declare_custom(self, name: str, description: str | None, at: str) -> None:
        """Offers a tool that takes free text: a function with one string."""
        declaration = self._declaration(name, description, at)
        self.custom.add(name)
        declaration["parametersJsonSchema"] = {
            "type": "object",
            "properties": {CUSTOM_INPUT: {"type": "string"}},
            "required": [CUSTOM_INPUT],
        }

    def _declaration(self, name: str, description: str | None, at: str) -> JsonObject:
        if name in self.offered:
            raise BadRequest(f"There are two tools named '{name}'.", f"{at}.name")
        self.offered.add(name)
        declaration: JsonObject = {"name": self.names.to_gemini(name)}
        if description:
            declaration["description"] = description
        self.declarations.append(declaration)
        return declaration

    def forbid(self) -> None:
        """No tool at all, not even one that Google runs itself."""
        self.mode = "NONE"
        self.searches = self.fetches = self.runs_code = False

    def allow(self, mode: str, name: str, at: str) -> None:
        """Narrows the choice to `name` and those allowed before; mode: ANY or VALIDATED."""
        self.mode = mode
        if name not in self.offered:
            raise BadRequest(f"'{at}' names no tool of the request.", at)
        self.allowed.append(self.names.to_gemini(name))

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
        built_in = self.built_in
        if built_in and (family.json_with_tools or not tools):
            if tools:
                config["includeServerSideToolInvocations"] = True
            tools += [{name: {}} for name in built_in]
        found: JsonObject = {}
        if tools:
            found["tools"] = tools
        if config:
            found["toolConfig"] = config
        return found
