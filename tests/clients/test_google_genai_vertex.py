"""google-genai in Vertex mode, on a pool that may hold no credential of Vertex AI at all.

Express mode sends the bearer token as its API key, project mode as its access token; project and
location of the client mean nothing here.
"""

from collections.abc import Iterator

import pytest
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials

from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, Proxy

pytestmark = pytest.mark.real_client
HARASSMENT = types.SafetySetting(
    category=types.HarmCategory.HARM_CATEGORY_HARASSMENT,
    threshold=types.HarmBlockThreshold.BLOCK_NONE,
    method=types.HarmBlockMethod.SEVERITY,
)


@pytest.fixture
def express(proxy: Proxy) -> Iterator[genai.Client]:
    options = types.HttpOptions(base_url=proxy.url)
    with genai.Client(vertexai=True, api_key=proxy.token, http_options=options) as client:
        yield client


@pytest.fixture
def in_project(proxy: Proxy) -> Iterator[genai.Client]:
    options = types.HttpOptions(base_url=proxy.url)
    credentials = Credentials(token=proxy.token)  # type: ignore[no-untyped-call]
    with genai.Client(
        vertexai=True,
        project="somebody-elses",
        location="us-central1",
        credentials=credentials,
        http_options=options,
    ) as client:
        yield client


def test_an_answer_in_express_mode(express: genai.Client, proxy: Proxy) -> None:
    config = types.GenerateContentConfig(
        labels={"team": "a"}, safety_settings=[HARASSMENT], system_instruction="Be short."
    )
    answer = express.models.generate_content(model=MODEL, contents="hello", config=config)
    assert answer.text == "You said: hello"
    sent = proxy.last_body()
    assert "labels" not in sent
    assert sent["safetySettings"] == [
        {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}
    ]


def test_an_answer_in_project_mode(in_project: genai.Client, proxy: Proxy) -> None:
    answer = in_project.models.generate_content(model=MODEL, contents="hello")
    assert answer.text == "You said: hello"
    assert proxy.projects()[0] != "somebody-elses"


def test_a_stream(express: genai.Client) -> None:
    stream = express.models.generate_content_stream(model=MODEL, contents="one two three")
    assert "".join(chunk.text or "" for chunk in stream) == "You said: one two three"


def test_a_function_call(in_project: genai.Client) -> None:
    def get_weather(city: str) -> str:
        return f"Sunny in {city}"

    config = types.GenerateContentConfig(tools=[get_weather])
    answer = in_project.models.generate_content(
        model=MODEL, contents="What is the weather in Paris?", config=config
    )
    assert "Sunny in Paris" in (answer.text or "")


def test_counting_tokens_with_all_that_counts(express: genai.Client) -> None:
    plain = express.models.count_tokens(model=MODEL, contents="hello")
    config = types.CountTokensConfig(system_instruction="Be very, very short, please.")
    more = express.models.count_tokens(model=MODEL, contents="hello", config=config)
    assert (more.total_tokens or 0) > (plain.total_tokens or 0) > 0


@pytest.mark.parametrize("texts", ["hello", ["hello", "there"]])
def test_embeddings(express: genai.Client, texts: str | list[str]) -> None:
    config = types.EmbedContentConfig(output_dimensionality=8, task_type="RETRIEVAL_QUERY")
    answer = express.models.embed_content(
        model="gemini-embedding-001",
        contents=texts,  # type: ignore[arg-type]  # a list is invariant
        config=config,
    )
    found = answer.embeddings or []
    assert len(found) == (1 if isinstance(texts, str) else 2)
    assert {len(one.values or []) for one in found} == {8}


def test_the_list_of_models_and_one_of_them(express: genai.Client) -> None:
    names = {model.name for model in express.models.list()}
    assert f"publishers/google/models/{MODEL}" in names
    assert express.models.get(model=MODEL).name == f"publishers/google/models/{MODEL}"


def test_an_error_in_googles_form(express: genai.Client, proxy: Proxy) -> None:
    proxy.order(Reply.fault("invalid_argument"))
    with pytest.raises(errors.ClientError) as refused:
        express.models.generate_content(model=MODEL, contents="hello")
    assert (refused.value.code, refused.value.status) == (400, "INVALID_ARGUMENT")


def test_tokens_that_only_vertex_ai_can_list_say_so(express: genai.Client) -> None:
    with pytest.raises(errors.APIError) as refused:
        express.models.compute_tokens(model=MODEL, contents="hello")
    assert refused.value.code in (404, 503)
