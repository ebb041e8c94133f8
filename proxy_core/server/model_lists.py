"""Answers `/v1/models` for clients of OpenAI's and of Anthropic's API.

Not here: Gemini's own form of the list (`native`), and which form a request is due (`routes`).
"""

from collections.abc import Mapping

import orjson
from aiohttp.web import StreamResponse

from proxy_core.dialects import openai_stand_ins
from proxy_core.dialects.anthropic import models as anthropic_models
from proxy_core.dialects.anthropic.stand_ins import gemini_model
from proxy_core.dialects.model_names import bare_name
from proxy_core.dialects.openai_chat import models as openai_models
from proxy_core.gemini.wire import JsonObject
from proxy_core.server.context import Services, Visit
from proxy_core.server.native import no_such_model
from proxy_core.server.routes import Route, Target


async def answer(visit: Visit, route: Route, services: Services) -> StreamResponse:
    """The list, or the model that the route names. Raises BadRequest and Failed."""
    found = await services.models()
    created = int(visit.exchange.at)
    match route.target:
        case Target.OPENAI_MODELS:
            for_codex = "client_version" in visit.query
            listed = openai_models.models_list(found.values(), created, for_codex=for_codex)
            return visit.answer(listed)
        case Target.ANTHROPIC_MODELS:
            return visit.answer(anthropic_models.models_list(found, visit.query))
        case Target.ANTHROPIC_MODEL:
            name = gemini_model(route.model, services.parsing)
            resource = found.get(route.model) or found.get(name)
        case _:
            resource = _named_by_openai(route.model, found, services)
    if resource is None:
        raise no_such_model(route.model, services)
    if route.target is Target.ANTHROPIC_MODEL:
        return visit.answer(orjson.dumps(anthropic_models.model(resource, route.model)))
    return visit.answer(openai_models.model(resource, created))


def _named_by_openai(
    name: str, found: Mapping[str, JsonObject], services: Services
) -> JsonObject | None:
    """The model of a name; one that stands in for OpenAI's goes by the name asked for."""
    for model in openai_stand_ins.models_of(name, services.parsing):
        if model in found:
            return {**found[model], "name": name}
    return found.get(name) or found.get(bare_name(name))
