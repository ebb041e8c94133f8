"""What a client whose model no credential offers may do about it.

Not here: that no credential offers it, which is the pool's to say.
"""

from proxy_core.dialects import openai_stand_ins
from proxy_core.dialects.anthropic.stand_ins import PREFIX
from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.model_names import bare_name, models_of


def advice(name: str, context: ParseContext, missing: str) -> str:
    """A sentence on a model that is missing. name: the client's, which may stand for it."""
    models, bare = models_of(name, context), bare_name(name)
    if models != (bare,):
        return f"Your alias {name} stands for {', then '.join(models)}: correct MODEL_ALIASES."
    route = _route(bare, context)
    if missing != bare or not route:
        return "MODEL_ALIASES can let the name stand for another."
    return (
        f"Pollux answers to that name on {route}; MODEL_ALIASES can let it stand for a model "
        "everywhere."
    )


def _route(name: str, context: ParseContext) -> str:
    """Where a name of another vendor stands for a model; empty: nowhere."""
    if name.startswith(PREFIX):
        return "/v1/messages"
    return openai_stand_ins.ROUTES.get(openai_stand_ins.models_of(name, context), "")
