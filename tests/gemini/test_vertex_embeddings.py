"""Answers with embeddings in the Gemini API's form; requests are golden cases (`test_vertex`)."""

from typing import Any

import pytest

from proxy_core.gemini.vertex_embeddings import from_vertex, to_vertex

PREDICTIONS = {
    "predictions": [
        {
            "embeddings": {
                "values": [1.0, 2.0],
                "statistics": {"token_count": 3, "truncated": False},
            }
        },
        {"embeddings": {"values": [3.0], "statistics": {"tokenCount": 4}}},
    ]
}


def test_one_embedding_loses_what_the_gemini_api_does_not_say() -> None:
    usage = {"promptTokenCount": 2}
    answer = {"embedding": {"values": [1.0]}, "truncated": False, "usageMetadata": usage}
    assert from_vertex("embedContent", answer) == {
        "embedding": {"values": [1.0]},
        "usageMetadata": usage,
    }


def test_several_embeddings_stay_in_order() -> None:
    answer = {"embeddings": [{"values": [1.0], "statistics": {}}, {"values": [2.0]}]}
    assert from_vertex("batchEmbedContents", answer) == {
        "embeddings": [{"values": [1.0]}, {"values": [2.0]}]
    }


def test_predictions_become_embeddings_and_their_tokens_are_added_up() -> None:
    assert from_vertex("batchEmbedContents", PREDICTIONS) == {
        "embeddings": [{"values": [1.0, 2.0]}, {"values": [3.0]}],
        "usageMetadata": {"promptTokenCount": 7},
    }
    assert from_vertex("embedContent", PREDICTIONS)["embedding"] == {"values": [1.0, 2.0]}


@pytest.mark.parametrize(
    "answer", [{}, {"predictions": []}, {"predictions": ["x"]}, {"embeddings": []}]
)
def test_an_answer_without_embeddings_is_one_with_none(answer: dict[str, Any]) -> None:
    assert from_vertex("embedContent", answer)["embedding"] == {}
    assert from_vertex("batchEmbedContents", answer)["embeddings"] == []


def test_a_text_without_parts_is_an_empty_one() -> None:
    assert to_vertex("text-embedding-005", "embedContent", {}) == (
        "predict",
        {"instances": [{"content": ""}]},
    )
