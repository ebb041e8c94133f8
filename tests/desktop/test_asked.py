"""What clients ask for, in words."""

import pytest

from desktop.asked import deed_words, interface_words, manner_words, model_words, unusual_deed
from proxy_core.dialects.anthropic import Anthropic, AnthropicCount
from proxy_core.dialects.contract import Dialect
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.dialects.openai_completions import OpenAICompletions
from proxy_core.dialects.openai_embeddings import OpenAIEmbeddings
from proxy_core.dialects.openai_images import OpenAIImageEdits, OpenAIImages
from proxy_core.dialects.openai_responses import OpenAIResponses, OpenAIResponsesCount
from proxy_core.dialects.openai_speech import OpenAISpeech
from proxy_core.dialects.openai_transcriptions import OpenAITranscriptions, OpenAITranslations
from tests.fakes.window import exchange

DIALECTS: tuple[Dialect, ...] = (
    *(Anthropic(), AnthropicCount(), OpenAIChat(), OpenAICompletions(), OpenAIEmbeddings()),
    *(OpenAIImages(), OpenAIImageEdits(), OpenAIResponses(), OpenAISpeech()),
    *(OpenAIResponsesCount(), OpenAITranscriptions(), OpenAITranslations()),
)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_dialect_and_its_action_have_words(dialect: Dialect) -> None:
    event = exchange(1.0, dialect=dialect.name, action=dialect.action)
    assert interface_words(event).startswith(("OpenAI", "Anthropic"))
    assert deed_words(dialect.action) != dialect.action


def test_a_chat_says_how_it_was_answered_and_nothing_more() -> None:
    event = exchange(1.0)
    assert manner_words(event) == "OpenAI Chat, streamed"
    assert unusual_deed(event) == ""


def test_a_live_session_is_called_one() -> None:
    event = exchange(1.0, dialect="gemini", action="bidiGenerateContent")
    assert manner_words(event) == "Gemini Live, a session"
    assert unusual_deed(event) == "Live session"


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("files.list", "Files: list"),
        ("cachedContents.create", "Caches: make one"),
        ("batches.cancel", "Batch jobs: cancel one"),
        ("fileSearchStores.uploadToFileSearchStore", "File search stores: upload"),
        ("interactions.create", "Interaction"),
        ("countTokens", "Count of tokens"),
        ("somethingNew", "somethingNew"),
        ("files.somethingNew", "files.somethingNew"),
    ],
)
def test_a_deed_is_told_in_words_and_a_new_one_as_it_is(action: str, told: str) -> None:
    assert deed_words(action) == told


def test_an_action_that_the_pool_counts_apart_is_told_beside_its_model() -> None:
    assert model_words("gemini-3.8-flash") == "gemini-3.8-flash"
    told = model_words("gemini-embedding-2:batchEmbedContents")
    assert told == "gemini-embedding-2, Embeddings"
