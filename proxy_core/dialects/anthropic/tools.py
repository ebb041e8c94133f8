"""Tools and the choice among them, to Gemini's `tools` and `toolConfig`.

Tools of Anthropic's own that a client runs are offered as functions; of those that its servers
run, Google has three of the same kind, and the others are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from proxy_core.dialects import fields
from proxy_core.dialects.anthropic import known_tools
from proxy_core.dialects.anthropic.tool_changes import tools_at_the_end
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

_OF_GOOGLE: Mapping[str, str] = MappingProxyType(
    {"web_search_": "searches", "web_fetch_": "fetches", "code_execution_": "runs_code"}
)
"Start of a tool's type to the field of Tools that stands for it."

_CHOICES = ("auto", "any", "tool", "none")


@dataclass(slots=True)
class Offer:
    """What a request offers. Per parse."""

    tools: Tools = field(default_factory=Tools)
    toolsets: dict[str, str] = field(default_factory=dict)
    "Name of a tool to the family that it is a member of."
    elsewhere: set[str] = field(default_factory=set)
    "Names of tools that no function stands for."


def read_tools(body: JsonObject) -> Offer:
    """`tools`, as the messages change them, and `tool_choice`."""
    offer = Offer()
    for entry, at in tools_at_the_end(body):
        _read_tool(offer, entry, at)
    if offer.tools.strict:
        offer.tools.mode = "VALIDATED"
    wanted = fields.record(body, "tool_choice")
    if wanted is not None:
        _choose(offer, wanted)
    return offer


def _read_tool(offer: Offer, entry: JsonObject, at: str) -> None:
    kind = fields.text(entry, "type", at) or "custom"
    if kind == "custom" or "input_schema" in entry:
        _declare(offer.tools, entry, at)
        return
    if kind.startswith(known_tools.COMPUTER_TOOLSET):
        _declare_members(offer, entry, at)
        return
    known = known_tools.find(kind)
    if known is not None:
        name = fields.text(entry, "name", at) or known.name
        about = known_tools.describe(known, entry)
        offer.tools.declare(name, about, known.parameters, at)
        return
    offer.elsewhere.add(fields.text(entry, "name", at) or kind)
    for start, stands_for in _OF_GOOGLE.items():
        if kind.startswith(start):
            setattr(offer.tools, stands_for, True)


def _declare(tools: Tools, entry: JsonObject, at: str) -> None:
    name = fields.need_text(entry, "name", at)
    description = fields.text(entry, "description", at)
    tools.declare(name, description, fields.record(entry, "input_schema", at), at)
    if fields.flag(entry, "strict", at):
        tools.strict = True


def _declare_members(offer: Offer, entry: JsonObject, at: str) -> None:
    """A toolset is one entry without a name; each member is a function of its own."""
    configs = fields.record(entry, "configs", at) or {}
    for member in known_tools.COMPUTER_MEMBERS:
        config = fields.record(configs, member.name, f"{at}.configs") or {}
        if fields.flag(config, "enabled", f"{at}.configs.{member.name}") is not False:
            offer.tools.declare(member.name, member.description, member.parameters, at)
            offer.toolsets[member.name] = "computer"


def _choose(offer: Offer, wanted: JsonObject) -> None:
    tools, at = offer.tools, "tool_choice"
    tools.parallel = fields.flag(wanted, "disable_parallel_tool_use", at) is not True
    match fields.choice(wanted, "type", _CHOICES, at):
        case "none":
            tools.forbid()
        case "any":
            if not (tools.offered or offer.elsewhere):
                raise BadRequest(f"'{at}' demands a call, but there are no tools.", at)
            tools.mode = "ANY"
        case "tool":
            name = fields.need_text(wanted, "name", at)
            if name not in offer.elsewhere:  # Google's own tools cannot be demanded.
                tools.allow("ANY", name, f"{at}.name")
        case _:
            pass
