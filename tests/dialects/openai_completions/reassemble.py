"""Puts a stream of text completion chunks together again."""

import orjson

from proxy_core.gemini.wire import JsonObject


def reassemble(stream: bytes) -> JsonObject:
    """The answer that the stream amounts to, in the form of a whole one."""
    *blocks, rest = stream.split(b"\n\n")
    assert rest == b""
    assert blocks.pop() == b"data: [DONE]"
    answer: JsonObject = {}
    choices: dict[int, JsonObject] = {}
    for block in blocks:
        event = orjson.loads(block.removeprefix(b"data: "))
        answer |= {key: event[key] for key in ("id", "object", "created", "model")}
        answer |= {"usage": event["usage"]} if "usage" in event else {}
        for delta in event["choices"]:
            _take(choices, delta)
    return {**answer, "choices": [choices[index] for index in sorted(choices)]}


def _take(choices: dict[int, JsonObject], delta: JsonObject) -> None:
    known = choices.setdefault(
        delta["index"],
        {"text": "", "index": delta["index"], "logprobs": None, "finish_reason": None},
    )
    assert known["finish_reason"] is None, "something came after the end of the choice"
    known["text"] += delta["text"]
    known["finish_reason"] = delta["finish_reason"]
    more = delta["logprobs"]
    if more is not None:
        before = known["logprobs"]
        known["logprobs"] = (
            more if before is None else {key: before[key] + more[key] for key in before}
        )
