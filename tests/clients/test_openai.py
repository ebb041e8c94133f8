from collections.abc import Iterator
import pytest
from openai import OpenAI
from tests.clients.conftest import MODEL, Proxy

@pytest.fixture
def client(proxy: Proxy) -> Iterator[OpenAI]:
    with OpenAI(api_key=proxy.token, base_url=proxy.openai_url, max_retries=0) as made:
        yield made

def test_plain(client: OpenAI, proxy: Proxy) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello"}])
    assert answer.choices[0].message.content == "You said: hello"
def test_plain2(client: OpenAI, proxy: Proxy) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello"}])
    assert answer.choices[0].message.content == "You said: hello"
