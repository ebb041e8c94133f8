"""One tiny request to the local endpoint, as a tool would send it."""

import json
import time
from dataclasses import dataclass

from desktop.chat.local_http import LocalHttp
from proxy_core.api import Address


@dataclass(frozen=True, slots=True)
class Outcome:
    """The endpoint answered."""

    model: str
    took_s: float
    credential: str
    "Label of the one that answered; empty where it is not known."


async def try_out(http: LocalHttp, address: Address, token: str) -> Outcome:
    """Asks for the models and for one token of an answer. Raises Refusal."""
    model = _choose(await http.get(f"{address.openai}/models", token), address.model)
    body = {
        "model": model,
        "messages": [{"role": "user", "content": "Say hello."}],
        "max_tokens": 1,
    }
    begun = time.perf_counter()
    head = await http.post(f"{address.openai}/chat/completions", token, body, lambda _data: None)
    return Outcome(model, time.perf_counter() - begun, head.credential)


def _choose(answer: bytes, wanted: str) -> str:
    """The model of the guides if it is listed, else one that chats."""
    try:
        found = json.loads(answer)
        names = [str(model["id"]) for model in found["data"]]
    except (ValueError, KeyError, TypeError):
        return wanted
    if not names or wanted in names:
        return wanted
    return next((name for name in names if "flash" in name), names[0])
