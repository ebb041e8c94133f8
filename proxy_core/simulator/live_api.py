"""Live sessions of the pretend Google: setup, turns of text, function calls, resuming.

The first message must be a setup that the parser takes, for a model that has the Live API; a
mistake closes the websocket with Google's text. Turns are answered by the same mind as requests.
Speech is not heard, and spoken answers are silence with a transcript.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from proxy_core.simulator.access import admit_to_gemini
from proxy_core.simulator.catalogue import Card
from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.gemini_api import charge
from proxy_core.simulator.mind import SILENCE, think
from proxy_core.simulator.parsing import parse_message, read_json
from proxy_core.simulator.refusals import JsonObject, Refusal, invalid_argument, not_found
from proxy_core.simulator.tokens import tokens_of_request
from proxy_core.simulator.visits import Visit
from proxy_core.simulator.world import Project

ACTION = "bidiGenerateContent"
_MOST_BYTES = 64 * 1024 * 1024
_CODES = {400: 1007, 403: 1008, 404: 1008}
"Close code of a refusal that would have this HTTP status; everything else is 1011."


@dataclass(slots=True)
class _Session:
    """What the model remembers of one conversation."""

    setup: JsonObject
    card: Card
    project: Project
    contents: list[JsonObject] = field(default_factory=list)
    calls: dict[str, JsonObject] = field(default_factory=dict)
    """Those without an answer yet, by id."""

    @property
    def request(self) -> JsonObject:
        """The conversation as a request that `think` can answer."""
        request: JsonObject = {"contents": self.contents}
        for name in ("tools", "systemInstruction"):
            if name in self.setup:
                request[name] = self.setup[name]
        return request

    @property
    def speaks(self) -> bool:
        modalities = self.setup.get("generationConfig", {}).get("responseModalities", ["AUDIO"])
        return "TEXT" not in modalities


async def converse(visit: Visit) -> web.StreamResponse:
    """One session from its handshake to its end."""
    if visit.request.match_info["version"] == "v1":
        raise not_found("The requested URL was not found on this server.")
    project = admit_to_gemini(visit.world, visit.caller, visit.now)
    visit.received.project = project.id
    websocket = web.WebSocketResponse(max_msg_size=_MOST_BYTES)
    await websocket.prepare(visit.request)
    visit.received.status = 101
    try:
        session = await _set_up(visit, websocket, project)
        while session is not None and (message := await _next(visit, websocket)) is not None:
            for answer in _answers(visit, session, message):
                await _send(websocket, answer)
    except Refusal as refusal:
        visit.received.refusal = str(refusal)
        code = _CODES.get(refusal.answer.status, 1011)
        await _close(websocket, code, orjson.loads(refusal.answer.body)["error"]["message"])
    visit.received.closed = websocket.close_code
    visit.world.changed.set()
    return websocket


async def _set_up(
    visit: Visit, websocket: web.WebSocketResponse, project: Project
) -> _Session | None:
    """The session, its setup answered; None where it has ended already."""
    message = await _next(visit, websocket)
    if message is None:
        return None
    if "setup" not in message:
        raise invalid_argument("setup must be the first message and only the first")
    session = _accepted(visit, message["setup"], project)
    reply = visit.reply
    if reply.hold is not None:
        await reply.hold.wait()
    if reply.reset_after == 0 and visit.request.transport is not None:
        visit.request.transport.abort()
        return None
    if reply.closing is not None:
        await _close(websocket, *reply.closing)
        return None
    await _send(websocket, {"setupComplete": {}})
    if "sessionResumption" in session.setup:
        await _send(websocket, _resumable(visit, session))
    if reply.go_away_s is not None:
        await _send(websocket, {"goAway": {"timeLeft": f"{reply.go_away_s:g}s"}})
    return session


def _accepted(visit: Visit, setup: JsonObject, project: Project) -> _Session:
    name = setup.get("model", "").removeprefix("models/")
    visit.received.model = name
    card = visit.world.models.get(name)
    if card is None or card.kind != "live":
        version = visit.request.match_info["version"]
        raise not_found(
            f"models/{name} is not found for API version {version}, or is not supported for "
            "bidiGenerateContent. Call ListModels to see what is."
        )
    charge(visit, project, card, tokens_of_request({"contents": []}))
    session = _Session(setup, replace(card, kind="text"), project)
    if (handle := setup.get("sessionResumption", {}).get("handle")) is not None:
        kept = visit.world.live_sessions.get(handle)
        if kept is None or kept["project"] != project.id:
            raise FAULTS["cache_not_owned"].refusal()
        session.contents = list(kept["contents"])
    return session


def _answers(visit: Visit, session: _Session, message: JsonObject) -> list[JsonObject]:
    """What Google says to one message of the client."""
    match message:
        case {"clientContent": content}:
            session.contents += content.get("turns", [])
            return _turn(visit, session) if content.get("turnComplete", True) else []
        case {"realtimeInput": {"text": str(text)}}:
            session.contents.append({"role": "user", "parts": [{"text": text}]})
            return _turn(visit, session)
        case {"realtimeInput": _}:
            return []
        case {"toolResponse": {"functionResponses": list(responses)}}:
            _take_responses(session, responses)
            return _turn(visit, session) if not session.calls else []
        case _:
            raise invalid_argument("setup must be the first message and only the first")


def _take_responses(session: _Session, responses: list[JsonObject]) -> None:
    for response in responses:
        if session.calls.pop(response.get("id", ""), None) is None:
            raise invalid_argument("The function response does not match a call of this session.")
    parts = [{"functionResponse": response} for response in responses]
    session.contents.append({"role": "user", "parts": parts})


def _turn(visit: Visit, session: _Session) -> list[JsonObject]:
    """The model's turn: calls, or words with the use of tokens behind them."""
    used = tokens_of_request(session.request)
    thought = think(session.request, session.card)
    if thought.calls:
        calls = [{"id": f"call-{visit.world.next_serial()}", **call} for call in thought.calls]
        session.calls = {call["id"]: call for call in calls}
        session.contents.append(
            {"role": "model", "parts": [{"functionCall": call} for call in calls]}
        )
        return [{"toolCall": {"functionCalls": calls}}]
    session.contents.append({"role": "model", "parts": [{"text": thought.text}]})
    said = {"text": thought.text}
    content: JsonObject = {"modelTurn": {"role": "model", "parts": [said]}}
    if session.speaks:
        blob = {"mimeType": "audio/pcm;rate=24000", "data": SILENCE}
        content = {"modelTurn": {"role": "model", "parts": [{"inlineData": blob}]}}
        if "outputAudioTranscription" in session.setup:
            content["outputTranscription"] = said
    words = len(thought.text.split())
    usage = {
        "promptTokenCount": used,
        "responseTokenCount": words,
        "totalTokenCount": used + words,
    }
    ended = {"serverContent": {"turnComplete": True}, "usageMetadata": usage}
    answers: list[JsonObject] = [
        {"serverContent": content},
        {"serverContent": {"generationComplete": True}},
        ended,
    ]
    if "sessionResumption" in session.setup:
        answers.append(_resumable(visit, session))
    return answers


def _resumable(visit: Visit, session: _Session) -> JsonObject:
    handle = f"pretend-handle-{visit.world.next_serial()}"
    kept = {"project": session.project.id, "contents": list(session.contents)}
    visit.world.live_sessions[handle] = kept
    return {"sessionResumptionUpdate": {"newHandle": handle, "resumable": True}}


async def _next(visit: Visit, websocket: web.WebSocketResponse) -> JsonObject | None:
    """The client's next message, parsed; None at the end."""
    message = await websocket.receive()
    if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
        return None
    data = message.data.encode() if isinstance(message.data, str) else message.data
    visit.received.messages.append(data)
    visit.world.changed.set()
    version = visit.request.match_info["version"]
    parsed = parse_message("BidiGenerateContentClientMessage", read_json(data), version)
    if len(parsed) != 1:
        raise invalid_argument("Exactly one field of the message must be set.")
    return parsed


async def _send(websocket: web.WebSocketResponse, message: Any) -> None:
    """Google sends its JSON in binary frames."""
    await websocket.send_bytes(orjson.dumps(message, option=orjson.OPT_INDENT_2) + b"\n")


async def _close(websocket: web.WebSocketResponse, code: int, reason: str) -> None:
    await websocket.close(code=code, message=reason.encode()[:123])
