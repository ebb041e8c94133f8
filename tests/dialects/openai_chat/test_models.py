import orjson
from openai.types import Model

from proxy_core.dialects.openai_chat.models import model, models_list

FLASH = {
    "name": "models/gemini-3.8-flash",
    "displayName": "Gemini 3.8 Flash",
    "inputTokenLimit": 1_048_576,
    "outputTokenLimit": 65_536,
    "supportedGenerationMethods": ["generateContent", "countTokens"],
}


def test_models_are_listed_without_their_prefix() -> None:
    listed = orjson.loads(models_list([FLASH], 1_700_000_000))
    assert listed["object"] == "list"
    (entry,) = listed["data"]
    assert entry["id"] == "gemini-3.8-flash"
    assert entry["owned_by"] == "google"
    assert entry["created"] == 1_700_000_000
    assert entry["context_length"] == 1_048_576


def test_models_for_embeddings_are_listed_as_such() -> None:
    embedding = {"name": "models/e", "supportedGenerationMethods": ["embedContent"]}
    flash, embeds = orjson.loads(models_list([FLASH, embedding], 1))["data"]
    assert (embeds["id"], embeds["type"]) == ("e", "embedding")
    assert "type" not in flash


def test_models_that_openais_api_has_no_way_to_are_not_listed() -> None:
    live = {"name": "models/l", "supportedGenerationMethods": ["bidiGenerateContent"]}
    assert orjson.loads(models_list([live], 1))["data"] == []


def test_a_model_that_tells_no_methods_is_listed() -> None:
    assert len(orjson.loads(models_list([{"name": "models/x"}], 1))["data"]) == 1


def test_one_model_is_valid_for_the_sdk() -> None:
    assert Model.model_validate(orjson.loads(model(FLASH, 1))).id == "gemini-3.8-flash"


def test_codex_finds_a_catalogue_of_its_own_form() -> None:
    assert "models" not in orjson.loads(models_list([FLASH], 1))
    listed = orjson.loads(models_list([FLASH], 1, for_codex=True))
    assert listed["models"] == []
    assert len(listed["data"]) == 1
