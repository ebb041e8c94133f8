"""Names of models as clients write them, to Gemini's bare ids."""

import re

from proxy_core.dialects.contract import ParseContext
from proxy_core.errors import BadRequest, ProblemKind

_PREFIXES = ("models/", "google/")
_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def resolve_model(name: str, context: ParseContext) -> str:
    """The bare Gemini model id for what the client wrote, at the context's step.

    Raises BadRequest (404) for odd ones.
    """
    models = models_of(name, context)
    model = models[min(context.step, len(models) - 1)]
    if not _MODEL_ID.fullmatch(model):
        raise BadRequest(
            f"The model '{name}' does not exist.", "model", kind=ProblemKind.MODEL_NOT_FOUND
        )
    return model


def models_of(name: str, context: ParseContext) -> tuple[str, ...]:
    """The models that a client's name stands for, bare, in the order to try: nearly always itself.

    What an alias names is a model, never another alias.
    """
    bare = bare_name(name)
    aliased = context.aliases.get(name) or context.aliases.get(bare)
    return tuple(map(bare_name, aliased)) if aliased else (bare,)


def bare_name(name: str) -> str:
    """Without the prefixes that clients put before a model's id."""
    if "/" not in name:
        return name
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name
