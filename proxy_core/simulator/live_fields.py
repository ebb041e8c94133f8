"""The messages of the Live API as data, in the notation of `fields`.

Source: the Live API reference of v1beta, November 2026, and what google-genai sends.
"""

from __future__ import annotations

from collections.abc import Mapping

LIVE_MESSAGES: Mapping[str, Mapping[str, str]] = {
    "BidiGenerateContentClientMessage": {
        "setup": "BidiGenerateContentSetup",
        "clientContent": "BidiGenerateContentClientContent",
        "realtimeInput": "BidiGenerateContentRealtimeInput",
        "toolResponse": "BidiGenerateContentToolResponse",
    },
    "BidiGenerateContentSetup": {
        "model": "str",
        "generationConfig": "GenerationConfig",
        "systemInstruction": "Content",
        "tools": "*Tool",
        "sessionResumption": "SessionResumptionConfig",
        **dict.fromkeys(
            (
                "realtimeInputConfig",
                "contextWindowCompression",
                "inputAudioTranscription",
                "outputAudioTranscription",
                "proactivity",
                "historyConfig",
            ),
            "struct",
        ),
    },
    "SessionResumptionConfig": {"handle": "str"},
    "BidiGenerateContentClientContent": {"turns": "*Content", "turnComplete": "bool"},
    "BidiGenerateContentRealtimeInput": {
        "text": "str",
        "audio": "Blob",
        "video": "Blob",
        "mediaChunks": "*Blob",
        "audioStreamEnd": "bool",
        "activityStart": "struct",
        "activityEnd": "struct",
    },
    "BidiGenerateContentToolResponse": {"functionResponses": "*FunctionResponse"},
}
