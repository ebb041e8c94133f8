"""Gemini models that stand in for OpenAI's own where a client can hardly name another.

Tools for pictures, speech, transcripts and embeddings often have OpenAI's model names built in.
These are the last resort: a name in MODEL_ALIASES goes first, and every other name is taken as
Gemini's. Chat models have none, since there the choice is the owner's.
"""

from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.model_names import bare_name, resolve_model

EMBEDDING = ("gemini-embedding-2",)
"Never more than one: vectors of different models do not compare."
IMAGE = ("gemini-nano-banana-2.1", "gemini-3.1-flash-image")
"The newest, and one that needs no billing."
SPEECH = ("gemini-3.8-flash-tts",)
HEARING = ("gemini-3.8-flash",)
"Google's transcription models are for its Live API only; this one hears, too."

STAND_INS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # Not `text-embedding-`: Google has models of that name on Vertex AI.
        "text-embedding-3-": EMBEDDING,
        "text-embedding-ada-": EMBEDDING,
        "dall-e-": IMAGE,
        "gpt-image-": IMAGE,
        "chatgpt-image-": IMAGE,
        "tts-1": SPEECH,
        "gpt-4o-mini-tts": SPEECH,
        "whisper-": HEARING,
        "gpt-transcribe": HEARING,
        "gpt-4o-transcribe": HEARING,
        "gpt-4o-mini-transcribe": HEARING,
    }
)
"""By how OpenAI's name starts, so that dated snapshots and sizes are covered: the models to try.

As with an alias, the next is for when one has no quota, no capacity, or is not there.
"""

ROUTES: Mapping[tuple[str, ...], str] = MappingProxyType(
    {
        EMBEDDING: "/v1/embeddings",
        IMAGE: "/v1/images/generations",
        SPEECH: "/v1/audio/speech",
        HEARING: "/v1/audio/transcriptions",
    }
)
"By stand-ins: where they are asked for by OpenAI's names."

UNNAMED_IMAGE = "gpt-image-1"
"OpenAI's images may be asked of no model; then it is the stand-in of its own."


def models_of(name: str, context: ParseContext) -> tuple[str, ...]:
    """The stand-ins of a name, in the order to try; empty where it has none, or is an alias."""
    bare = bare_name(name)
    if name in context.aliases or bare in context.aliases:
        return ()
    return next((models for start, models in STAND_INS.items() if bare.startswith(start)), ())


def resolve(name: str, context: ParseContext) -> str:
    """The bare Gemini model id for what the client wrote, at the context's step.

    Raises BadRequest as resolve_model.
    """
    if models := models_of(name, context):
        return models[min(context.step, len(models) - 1)]
    return resolve_model(name, context)
