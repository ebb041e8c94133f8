"""Types of Gemini's own JSON, wire names, as far as Pollux looks inside.

Not a model: unknown fields pass through untouched (`TypedDict`, extra keys kept), and
nothing is validated here. Source: Gemini API reference, GenerateContentRequest and
GenerateContentResponse.
"""

from typing import Any, Literal, NamedTuple, TypeAlias

from typing_extensions import TypedDict

JsonObject: TypeAlias = dict[str, Any]


class Blob(TypedDict, total=False):
    mimeType: str
    data: str


class FileData(TypedDict, total=False):
    fileUri: str
    mimeType: str


class FunctionCall(TypedDict, total=False):
    id: str
    name: str
    args: JsonObject


class FunctionResponse(TypedDict, total=False):
    id: str
    name: str
    response: JsonObject
    parts: list[JsonObject]


class Part(TypedDict, total=False):
    text: str
    thought: bool
    thoughtSignature: str
    inlineData: Blob
    fileData: FileData
    functionCall: FunctionCall
    functionResponse: FunctionResponse
    executableCode: JsonObject
    codeExecutionResult: JsonObject
    toolCall: JsonObject
    "What the model asked of a tool that Google runs."
    toolResponse: JsonObject
    mediaResolution: JsonObject


class Content(TypedDict, total=False):
    role: Literal["user", "model"]
    parts: list[Part]


class UsageMetadata(TypedDict, total=False):
    promptTokenCount: int
    "Includes cached tokens."
    cachedContentTokenCount: int
    candidatesTokenCount: int
    "Does not include thoughts."
    thoughtsTokenCount: int
    toolUsePromptTokenCount: int
    totalTokenCount: int
    promptTokensDetails: list[JsonObject]
    "By modality: `{modality, tokenCount}`."
    serviceTier: str
    "The tier that served: standard, flex or priority."
    trafficType: str
    "The same at Vertex AI: ON_DEMAND, ON_DEMAND_FLEX, ON_DEMAND_PRIORITY, …"


class Candidate(TypedDict, total=False):
    index: int
    content: Content
    finishReason: str
    finishMessage: str
    groundingMetadata: JsonObject
    citationMetadata: JsonObject
    logprobsResult: JsonObject
    continuationToken: str


class Chunk(TypedDict, total=False):
    """One GenerateContentResponse: a whole answer, or one delta of a stream."""

    candidates: list[Candidate]
    promptFeedback: JsonObject
    usageMetadata: UsageMetadata
    modelVersion: str
    responseId: str


class Call(NamedTuple):
    """What an exchange asks of Gemini. One value serves every attempt."""

    model: str
    "Bare model id, `gemini-3.8-flash`; no `models/`."
    action: str
    "`generateContent`, `streamGenerateContent`, `countTokens`, … as it goes upstream."
    body: JsonObject
    "The request in Gemini's JSON. Never changed in place."
    raw: bytes | None = None
    "The client's own bytes of `body`, sent as they came; None: `body` is encoded."
    version: str = "v1beta"
    query: str = ""
    "Encoded query of a native client, without credentials and without `alt`."
    conversation: str | None = None
    "The client's own name for the conversation (`prompt_cache_key`), where it gave one."
    conversation_key: bytes | None = None
    "Of an unnamed conversation that is known by more than the body, where it was told before."
    together: bool = False
    "Whether it makes what later requests may name beside others of its kind."
    project: str | None = None
    "The unit, or the credential's id, that something named in the call belongs to."
    resource: str = ""
    "What it is that belongs there, for words to the client: `files/x`."
    repeatable: bool = True
    "Whether asking twice does no harm: it begins nothing that goes on by itself."

    @property
    def streams(self) -> bool:
        return self.action == "streamGenerateContent"
