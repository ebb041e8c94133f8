"""Gemini models that stand in for OpenAI's own where a client can hardly name another.

Tools for pictures, speech, transcripts and embeddings often have OpenAI's model names built in.
These are the last resort: a name in MODEL_ALIASES goes first, and every other name is taken as
Gemini's. Chat models have none, since there the choice is the owner's.
"""

from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.model_names import resolve_model

EMBEDDING = "gemini-embedding-2"
IMAGE = "gemini-nano-banana-2.1"
SPEECH = "gemini-3.8-flash-tts"
HEARING = "gemini-3.8-flash"
"Google's transcription models are for its Live API only; this one hears, too."

STAND_INS: Mapping[str, str] = MappingProxyType(
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
"By how OpenAI's name starts, so that dated snapshots and sizes are covered."


def resolve(name: str, context: ParseContext) -> str:
    """The bare Gemini model id for what the client wrote. Raises BadRequest as resolve_model."""
    if name not in context.aliases:
        for start, model in STAND_INS.items():
            if name.startswith(start):
                return model
    return resolve_model(name, context)
