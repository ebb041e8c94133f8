"""OpenAI's voices and Gemini's that come closest; every other name is taken as Gemini's own.

Chosen by what both vendors say of a voice (Gemini: "Kore, firm", "Leda, youthful"). Gemini's
voices speak every language. Source: Google's guide to speech generation.
"""

from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.gemini.wire import JsonObject

VOICES: Mapping[str, str] = MappingProxyType(
    {
        "alloy": "Kore",
        "ash": "Puck",
        "ballad": "Algieba",
        "cedar": "Iapetus",
        "coral": "Aoede",
        "echo": "Charon",
        "fable": "Sadaltager",
        "marin": "Sulafat",
        "nova": "Leda",
        "onyx": "Algenib",
        "sage": "Vindemiatrix",
        "shimmer": "Zephyr",
        "verse": "Fenrir",
    }
)


def speech_config(voice: str) -> JsonObject:
    """`speechConfig` for a voice of OpenAI or of Gemini, in any case."""
    name = VOICES.get(voice.lower()) or voice[:1].upper() + voice[1:]
    return {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": name}}}
