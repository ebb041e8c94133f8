"""What clients ask for, in words: over which API, and what is to be done. Pure but for the
translation."""

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from proxy_core.api import ExchangeEnded

_CONTEXT = "Asked"

LIVE = "bidiGenerateContent"
_SAID_BY_THE_MODEL = frozenset(
    {"chat.completions", "completions", "responses", "messages"}
    | {"generateContent", "streamGenerateContent"}
)
"Actions that need no word beside the model."


def interface_words(event: ExchangeEnded) -> str:
    """Whose HTTP API the client spoke."""
    if event.action == LIVE:
        return "Gemini Live"
    name = _INTERFACES.get(event.dialect)
    return event.dialect.replace("_", " ") if name is None else name


def manner_words(event: ExchangeEnded) -> str:
    """The same, and how it wanted its answer."""
    if event.action == LIVE:
        form = _tr("{api}, a session")
    else:
        form = _tr("{api}, streamed") if event.stream else _tr("{api}, answered in one piece")
    return form.format(api=interface_words(event))


def deed_words(action: str) -> str:
    """What was to be done, by the slug of an action; one that is not known stays as it is."""
    if (text := _DEEDS.get(action)) is not None:
        return _tr(str(text))
    thing, _, verb = action.partition(".")
    if thing in _THINGS and verb in _VERBS:
        form = _tr("{things}: {verb}")
        return form.format(things=_tr(str(_THINGS[thing])), verb=_tr(str(_VERBS[verb])))
    return action


def unusual_deed(event: ExchangeEnded) -> str:
    """What was to be done, where it was not simply to answer; else empty."""
    return "" if event.action in _SAID_BY_THE_MODEL else deed_words(event.action)


def model_words(name: str) -> str:
    """A model as the pool names it: `gemini-3.8-flash`, or one action of it, after a colon."""
    model, colon, action = name.partition(":")
    return _tr("{model}, {deed}").format(model=model, deed=deed_words(action)) if colon else name


_INTERFACES: Mapping[str, str] = {
    # Names of products, which no language translates.
    "openai_chat": "OpenAI Chat",
    "openai_responses": "OpenAI Responses",
    "openai_responses_count": "OpenAI Responses",
    "openai_completions": "OpenAI Completions",
    "openai_embeddings": "OpenAI Embeddings",
    "openai_images": "OpenAI Images",
    "openai_image_edits": "OpenAI Images",
    "openai_speech": "OpenAI Audio",
    "openai_transcriptions": "OpenAI Audio",
    "openai_translations": "OpenAI Audio",
    "anthropic": "Anthropic",
    "anthropic_count": "Anthropic",
    "gemini": "Gemini",
}

_DEEDS: Mapping[str, object] = {
    **dict.fromkeys(_SAID_BY_THE_MODEL, QT_TRANSLATE_NOOP("Asked", "Answer")),
    "embeddings": QT_TRANSLATE_NOOP("Asked", "Embeddings"),
    "embedContent": QT_TRANSLATE_NOOP("Asked", "Embeddings"),
    "batchEmbedContents": QT_TRANSLATE_NOOP("Asked", "Embeddings"),
    "images.generate": QT_TRANSLATE_NOOP("Asked", "Picture"),
    "images.edit": QT_TRANSLATE_NOOP("Asked", "Changed picture"),
    "audio.speech": QT_TRANSLATE_NOOP("Asked", "Speech"),
    "audio.transcribe": QT_TRANSLATE_NOOP("Asked", "Transcript"),
    "audio.translate": QT_TRANSLATE_NOOP("Asked", "Translated transcript"),
    "countTokens": QT_TRANSLATE_NOOP("Asked", "Count of tokens"),
    "computeTokens": QT_TRANSLATE_NOOP("Asked", "Count of tokens"),
    "responses.input_tokens": QT_TRANSLATE_NOOP("Asked", "Count of tokens"),
    "messages.count_tokens": QT_TRANSLATE_NOOP("Asked", "Count of tokens"),
    "batchGenerateContent": QT_TRANSLATE_NOOP("Asked", "Batch job"),
    "asyncBatchEmbedContent": QT_TRANSLATE_NOOP("Asked", "Batch job"),
    LIVE: QT_TRANSLATE_NOOP("Asked", "Live session"),
    "resources": QT_TRANSLATE_NOOP("Asked", "Stored things"),
    "interactions.create": QT_TRANSLATE_NOOP("Asked", "Interaction"),
}
"`resources`: what was refused before it was understood."

_THINGS: Mapping[str, object] = {
    "files": QT_TRANSLATE_NOOP("Asked", "Files"),
    "cachedContents": QT_TRANSLATE_NOOP("Asked", "Caches"),
    "batches": QT_TRANSLATE_NOOP("Asked", "Batch jobs"),
    "operations": QT_TRANSLATE_NOOP("Asked", "Operations"),
    "models": QT_TRANSLATE_NOOP("Asked", "Operations"),
    "fileSearchStores": QT_TRANSLATE_NOOP("Asked", "File search stores"),
    "tunedModels": QT_TRANSLATE_NOOP("Asked", "Tuned models"),
    "interactions": QT_TRANSLATE_NOOP("Asked", "Interactions"),
}
"By collection, as Google's paths name them."

_VERBS: Mapping[str, object] = {
    "list": QT_TRANSLATE_NOOP("Asked", "list"),
    "get": QT_TRANSLATE_NOOP("Asked", "show one"),
    "create": QT_TRANSLATE_NOOP("Asked", "make one"),
    "patch": QT_TRANSLATE_NOOP("Asked", "change one"),
    "delete": QT_TRANSLATE_NOOP("Asked", "delete one"),
    "cancel": QT_TRANSLATE_NOOP("Asked", "cancel one"),
    "upload": QT_TRANSLATE_NOOP("Asked", "upload"),
    "uploadToFileSearchStore": QT_TRANSLATE_NOOP("Asked", "upload"),
    "download": QT_TRANSLATE_NOOP("Asked", "download"),
    "register": QT_TRANSLATE_NOOP("Asked", "register"),
    "importFile": QT_TRANSLATE_NOOP("Asked", "import a file"),
}


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)
