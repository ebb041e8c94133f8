"""The request messages of the Gemini API as data: every field that Google's parser knows.

Type notation: `str bool int num bytes` scalars, `struct` any object, `any` any JSON, an ENUMS name,
or a message name; a leading `*` means repeated, a leading `{` a map from strings. Source: the REST
reference of v1beta, November 2026. Not here: the parser (`parsing.py`) and rules between fields.
"""

from __future__ import annotations

from collections.abc import Mapping


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENUMS: Mapping[str, frozenset[str]] = {
    "Mode": _names("MODE_UNSPECIFIED AUTO ANY NONE VALIDATED"),
    "Category": frozenset(
        f"HARM_CATEGORY_{name}"
        for name in _names(
            "UNSPECIFIED HARASSMENT HATE_SPEECH SEXUALLY_EXPLICIT DANGEROUS_CONTENT "
            "CIVIC_INTEGRITY JAILBREAK IMAGE_HATE IMAGE_DANGEROUS_CONTENT IMAGE_HARASSMENT "
            "IMAGE_SEXUALLY_EXPLICIT"
        )
    ),
    "Threshold": _names(
        "HARM_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE BLOCK_MEDIUM_AND_ABOVE "
        "BLOCK_ONLY_HIGH BLOCK_NONE OFF"
    ),
    "Modality": _names("MODALITY_UNSPECIFIED TEXT IMAGE AUDIO VIDEO"),
    "Resolution": _names(
        "MEDIA_RESOLUTION_UNSPECIFIED MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM "
        "MEDIA_RESOLUTION_HIGH MEDIA_RESOLUTION_ULTRA_HIGH"
    ),
    "Level": _names("THINKING_LEVEL_UNSPECIFIED MINIMAL LOW MEDIUM HIGH XHIGH"),
    "Type": _names("TYPE_UNSPECIFIED STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL"),
    "Scheduling": _names("SCHEDULING_UNSPECIFIED SILENT WHEN_IDLE INTERRUPT"),
    "Behavior": _names("UNSPECIFIED BLOCKING NON_BLOCKING"),
    "Outcome": _names("OUTCOME_UNSPECIFIED OUTCOME_OK OUTCOME_FAILED OUTCOME_DEADLINE_EXCEEDED"),
    "Language": _names("LANGUAGE_UNSPECIFIED PYTHON"),
    "Tier": _names("unspecified standard flex priority"),
    "Task": _names(
        "TASK_TYPE_UNSPECIFIED RETRIEVAL_QUERY RETRIEVAL_DOCUMENT SEMANTIC_SIMILARITY "
        "CLASSIFICATION CLUSTERING QUESTION_ANSWERING FACT_VERIFICATION CODE_RETRIEVAL_QUERY"
    ),
}

ANY_CASE_ENUMS = frozenset({"Type", "Level", "Tier"})
"""Enums whose lower-case spelling the REST surface takes."""

_SCHEMA = {
    **dict.fromkeys(("format", "title", "description", "pattern"), "str"),
    **dict.fromkeys(("minimum", "maximum"), "num"),
    **dict.fromkeys(
        ("minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength"), "int"
    ),
    "type": "Type",
    "nullable": "bool",
    "enum": "*str",
    "items": "Schema",
    "properties": "{Schema",
    "required": "*str",
    "example": "any",
    "default": "any",
    "anyOf": "*Schema",
    "propertyOrdering": "*str",
}

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "GenerateContentRequest": {
        "model": "str",
        "contents": "*Content",
        "systemInstruction": "Content",
        "tools": "*Tool",
        "toolConfig": "ToolConfig",
        "safetySettings": "*SafetySetting",
        "generationConfig": "GenerationConfig",
        "cachedContent": "str",
        "serviceTier": "Tier",
        "continuationToken": "bytes",
        "store": "bool",
        "labels": "struct",
        "modelArmorConfig": "struct",
    },
    "Content": {"role": "str", "parts": "*Part"},
    "Part": {
        "text": "str",
        "inlineData": "Blob",
        "fileData": "FileData",
        "functionCall": "FunctionCall",
        "functionResponse": "FunctionResponse",
        "executableCode": "ExecutableCode",
        "codeExecutionResult": "CodeExecutionResult",
        "toolCall": "struct",
        "toolResponse": "struct",
        "thought": "bool",
        "thoughtSignature": "bytes",
        "videoMetadata": "VideoMetadata",
        "mediaResolution": "PartResolution",
        "mediaProcessing": "str",
        "partMetadata": "struct",
        "audioTranscription": "struct",
        "speechMetadata": "struct",
        "documentMetadata": "struct",
        "spreadsheetMetadata": "struct",
        "audioMetadata": "struct",
    },
    "Blob": {"mimeType": "str", "data": "bytes", "displayName": "str"},
    "FileData": {"fileUri": "str", "mimeType": "str", "displayName": "str"},
    "FunctionCall": {"id": "str", "name": "str", "args": "struct"},
    "FunctionResponse": {
        "id": "str",
        "name": "str",
        "response": "struct",
        "parts": "*Part",
        "scheduling": "Scheduling",
        "willContinue": "bool",
    },
    "ExecutableCode": {"id": "str", "language": "Language", "code": "str"},
    "CodeExecutionResult": {"id": "str", "outcome": "Outcome", "output": "str"},
    "VideoMetadata": {"startOffset": "str", "endOffset": "str", "fps": "num"},
    "PartResolution": {"level": "Resolution", "numTokens": "int"},
    "Tool": {
        "functionDeclarations": "*FunctionDeclaration",
        "googleSearch": "struct",
        "googleSearchRetrieval": "struct",
        "googleMaps": "struct",
        "urlContext": "struct",
        "codeExecution": "struct",
        "computerUse": "struct",
        "fileSearch": "FileSearch",
        "mcpServers": "*any",
        **dict.fromkeys(
            ("retrieval", "enterpriseWebSearch", "parallelAiSearch", "exaAiSearch"), "struct"
        ),
    },
    "FileSearch": {"fileSearchStoreNames": "*str", "topK": "int", "metadataFilter": "str"},
    "FunctionDeclaration": {
        "name": "str",
        "description": "str",
        "parameters": "Schema",
        "parametersJsonSchema": "any",
        "response": "Schema",
        "responseJsonSchema": "any",
        "behavior": "Behavior",
    },
    "Schema": _SCHEMA,
    "ToolConfig": {
        "functionCallingConfig": "FunctionCallingConfig",
        "retrievalConfig": "RetrievalConfig",
        "includeServerSideToolInvocations": "bool",
    },
    "FunctionCallingConfig": {
        "mode": "Mode",
        "allowedFunctionNames": "*str",
        "streamFunctionCallArguments": "bool",
    },
    "RetrievalConfig": {"latLng": "struct", "languageCode": "str"},
    "SafetySetting": {"category": "Category", "threshold": "Threshold", "method": "str"},
    "GenerationConfig": {
        **dict.fromkeys(("temperature", "topP", "presencePenalty", "frequencyPenalty"), "num"),
        **dict.fromkeys(("candidateCount", "maxOutputTokens", "seed", "logprobs"), "int"),
        "topK": "num",
        "stopSequences": "*str",
        "responseLogprobs": "bool",
        "responseMimeType": "str",
        "responseSchema": "Schema",
        "responseJsonSchema": "any",
        "_responseJsonSchema": "any",
        "responseFormat": "any",
        "responseModalities": "*Modality",
        "mediaResolution": "Resolution",
        "speechConfig": "SpeechConfig",
        "thinkingConfig": "ThinkingConfig",
        "imageConfig": "ImageConfig",
        "enableEnhancedCivicAnswers": "bool",
        "audioTranscriptionConfig": "struct",
        "audioTimestamp": "bool",
        "routingConfig": "struct",
    },
    "SpeechConfig": {
        "voiceConfig": "struct",
        "languageCode": "str",
        "multiSpeakerVoiceConfig": "struct",
    },
    "ThinkingConfig": {
        "includeThoughts": "bool",
        "thinkingBudget": "int",
        "thinkingLevel": "Level",
    },
    "ImageConfig": {"aspectRatio": "str", "imageSize": "str"},
    "CountTokensRequest": {
        "contents": "*Content",
        "generateContentRequest": "GenerateContentRequest",
    },
    "EmbedContentRequest": {
        "model": "str",
        "content": "Content",
        "taskType": "Task",
        "title": "str",
        "outputDimensionality": "int",
        "embedContentConfig": "struct",
    },
    "BatchEmbedContentsRequest": {"requests": "*EmbedContentRequest"},
    "CachedContent": {
        "model": "str",
        "contents": "*Content",
        "systemInstruction": "Content",
        "tools": "*Tool",
        "toolConfig": "ToolConfig",
        "ttl": "str",
        "expireTime": "str",
        "displayName": "str",
    },
}

VERTEX_MESSAGES: Mapping[str, Mapping[str, str]] = {
    "VertexCountTokensRequest": {
        "contents": "*Content",
        "systemInstruction": "Content",
        "tools": "*Tool",
        "generationConfig": "GenerationConfig",
    },
    "VertexEmbedContentRequest": {
        "content": "Content",
        "embedContentConfig": "EmbedContentConfig",
    },
    "VertexBatchEmbedContentsRequest": {"requests": "*VertexEmbedContentRequest"},
    "EmbedContentConfig": {
        "taskType": "Task",
        "title": "str",
        "outputDimensionality": "int",
        **dict.fromkeys(("autoTruncate", "documentOcr", "audioTrackExtraction"), "bool"),
    },
    "PredictRequest": {"instances": "*TextInstance", "parameters": "PredictParameters"},
    "TextInstance": {"content": "str", "taskType": "Task", "title": "str"},
    "PredictParameters": {"outputDimensionality": "int", "autoTruncate": "bool"},
}
"""Messages of Vertex AI alone. Source: its discovery document of November 2026."""

PART_DATA = _names(
    "text inlineData fileData functionCall functionResponse executableCode codeExecutionResult "
    "toolCall toolResponse"
)
"""The fields of Part that exclude each other."""

ONLY_BETA = {
    "GenerateContentRequest": _names("serviceTier cachedContent"),
    "GenerationConfig": _names("speechConfig"),
}
"""Fields that the v1 surface does not know."""

NOT_ON_VERTEX = {
    "GenerateContentRequest": _names("model serviceTier store"),
    "GenerationConfig": _names("enableEnhancedCivicAnswers _responseJsonSchema"),
    "FunctionResponse": _names("willContinue"),
    "Part": _names("toolCall toolResponse partMetadata"),
    "Tool": _names("fileSearch mcpServers"),
    "ToolConfig": _names("includeServerSideToolInvocations"),
}
"""Fields that Vertex AI does not know."""

ONLY_VERTEX = {
    "GenerateContentRequest": _names("modelArmorConfig"),
    "GenerationConfig": _names("audioTimestamp routingConfig"),
    "FunctionCallingConfig": _names("streamFunctionCallArguments"),
    "SafetySetting": _names("method"),
    "Tool": _names("retrieval enterpriseWebSearch parallelAiSearch exaAiSearch"),
}
"""Fields that the Gemini API does not know."""
