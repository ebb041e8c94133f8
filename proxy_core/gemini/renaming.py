"""Another model's name put into the bytes of a request, every other byte left as it came.

For native bodies, which are not re-encoded: a number may lose digits on the way, and media are
megabytes. Pure. Not here: which model a name stands for (`dialects.model_names`).
"""

import re
from collections.abc import Iterator, Mapping

import orjson

from proxy_core.gemini.vertex_bodies import camel

_TOKEN = re.compile(rb'(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")(?P<key>\s*+:)?|(?P<opens>[{\[])|[}\]]')
"Texts and brackets; in valid JSON a colon stands behind keys alone."
_ITEM = ""
"In a path: an item of a list, or what lies deeper than anything looked for."
_BATCH = ("batch", "inputConfig", "requests", "requests", _ITEM, "request")
_PLACES = frozenset({(), ("setup",), ("generateContentRequest",), ("requests", _ITEM), _BATCH})
"""Paths of the objects that name a model: bodies of caches, interactions and countTokens, setups
of Live sessions, requests of batchEmbedContents and of batches. What lies elsewhere may be a
client's own data."""
_LONGEST_BYTES = 40
"Of a key on such a path, quotes included."


def renamed(body: bytes, names: Mapping[str, str]) -> bytes:
    """The body with its models called anew; the very object where it names none of them.

    body: valid JSON. names: each as it may be written there, with what takes its place.
    """
    pieces, end = [], 0
    for text in _model_names(body):
        name = names.get(orjson.loads(text["text"]))
        if name is not None:
            pieces += [body[end : text.start()], orjson.dumps(name)]
            end = text.end()
    return b"".join((*pieces, body[end:])) if pieces else body


def _model_names(body: bytes) -> Iterator[re.Match[bytes]]:
    path: list[str] = []
    "Under which name each open object and list stands, the outermost first."
    key = _ITEM
    for token in _TOKEN.finditer(body):
        if token["key"]:
            text = token["text"]
            key = camel(orjson.loads(text)) if len(text) <= _LONGEST_BYTES else _ITEM
        elif token["text"]:
            if key == "model" and len(path) <= len(_BATCH) + 1 and tuple(path[1:]) in _PLACES:
                yield token
        elif token["opens"]:
            path.append(key)
            key = _ITEM
        else:
            path.pop()
            key = _ITEM
