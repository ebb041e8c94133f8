"""Sample traffic for a demo that is watched: several clients, models and dialects, never the same.

A burst at first, so that there is something to see, then a request every two seconds. Not here:
whether the answers are right (`demo`).
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import orjson

from proxy_core.clock import Clock, SystemClock
from proxy_core.gemini.wire import JsonObject

BURST = 25
BURST_S = 3.0
PACE_S = 2.0
"Between two requests after the burst, on average."
LIMIT_S = 60.0
MODELS = ("gemini-3.8-flash", "gemini-3.8-flash", "gemini-3.6-flash", "gemini-3.5-flash-lite")
PROJECT_RULES = "You help with a Python project: small functions, type hints, tests first. " * 300
"Long enough for Google's implicit cache, so that some tokens are cached ones."
QUESTIONS = (
    "Why does this test fail only on Mondays?",
    "Write a docstring for this function, please. " * 8,
    "Summarise the discussion above in three sentences. " * 20,
    "What is the difference between a lease and a lock?",
    "Rename this variable to something that says what it holds. " * 4,
)


@dataclass(frozen=True, slots=True)
class Question:
    model: str
    text: str
    system: str
    stream: bool


Form = Callable[[Question], tuple[str, JsonObject]]
"A question as path and body, in one dialect."


def chat(question: Question) -> tuple[str, JsonObject]:
    messages = [{"role": "user", "content": question.text}]
    if question.system:
        messages.insert(0, {"role": "system", "content": question.system})
    body = {"model": question.model, "stream": question.stream, "messages": messages}
    return "/v1/chat/completions", body


def responses(question: Question) -> tuple[str, JsonObject]:
    return "/v1/responses", {
        "model": question.model,
        "stream": question.stream,
        "store": False,
        "instructions": question.system,
        "input": question.text,
    }


def messages(question: Question) -> tuple[str, JsonObject]:
    return "/v1/messages", {
        "model": question.model,
        "stream": question.stream,
        "max_tokens": 4096,
        "system": question.system,
        "messages": [{"role": "user", "content": question.text}],
    }


def native(question: Question) -> tuple[str, JsonObject]:
    action = "streamGenerateContent?alt=sse" if question.stream else "generateContent"
    contents = [{"role": "user", "parts": [{"text": question.text}]}]
    return f"/v1beta/models/{question.model}:{action}", {"contents": contents}


@dataclass(frozen=True, slots=True)
class Client:
    """A program that asks."""

    user_agent: str
    form: Form
    stream: bool = False
    system: str = ""


CLIENTS = (
    Client("Continue/1.4.2", chat, stream=True),
    Client("claude-cli/2.1.197", messages, stream=True, system=PROJECT_RULES),
    Client("OpenAI/Python 2.9.0", chat),
    Client("google-genai-sdk/1.52.0", native, stream=True),
    Client("codex_cli_rs/0.169.0", responses, stream=True, system=PROJECT_RULES),
    Client("langchain-google-genai/4.1.0", native),
    Client("Cline/3.41.0", chat, stream=True, system=PROJECT_RULES),
)


class Traffic:
    """Asks the engine at `url` until it is cancelled."""

    def __init__(self, url: str, token: str, clock: Clock | None = None) -> None:
        self._url = url
        self._token = token
        self._clock = clock or SystemClock()
        self._dice = random.Random(3)  # noqa: S311 - for variety, and the same each time

    async def run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=LIMIT_S)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            number = 0
            while True:
                group.create_task(self._ask(session, CLIENTS[number % len(CLIENTS)]))
                number += 1
                pause_s = BURST_S / BURST if number < BURST else PACE_S
                await self._clock.sleep(pause_s * self._dice.uniform(0.5, 1.5))

    async def _ask(self, session: aiohttp.ClientSession, client: Client) -> None:
        model, text = self._dice.choice(MODELS), self._dice.choice(QUESTIONS)
        path, body = client.form(Question(model, text, client.system, client.stream))
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "User-Agent": client.user_agent,
        }
        try:
            async with session.post(
                self._url + path, data=orjson.dumps(body), headers=headers
            ) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            pass  # paused, stopping or spent: the engine tells of it, and the next one comes
