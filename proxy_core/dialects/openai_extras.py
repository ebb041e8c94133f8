"""`extra_body.google`, the conventions of Google's own OpenAI-compatible route."""

from dataclasses import dataclass

from proxy_core.dialects import fields
from proxy_core.gemini.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Extras:
    """The fields of the `google` object, and where it stands in the body."""

    fields: JsonObject
    at: str


_NO_EXTRAS = Extras({}, "google")


def read_extras(body: JsonObject) -> Extras:
    """The `google` object: at the top, or inside `extra_body` as Python clients send it."""
    if "extra_body" not in body and "google" not in body:
        return _NO_EXTRAS
    outer = fields.record(body, "extra_body") or {}
    nested = fields.record(outer, "google", "extra_body")
    if nested is not None:
        return Extras(nested, "extra_body.google")
    return Extras(fields.record(body, "google") or {}, "google")


def cache_and_safety(extras: Extras) -> JsonObject:
    """`cachedContent` and `safetySettings` of the request, where they are given."""
    if not extras.fields:
        return {}
    found: JsonObject = {}
    if cache := fields.text(extras.fields, "cached_content", extras.at):
        found["cachedContent"] = cache
    at = f"{extras.at}.safety_settings"
    settings = fields.records(extras.fields, "safety_settings", extras.at)
    if settings:
        found["safetySettings"] = [
            {
                "category": fields.need_text(entry, "category", f"{at}[{index}]"),
                "threshold": fields.need_text(entry, "threshold", f"{at}[{index}]"),
            }
            for index, entry in enumerate(settings)
        ]
    return found
