"""Functions and custom tools as the OpenAI APIs declare them; the object that holds the name.

Not here: in what a dialect wraps that object, and the choice among tools.
"""

from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.dialects import fields
from proxy_core.dialects.tools import Tools
from proxy_core.gemini.wire import JsonObject

MODES: Mapping[str, str] = MappingProxyType({"none": "NONE", "auto": "AUTO", "required": "ANY"})
ALLOWED_MODES: Mapping[str, str] = MappingProxyType({"auto": "VALIDATED", "required": "ANY"})


def declare_function(tools: Tools, function: JsonObject, at: str, prefix: str = "") -> None:
    """prefix: goes before the name (a namespace)."""
    name = prefix + fields.need_text(function, "name", at)
    description = fields.text(function, "description", at)
    tools.declare(name, description, fields.record(function, "parameters", at), at)
    if fields.flag(function, "strict", at):
        tools.strict = True


def declare_custom(tools: Tools, custom: JsonObject, at: str, prefix: str = "") -> None:
    form = fields.record(custom, "format", at) or {}
    about = [fields.text(custom, "description", at) or ""]
    if form.get("type") == "grammar":
        about.append(_grammar_in_words(form, f"{at}.format"))
    name = prefix + fields.need_text(custom, "name", at)
    tools.declare_custom(name, "\n\n".join(filter(None, about)), at)


def _grammar_in_words(form: JsonObject, at: str) -> str:
    """What a grammar asks; Chat Completions nests it one level deeper than Responses."""
    nested = fields.record(form, "grammar", at)
    grammar, at = (form, at) if nested is None else (nested, f"{at}.grammar")
    syntax = fields.text(grammar, "syntax", at) or "lark"
    definition = fields.text(grammar, "definition", at) or ""
    return f"The input must follow this {syntax} grammar:\n{definition}"
