"""Tools whose schema Anthropic's models know by heart, written down for Gemini.

The client runs them, and its request names them by type and version alone. Not here: tools that
Anthropic's servers run. Source: Anthropic's API reference (bash, text editor, memory and computer
use tools), and the input types of anthropic-sdk-python.
"""

from typing import Any, NamedTuple

from proxy_core.gemini.wire import JsonObject


class KnownTool(NamedTuple):
    """A function that stands for a tool known by its type."""

    name: str
    "Where the request gives none."
    description: str
    parameters: JsonObject


def _object(*required: str, **properties: Any) -> JsonObject:
    schema: JsonObject = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(required)
    return schema


def _text(description: str) -> JsonObject:
    return {"type": "string", "description": description}


def _number(description: str) -> JsonObject:
    return {"type": "integer", "description": description}


def _word(*words: str) -> JsonObject:
    return {"type": "string", "enum": list(words)}


def _numbers(count: int, description: str) -> JsonObject:
    return {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": count,
        "maxItems": count,
        "description": description,
    }


_RANGE = _numbers(2, "First and last line to view, from 1; -1 is the end of the file.")
_PLACE = _numbers(2, "x pixels from the left edge, y pixels from the top edge.")
_HELD = _text("Keys to hold down meanwhile, such as shift or ctrl+shift.")
_DIRECTION = _word("up", "down", "left", "right")

_BASH = KnownTool(
    "bash",
    "Runs a command in a bash session that lasts, and returns what it prints.",
    _object(
        command=_text("The command; needed unless restart is given."),
        restart={"type": "boolean", "description": "true starts a new session."},
    ),
)

_EDITING: JsonObject = {
    "path": _text("The file or directory."),
    "file_text": _text("create: the content of the new file."),
    "old_str": _text("str_replace: the text to replace, which occurs exactly once."),
    "new_str": _text("str_replace: the text that takes its place."),
    "insert_line": _number("insert: the line to insert after; 0 is the beginning."),
    "insert_text": _text("insert: the text to insert."),
    "view_range": _RANGE,
}

_EDITOR = KnownTool(
    "str_replace_based_edit_tool",
    "Views, creates and edits text files.",
    _object(
        "command",
        "path",
        command=_word("view", "create", "str_replace", "insert"),
        **_EDITING,
    ),
)

_OLD_EDITOR = KnownTool(
    "str_replace_editor",
    "Views, creates and edits text files, and takes back the last edit.",
    _object(
        "command",
        "path",
        command=_word("view", "create", "str_replace", "insert", "undo_edit"),
        # These versions took the inserted text as new_str.
        **{name: schema for name, schema in _EDITING.items() if name != "insert_text"},
    ),
)

_MEMORY = KnownTool(
    "memory",
    "Keeps notes between conversations, as files under /memories. Look there before you begin.",
    _object(
        "command",
        command=_word("view", "create", "str_replace", "insert", "delete", "rename"),
        **_EDITING,
        old_path=_text("rename: the present path."),
        new_path=_text("rename: the new path."),
    ),
)

COMPUTER_MEMBERS = (
    KnownTool(
        "key",
        "Presses a key or a combination, such as Return, ctrl+s or alt+Tab.",
        _object("text", text=_text("The key or combination."), repeat=_number("How often.")),
    ),
    KnownTool(
        "hold_key",
        "Holds a key or combination down for a time.",
        _object("text", "duration", text=_text("The key."), duration=_number("Seconds.")),
    ),
    KnownTool("type", "Types a text.", _object("text", text=_text("The text."))),
    KnownTool("cursor_position", "Tells where the cursor is.", _object()),
    KnownTool(
        "mouse_move",
        "Moves the cursor without clicking.",
        _object("coordinate", coordinate=_PLACE),
    ),
    KnownTool("left_mouse_down", "Presses the left mouse button where the cursor is.", _object()),
    KnownTool("left_mouse_up", "Releases the left mouse button.", _object()),
    *(
        KnownTool(
            name,
            f"{words} at a place, or where the cursor is.",
            _object(coordinate=_PLACE, text=_HELD),
        )
        for name, words in (
            ("left_click", "Clicks the left mouse button"),
            ("right_click", "Clicks the right mouse button"),
            ("middle_click", "Clicks the middle mouse button"),
            ("double_click", "Double-clicks the left mouse button"),
            ("triple_click", "Triple-clicks the left mouse button"),
        )
    ),
    KnownTool(
        "left_click_drag",
        "Drags from one place to another.",
        _object(
            "start_coordinate",
            "coordinate",
            start_coordinate=_PLACE,
            coordinate=_PLACE,
            text=_HELD,
        ),
    ),
    KnownTool(
        "scroll",
        "Scrolls at a place, or where the cursor is.",
        _object(
            "scroll_direction",
            "scroll_amount",
            scroll_direction=_DIRECTION,
            scroll_amount=_number("Clicks of the wheel."),
            coordinate=_PLACE,
            text=_HELD,
        ),
    ),
    KnownTool("wait", "Waits.", _object("duration", duration=_number("Seconds."))),
    KnownTool("screenshot", "Takes a picture of the screen.", _object()),
    KnownTool(
        "zoom",
        "Takes an enlarged picture of a region, in coordinates of the whole screen.",
        _object("region", region=_numbers(4, "x0, y0, x1, y1.")),
    ),
)
"The members of a computer toolset; the computer tool has them as actions."

COMPUTER_TOOLSET = "computer_toolset_"

_COMPUTER = KnownTool(
    "computer",
    "Uses the mouse and the keyboard of a computer, and takes pictures of its screen.",
    _object(
        "action",
        action=_word(*(member.name for member in COMPUTER_MEMBERS)),
        coordinate=_PLACE,
        start_coordinate=_numbers(2, "left_click_drag: where it begins."),
        text=_text("type: the text; key, hold_key: the key; clicks, scroll: keys to hold down."),
        scroll_direction=_DIRECTION,
        scroll_amount=_number("scroll: clicks of the wheel."),
        duration=_number("hold_key, wait: seconds."),
        region=_numbers(4, "zoom: x0, y0, x1, y1."),
    ),
)

_BY_TYPE = (
    ("bash_", _BASH),
    ("text_editor_2024", _OLD_EDITOR),
    ("text_editor_20250124", _OLD_EDITOR),
    ("text_editor_", _EDITOR),
    ("memory_", _MEMORY),
    ("computer_", _COMPUTER),
)
"Start of a tool's type; the first that fits."


def find(kind: str) -> KnownTool | None:
    """The tool of a type such as `bash_20250124`."""
    return next((tool for start, tool in _BY_TYPE if kind.startswith(start)), None)


def describe(tool: KnownTool, entry: JsonObject) -> str:
    """Its description, with the size of the screen where the request tells it."""
    size = entry.get("display_width_px"), entry.get("display_height_px")
    if all(isinstance(pixels, int) for pixels in size):
        return f"{tool.description} The screen is {size[0]} pixels wide and {size[1]} high."
    return tool.description
