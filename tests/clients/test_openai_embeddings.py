"""The openai SDK's embeddings against a running Pollux."""

import math

import pytest
from openai import BadRequestError, OpenAI

from proxy_core.simulator import Reply
from tests.clients.conftest import Proxy

pytestmark = pytest.mark.real_client


def lengths_of_calls(proxy: Proxy) -> list[int]:
    embeds = [each for each in proxy.world.requests if each.action == "batchEmbedContents"]
    return sorted(each.raw_body.count(b'"model"') for each in embeds)


def test_vectors_come_as_base64_unless_told_otherwise(client: OpenAI) -> None:
    found = client.embeddings.create(model="text-embedding-3-small", input="Hello")
    plain = client.embeddings.create(
        model="gemini-embedding-2", input="Hello", encoding_format="float"
    )
    assert len(found.data[0].embedding) == 3_072
    assert found.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)


@pytest.mark.parametrize("model", ["gemini-embedding-2", "gemini-embedding-001"])
def test_shortened_vectors_have_length_1(client: OpenAI, model: str) -> None:
    found = client.embeddings.create(model=model, input=["a", "b"], dimensions=256)
    for each in found.data:
        assert len(each.embedding) == 256
        assert math.hypot(*each.embedding) == pytest.approx(1, abs=1e-4)


def test_many_texts_come_back_in_order(client: OpenAI, proxy: Proxy) -> None:
    texts = [f"text {number}" for number in range(250)]
    found = client.embeddings.create(model="gemini-embedding-2", input=texts, dimensions=4)
    assert [each.index for each in found.data] == list(range(250))
    assert lengths_of_calls(proxy) == [50, 100, 100]
    last = client.embeddings.create(model="gemini-embedding-2", input=texts[-1], dimensions=4)
    assert found.data[-1].embedding == last.data[0].embedding


def test_tokens_are_refused(client: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="tokens of its own"):
        client.embeddings.create(model="gemini-embedding-2", input=[1, 2, 3])


def test_a_spent_credential_is_left_for_the_next(client: OpenAI, proxy: Proxy) -> None:
    proxy.world.script(Reply.fault("per_minute_429"), model="gemini-embedding-2")
    assert client.embeddings.create(model="gemini-embedding-2", input="Hello").data
    assert len(lengths_of_calls(proxy)) == 2
