"""The floor: the bare proxy with the least translation of OpenAI chat that works.

Text and data-URL images in, text and usage out, whole and streamed. It knows no tools, no faults
and no statistics: what it costs is what any gateway in Python with aiohttp must at least cost.

`python -m tests.bench.floor PORT UPSTREAM_URL` serves; native paths are passed through as in
`bare`, so that it can stand in for Pollux to check the benchmark itself.
"""

import time
import uuid
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tests.bench import bare

Json = dict[str, Any]


def to_gemini(chat: Json) -> Json:
    contents: list[Json] = []
    system: list[Json] = []
    for message in chat["messages"]:
        parts = _parts(message["content"])
        if message["role"] in {"system", "developer"}:
            system += parts
        else:
            role = "model" if message["role"] == "assistant" else "user"
            contents.append({"role": role, "parts": parts})
    call: Json = {"contents": contents}
    if system:
        call["systemInstruction"] = {"parts": system}
    if "max_tokens" in chat:
        call["generationConfig"] = {"maxOutputTokens": chat["max_tokens"]}
    return call


def _parts(content: str | list[Json]) -> list[Json]:
    if isinstance(content, str):
        return [{"text": content}]
    return [_part(part) for part in content]


def _part(part: Json) -> Json:
    if part["type"] == "text":
        return {"text": part["text"]}
    kind, _, data = part["image_url"]["url"].removeprefix("data:").partition(";base64,")
    return {"inlineData": {"mimeType": kind, "data": data}}


class Folding:
    """What is the same in all that one chat completion sends, and the two forms it takes."""

    def __init__(self, model: str) -> None:
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._model = model

    def whole(self, reply: Json) -> bytes:
        candidate = reply["candidates"][0]
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": _text(candidate)},
            "logprobs": None,
            "finish_reason": _finish(candidate),
        }
        return orjson.dumps(self._object("chat.completion", [choice]) | {"usage": _usage(reply)})

    def opening(self) -> bytes:
        return self._frame({"role": "assistant", "content": ""}, None)

    def frames(self, event: bytes) -> bytes:
        """The frames that one SSE event of Gemini becomes."""
        candidate = orjson.loads(event[6:])["candidates"][0]
        frame = self._frame({"content": _text(candidate)}, None)
        finish = _finish(candidate)
        return frame + self._frame({}, finish) if finish else frame

    def _frame(self, delta: Json, finish: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: %b\n\n" % orjson.dumps(self._object("chat.completion.chunk", [choice]))

    def _object(self, kind: str, choices: list[Json]) -> Json:
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": self._model,
            "choices": choices,
        }


def _text(candidate: Json) -> str:
    return "".join(part["text"] for part in candidate["content"]["parts"])


def _finish(candidate: Json) -> str | None:
    return "stop" if candidate.get("finishReason") == "STOP" else None


def _usage(reply: Json) -> Json:
    usage = reply["usageMetadata"]
    return {
        "prompt_tokens": usage["promptTokenCount"],
        "completion_tokens": usage["candidatesTokenCount"],
        "total_tokens": usage["totalTokenCount"],
    }


class Floor(bare.Bare):
    async def chat(self, request: web.Request) -> web.StreamResponse:
        if not self.admits(request):
            return web.Response(status=401)
        chat = orjson.loads(await request.read())
        model = chat["model"]
        action = "streamGenerateContent?alt=sse" if chat.get("stream") else "generateContent"
        url = f"{self.upstream}/v1beta/models/{model}:{action}"
        async with self.send("POST", url, orjson.dumps(to_gemini(chat))) as reply:
            if chat.get("stream"):
                return await _stream(request, reply, Folding(model))
            body = Folding(model).whole(orjson.loads(await reply.read()))
            return web.Response(body=body, content_type="application/json")


async def _stream(
    request: web.Request, reply: aiohttp.ClientResponse, folding: Folding
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    waiting = b""
    opening = folding.opening()
    while data := await reply.content.readany():
        *events, waiting = (waiting + data).split(b"\r\n\r\n")
        if events:
            await response.write(opening + b"".join(map(folding.frames, events)))
            opening = b""
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


def build(upstream: str) -> web.Application:
    floor = Floor(upstream)
    app = web.Application(client_max_size=100 * 2**20)
    app.cleanup_ctx.append(floor.run)
    app.router.add_get("/healthz", bare.alive)
    app.router.add_post("/v1/chat/completions", floor.chat)
    app.router.add_route("*", "/{path:.*}", floor.answer)
    return app


if __name__ == "__main__":
    bare.serve(build)
