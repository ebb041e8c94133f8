"""SDKs, Open WebUI, curl, and whatever else speaks OpenAI's API.

Nothing of these has a settings file of the user, so there is nothing to apply. Formats as
documented in November 2026:
- https://github.com/openai/openai-python, https://github.com/openai/openai-node
- https://github.com/anthropics/anthropic-sdk-python, …-typescript
- https://googleapis.github.io/python-genai, https://googleapis.github.io/js-genai
- https://docs.langchain.com/oss/python/integrations/chat/openai
- https://developers.llamaindex.ai/python/framework-api-reference/llms/openai_like
- https://docs.openwebui.com/reference/env-configuration
"""

from proxy_core.connect.guides import (
    Entry,
    Steps,
    fields_step,
    token_or_placeholder,
    token_step,
)
from proxy_core.connect.model import (
    CONTEXT_TOKENS,
    TOKEN_VARIABLE,
    Address,
    Dialect,
    Folders,
    Step,
    Tool,
)

_OPENAI_PYTHON = """\
import os
from openai import OpenAI

client = OpenAI(base_url="{openai}", api_key=os.environ["{variable}"])
answer = client.responses.create(model="{model}", input="Hello")
print(answer.output_text)
# Or the older API:
chat = client.chat.completions.create(
    model="{model}", messages=[{{"role": "user", "content": "Hello"}}]
)
print(chat.choices[0].message.content)
"""
_OPENAI_NODE = """\
import OpenAI from "openai";

const client = new OpenAI({{
  baseURL: "{openai}",
  apiKey: process.env.{variable},
}});
const answer = await client.responses.create({{ model: "{model}", input: "Hello" }});
console.log(answer.output_text);
// Or the older API:
const chat = await client.chat.completions.create({{
  model: "{model}",
  messages: [{{ role: "user", content: "Hello" }}],
}});
console.log(chat.choices[0].message.content);
"""
_ANTHROPIC_PYTHON = """\
import os
from anthropic import Anthropic

client = Anthropic(base_url="{url}", api_key=os.environ["{variable}"])
answer = client.messages.create(
    model="{model}", max_tokens=1024, messages=[{{"role": "user", "content": "Hello"}}]
)
print(answer.content[0].text)
"""
_ANTHROPIC_NODE = """\
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({{
  baseURL: "{url}",
  apiKey: process.env.{variable},
}});
const answer = await client.messages.create({{
  model: "{model}",
  max_tokens: 1024,
  messages: [{{ role: "user", content: "Hello" }}],
}});
console.log(answer.content[0].text);
"""
_GENAI_PYTHON = """\
import os
from google import genai

client = genai.Client(
    api_key=os.environ["{variable}"], http_options={{"base_url": "{url}"}}
)
print(client.models.generate_content(model="{model}", contents="Hello").text)
"""
_GENAI_NODE = """\
import {{ GoogleGenAI }} from "@google/genai";

const client = new GoogleGenAI({{
  apiKey: process.env.{variable},
  httpOptions: {{ baseUrl: "{url}" }},
}});
const answer = await client.models.generateContent({{ model: "{model}", contents: "Hello" }});
console.log(answer.text);
"""
_LANGCHAIN = """\
import os
from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model="{model}",
    base_url="{openai}",
    api_key=os.environ["{variable}"],
)
print(model.invoke("Hello").content)
"""
_LLAMA_INDEX = """\
import os
from llama_index.llms.openai_like import OpenAILike

model = OpenAILike(
    model="{model}",
    api_base="{openai}",
    api_key=os.environ["{variable}"],
    context_window={context},
    is_chat_model=True,
    is_function_calling_model=True,
)
print(model.complete("Hello"))
"""
_CURL = """\
curl {openai}/chat/completions \\
  -H "Authorization: Bearer ${variable}" -H "Content-Type: application/json" \\
  -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'
"""
_CURL_WINDOWS = """\
$body = @{{ model = "{model}"; messages = @(@{{ role = "user"; content = "Hello" }}) }}
Invoke-RestMethod {openai}/chat/completions -Method Post -ContentType application/json `
  -Headers @{{ Authorization = "Bearer $env:{variable}" }} `
  -Body ($body | ConvertTo-Json -Depth 5)
"""
_WEBUI_LINUX = """\
docker run -d --name open-webui --network host \\
  -e OPENAI_API_BASE_URL={openai} -e OPENAI_API_KEY="${variable}" \\
  -v open-webui:/app/backend/data ghcr.io/open-webui/open-webui:main
"""
_WEBUI_DESKTOP = """\
docker run -d --name open-webui -p 3000:8080 -e OPENAI_API_BASE_URL={container} \
-e OPENAI_API_KEY="{reference}" -v open-webui:/app/backend/data \
ghcr.io/open-webui/open-webui:main
"""


def _filled(template: str, address: Address, **more: str) -> str:
    return template.format(
        url=address.url,
        openai=address.openai,
        model=address.model,
        variable=TOKEN_VARIABLE,
        context=CONTEXT_TOKENS,
        **more,
    )


def _code(install: str, python: str, node_install: str = "", node: str = "") -> Steps:
    def steps(folders: Folders, address: Address) -> tuple[Step, ...]:
        first = token_step(folders, address)
        made = [Step("Python", f"{install}, then:", _filled(python, address), "python")]
        if node:
            text = f"{node_install}, then:"
            made.append(Step("Node", text, _filled(node, address), "javascript"))
        return (first, *made)

    return steps


def _curl_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    windows = folders.is_windows
    code = _filled(_CURL_WINDOWS if windows else _CURL, address)
    ask = Step("Ask", "One request:", code, "powershell" if windows else "sh")
    return token_step(folders, address), ask


def _open_webui_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    if folders.platform.startswith("linux"):
        text = "It shares the host's network, so that it reaches Pollux; it answers on port 8080."
        docker = _filled(_WEBUI_LINUX, address)
    else:
        text = "From a container the host is host.docker.internal; it answers on port 3000."
        inside = address.openai.replace("127.0.0.1", "host.docker.internal")
        variable = f"env:{TOKEN_VARIABLE}" if folders.is_windows else TOKEN_VARIABLE
        docker = _filled(_WEBUI_DESKTOP, address, container=inside, reference=f"${variable}")
    form = {"URL": address.openai, "Key": token_or_placeholder(address)}
    return (
        fields_step(
            "Add a connection",
            "As an administrator open Settings, Admin Settings, Connections, and add one under "
            "OpenAI API:",
            form,
            address,
        ),
        token_step(folders, address, title="Or start it with the connection"),
        Step("Start Open WebUI", text, docker, "powershell" if folders.is_windows else "sh"),
    )


def _other_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    form = {
        "Base URL": address.openai,
        "API key": token_or_placeholder(address),
        "Model": address.model,
    }
    variables = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
    if folders.is_windows:
        lines = [f"setx {name} {address.openai}" for name in variables]
    else:
        lines = [f"export {name}={address.openai}" for name in variables]
    return (
        fields_step(
            "Fill in what it asks for",
            "Choose “OpenAI-compatible” where a provider is asked for. GET /v1/models lists the "
            "models.",
            form,
            address,
        ),
        token_step(
            folders, address, "OPENAI_API_KEY", title="Or set the variables that most tools read"
        ),
        Step(
            "And the address",
            "Newer tools read the first, older ones the second.",
            "\n".join(lines) + "\n",
            "powershell" if folders.is_windows else "sh",
        ),
    )


def _sdk(tool_id: str, name: str, dialect: Dialect, docs_url: str, steps: Steps) -> Entry:
    return Entry(Tool(tool_id, name, "sdk", dialect, docs_url), steps)


ENTRIES = (
    _sdk(
        "openai-sdk",
        "OpenAI SDK",
        "openai",
        "https://github.com/openai/openai-python",
        _code("pip install openai", _OPENAI_PYTHON, "npm install openai", _OPENAI_NODE),
    ),
    _sdk(
        "anthropic-sdk",
        "Anthropic SDK",
        "anthropic",
        "https://github.com/anthropics/anthropic-sdk-python",
        _code(
            "pip install anthropic",
            _ANTHROPIC_PYTHON,
            "npm install @anthropic-ai/sdk",
            _ANTHROPIC_NODE,
        ),
    ),
    _sdk(
        "google-genai",
        "Google Gen AI SDK",
        "gemini",
        "https://googleapis.github.io/python-genai",
        _code("pip install google-genai", _GENAI_PYTHON, "npm install @google/genai", _GENAI_NODE),
    ),
    _sdk(
        "langchain",
        "LangChain",
        "openai",
        "https://docs.langchain.com/oss/python/integrations/chat/openai",
        _code("pip install langchain-openai", _LANGCHAIN),
    ),
    _sdk(
        "llamaindex",
        "LlamaIndex",
        "openai",
        "https://developers.llamaindex.ai/python/framework-api-reference/llms/openai_like",
        _code("pip install llama-index-llms-openai-like", _LLAMA_INDEX),
    ),
    Entry(
        Tool(
            "open-webui",
            "Open WebUI",
            "app",
            "openai",
            "https://docs.openwebui.com/reference/env-configuration",
            note="It keeps its connections in its own database.",
        ),
        _open_webui_steps,
    ),
    Entry(
        Tool("curl", "curl", "cli", "openai", "https://curl.se/docs/manpage.html"),
        _curl_steps,
    ),
    Entry(
        Tool(
            "other",
            "Any OpenAI-compatible tool",
            "app",
            "openai",
            "https://platform.openai.com/docs/api-reference/chat",
        ),
        _other_steps,
    ),
)
