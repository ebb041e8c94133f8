"""JSON Schema as clients write it to what Gemini's JSON Schema entrance takes.

Always that entrance (`parametersJsonSchema`, `responseJsonSchema`): both services and every
current model have it, and it knows `$ref`, `anyOf` and lists of types, which the OpenAPI
subset does not. Google documents other keywords as ignored, but combinations of them were
answered with 400; so what Gemini cannot use goes into the description, in words.

Not a validator: any JSON value comes out as a schema, at worst as one that allows everything.
What is tried after a 400 is in `schema_rungs`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any
from urllib.parse import unquote

import orjson

from proxy_core.gemini.schema_merge import merge
from proxy_core.gemini.schema_names import plain_names, renamed
from proxy_core.gemini.schema_refs import Targets
from proxy_core.gemini.schema_values import VALUE_KEYWORDS, write_values
from proxy_core.gemini.wire import JsonObject

WRAPPER = "value"
"Property under which a tool's parameters stand that are not an object."

_MAX_DEPTH = 60
"Levels of nesting; what lies deeper allows everything. Gemini refuses far less."
_MAX_COPIES = 5_000
"Nodes that inlining may add to one schema, against exponential growth."

_NESTING_KEYWORDS = frozenset(
    {
        "properties",
        "required",
        "additionalProperties",
        "propertyOrdering",
        "items",
        "prefixItems",
        "additionalItems",
        "anyOf",
        "oneOf",
    }
)
_MEANINGFUL = VALUE_KEYWORDS | _NESTING_KEYWORDS
_DEFINITIONS = ("$defs", "definitions")
_CACHED_BYTES = 16 * 1024
"Larger parameters are cleaned anew, so that the cache stays within some megabytes."
_ODD_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """Parameters of one function, ready for `parametersJsonSchema`."""

    schema: JsonObject
    wrapped: bool
    "The client's schema was no object and stands under `value`."
    odd_names: Mapping[str, str] = field(default_factory=dict)
    "Plain name of a property, as the last rung has it, to the client's own; mostly empty."

    def named_back(self, args: JsonObject) -> JsonObject:
        """The arguments by the client's own names of properties."""
        found: JsonObject = renamed(args, self.odd_names) if self.odd_names else args
        return found

    def unwrap(self, args: JsonObject) -> Any:
        """The client's view of the arguments that Gemini gave."""
        return args.get(WRAPPER) if self.wrapped else args


def clean(schema: JsonObject) -> JsonObject:
    """`schema` with what Gemini understands, and the rest told in descriptions.

    Never raises, whatever JSON came in, and never changes it.
    """
    return _Cleaner(schema).run()


def tool_schema(parameters: object) -> ToolSchema | None:
    """A function's parameters; None where it has none and the field is to be left out.

    The same value serves every request that brings the same parameters: never change it.
    """
    if not isinstance(parameters, dict) or not parameters:
        return None
    try:
        encoded = orjson.dumps(parameters)
    except orjson.JSONEncodeError:  # deeper than orjson goes
        return _tool_schema(parameters)
    return _remembered(encoded) if len(encoded) <= _CACHED_BYTES else _tool_schema(parameters)


@lru_cache(maxsize=256)
def _remembered(encoded: bytes) -> ToolSchema:
    """Agents send the same tools at every turn, and encoding costs a hundredth of cleaning."""
    return _tool_schema(orjson.loads(encoded))


def _tool_schema(parameters: JsonObject) -> ToolSchema:
    cleaned = clean(parameters)
    named = _as_list(cleaned.get("type", "object" if "properties" in cleaned else None))
    if "object" in named or not cleaned:
        whole = {"type": "object", **cleaned, "properties": cleaned.get("properties", {})}
        return _offered({**whole, "type": "object"}, wrapped=False)
    # Wrapped before cleaning, so that `$defs` stay at the root where `#/$defs/…` finds them.
    inner = {key: value for key, value in parameters.items() if key not in _DEFINITIONS}
    outer = {key: parameters[key] for key in _DEFINITIONS if key in parameters}
    wrapper = {"type": "object", "properties": {WRAPPER: inner}, "required": [WRAPPER]}
    return _offered(clean({**outer, **wrapper}), wrapped=True)


def _offered(schema: JsonObject, *, wrapped: bool) -> ToolSchema:
    odd = plain_names(schema)
    return ToolSchema(schema, wrapped, {plain: name for name, plain in odd.items()})


class _Cleaner:
    """One run over one schema: collects the definitions in use and the references made."""

    def __init__(self, root: JsonObject) -> None:
        self._root = root
        self._targets = Targets(root)
        self._names: dict[str, str] = {"#": "#"}
        "Pointer as the client wrote it to the name of its definition."
        self._waiting: list[str] = []
        self._active: set[str] = set()
        "Pointers whose content is being written in place."
        self._copies = _MAX_COPIES
        self._copying = False
        self._context = "#"
        self._links: dict[str, set[str]] = {"#": set()}
        "Definition to the definitions it refers to, as emitted."
        self._demands: list[tuple[str, JsonObject, str, set[str]]] = []
        "Definition, emitted node, required property, definitions its value refers to."

    def run(self) -> JsonObject:
        self._active.add("#")
        cleaned = self._whole(self._root, 0)
        definitions: JsonObject = {}
        while self._waiting:
            pointer = self._waiting.pop()
            self._context = self._names[pointer]
            self._active = {pointer}
            self._links[self._context] = set()
            definitions[self._context] = self._whole(self._targets.of(pointer), 1)
        self._release_cycles()
        if definitions:
            cleaned["$defs"] = definitions
        return cleaned

    def _node(self, node: object, depth: int) -> JsonObject:
        if not isinstance(node, dict) or depth > _MAX_DEPTH:
            return {}
        if self._copying:
            self._copies -= 1
        if "$ref" not in node and "allOf" not in node:
            return self._plain(node, depth)
        pointer = _only_reference(node)
        if pointer is not None:
            return self._reference(pointer, node)
        pointer = node.get("$ref")
        if isinstance(pointer, str) and (pointer in self._active or self._copies <= 0):
            return self._reference(pointer, node)
        active, copying = set(self._active), self._copying
        merged = self._together(node, depth)
        self._copying = copying or self._active != active
        out = self._plain(merged, depth)
        self._active, self._copying = active, copying
        return out

    def _whole(self, node: object, depth: int) -> JsonObject:
        """The root or a definition: never a bare reference, so that none leads to itself."""
        return self._plain(self._together(node, depth), depth)

    def _together(self, node: object, depth: int) -> JsonObject:
        nothing: JsonObject = {}
        return reduce(merge, self._pieces(node, depth), nothing)

    def _pieces(self, node: object, depth: int) -> Iterator[JsonObject]:
        """What is to be merged: targets of references, branches, and the node's own keywords.

        A target that is being written already is left out: it would never end.
        """
        if not isinstance(node, dict) or depth > _MAX_DEPTH or self._copies <= 0:
            return
        pointer = node.get("$ref")
        if isinstance(pointer, str) and pointer not in self._active:
            self._active.add(pointer)
            self._copies -= 1
            target = self._targets.of(pointer)
            if isinstance(target, dict) and "description" in node:
                target = {key: value for key, value in target.items() if key != "description"}
            yield from self._pieces(target, depth + 1)
        branches = node.get("allOf")
        if isinstance(branches, list):
            for branch in branches:
                self._copies -= 1
                yield from self._pieces(branch, depth + 1)
        yield {key: value for key, value in node.items() if key not in {"$ref", "allOf"}}

    def _reference(self, pointer: str, node: JsonObject) -> JsonObject:
        """A bare `$ref` into our own `$defs`; `{}` where there is nothing to refer to."""
        name = self._names.get(pointer)
        if name is None:
            if not isinstance(self._targets.of(pointer), dict):
                return {}
            name = self._new_name(pointer)
        self._links[self._context].add(name)
        link: JsonObject = {"$ref": "#" if name == "#" else f"#/$defs/{name}"}
        return {"anyOf": [link, {"type": "null"}]} if node.get("nullable") is True else link

    def _new_name(self, pointer: str) -> str:
        plain = _ODD_NAME.sub("_", unquote(pointer.rpartition("/")[2])) or "_"
        taken = set(self._names.values())
        name, count = plain, 1
        while name in taken:
            count += 1
            name = f"{plain}_{count}"
        self._names[pointer] = name
        self._waiting.append(pointer)
        return name

    def _plain(self, node: JsonObject, depth: int) -> JsonObject:
        out: JsonObject = {}
        write_values(node, out)
        self._write_object(node, depth, out)
        self._write_array(node, depth, out)
        self._write_alternatives(node, depth, out)
        return out

    def _write_alternatives(self, node: JsonObject, depth: int, out: JsonObject) -> None:
        for keyword in ("anyOf", "oneOf"):
            branches = node.get(keyword)
            if not isinstance(branches, list):
                continue
            kept = [self._node(branch, depth + 1) for branch in branches if branch is not False]
            if node.get("nullable") is True and "type" not in out:
                kept.append({"type": "null"})
            if kept and all(kept):  # a branch that allows everything makes the choice void
                out[keyword] = kept

    def _write_object(self, node: JsonObject, depth: int, out: JsonObject) -> None:
        given = node.get("properties")
        properties = given if isinstance(given, dict) else {}
        wanted = {name for name in _as_list(node.get("required")) if isinstance(name, str)}
        kept: JsonObject = {}
        for name, schema in properties.items():
            if schema is False:
                continue
            known, made = self._links[self._context], set[str]()
            self._links[self._context] = made
            kept[name] = self._node(schema, depth + 1)
            known |= made
            self._links[self._context] = known
            if made and name in wanted:
                self._demands.append((self._context, out, name, made))
        if isinstance(given, dict):
            out["properties"] = kept
        if names := [name for name in kept if name in wanted]:
            out["required"] = names
        self._write_extras(node, depth, out)

    def _write_extras(self, node: JsonObject, depth: int, out: JsonObject) -> None:
        extra = node.get("additionalProperties")
        if isinstance(extra, bool):
            out["additionalProperties"] = extra
        elif isinstance(extra, dict):
            out["additionalProperties"] = self._node(extra, depth + 1)
        order = node.get("propertyOrdering")
        if isinstance(order, list):
            named = [name for name in order if name in out.get("properties", ())]
            if named:
                out["propertyOrdering"] = named

    def _write_array(self, node: JsonObject, depth: int, out: JsonObject) -> None:
        items, prefix = node.get("items"), node.get("prefixItems")
        if isinstance(items, list):  # a tuple in the words of draft 4 to 2019-09
            items, prefix = node.get("additionalItems"), items
        if isinstance(prefix, list) and prefix:
            out["prefixItems"] = [self._node(item, depth + 1) for item in prefix]
        if isinstance(items, dict) or items is True:
            out["items"] = self._node(items, depth + 1)
        elif "prefixItems" not in out and "array" in _as_list(out.get("type")):
            out["items"] = {}

    def _release_cycles(self) -> None:
        """Takes properties that lead back to where they stand out of `required`.

        Gemini refuses recursion through a required property, nullable or not. The model is told
        in words, since a strict client misses the key in every leaf.
        """
        cyclic = _cyclic(self._links)
        for context, node, name, targets in self._demands:
            if context in cyclic and not cyclic.isdisjoint(targets):
                node["required"].remove(name)
                told = f"({name} is required, in a leaf too)"
                node["description"] = f"{node.get('description', '')} {told}".lstrip()
                if not node["required"]:
                    del node["required"]


def _only_reference(node: JsonObject) -> str | None:
    """The pointer of a node that is nothing but a reference, also as the one branch of allOf."""
    pointer, branches = node.get("$ref"), node.get("allOf")
    for keyword in node:
        if keyword in _MEANINGFUL:
            return None
    if branches is None:
        return pointer if isinstance(pointer, str) else None
    if pointer is None and isinstance(branches, list) and len(branches) == 1:
        branch = branches[0]
        if isinstance(branch, dict) and "allOf" not in branch:
            return _only_reference(branch)
    return None


def _cyclic(links: dict[str, set[str]]) -> set[str]:
    """The definitions on a cycle of references, and those between two cycles."""
    alive = set(links)
    while True:
        reached = {target for name in alive for target in links[name]}
        kept = {name for name in alive & reached if not alive.isdisjoint(links[name])}
        if kept == alive:
            return alive
        alive = kept


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
