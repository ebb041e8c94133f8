"""Tools that messages add and take away on the way: blocks `tool_addition` and `tool_removal`.

Gemini has one set of tools for a whole request, so the one at the end of the conversation counts.
Source: anthropic-sdk-python, `add_tools` and `remove_tools` of its tool runner.
"""

from collections.abc import Iterator

from proxy_core.dialects import fields
from proxy_core.gemini.wire import JsonObject

_ADDITION, _REMOVAL = "tool_addition", "tool_removal"
TYPES = (_ADDITION, _REMOVAL)
"Of blocks that say nothing to the model."

_Entry = tuple[JsonObject, str]
"A tool and its path."


def tools_at_the_end(body: JsonObject) -> list[_Entry]:
    """The entries of `tools`, and what became of them. Raises BadRequest."""
    declared = [
        (entry, f"tools[{index}]") for index, entry in enumerate(fields.records(body, "tools"))
    ]
    changes = list(_changes(body.get("messages")))
    if not changes:
        return declared
    known = {_name(entry): (entry, at) for entry, at in declared}
    offered = dict(known)
    for block, at in changes:
        tool = fields.need_record(block, "tool", at)
        definition = fields.record(tool, "definition", f"{at}.tool")
        name = _name(tool if definition is None else definition)
        if definition is not None:
            known[name] = definition, f"{at}.tool.definition"
        offered.pop(name, None)
        if block["type"] == _ADDITION and name in known:
            offered[name] = known[name]
    return list(offered.values())


def _changes(messages: object) -> Iterator[_Entry]:
    """The blocks, in order. What is wrong with the messages is told by those who read them."""
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list):
            for place, block in enumerate(content):
                if isinstance(block, dict) and block.get("type") in TYPES:
                    yield block, f"messages[{index}].content[{place}]"


def _name(entry: JsonObject) -> str:
    return str(entry.get("name") or entry.get("type"))
