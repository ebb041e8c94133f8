"""Names of models as clients write them, to Gemini's bare ids."""

import re

from proxy_core.dialects.contract import ParseContext
from proxy_core.errors import BadRequest, ProblemKind

_PREFIXES = ("models/", "google/")
_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def resolve_model(name: str, context: ParseContext) -> str:
    """The bare Gemini model id for what the client wrote. Raises BadRequest (404) for odd ones."""
    model = context.aliases.get(name)
    if model is None:
        bare = _bare(name)
        model = context.aliases.get(bare, bare)
    model = _bare(model)
    if not _MODEL_ID.fullmatch(model):
        raise BadRequest(
            f"The model '{name}' does not exist.", "model", kind=ProblemKind.MODEL_NOT_FOUND
        )
    return model


def _bare(name: str) -> str:
    if "/" not in name:
        return name
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name
