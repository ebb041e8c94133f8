"""What goes with every answer."""

from types import SimpleNamespace
from typing import Any, cast

from aiohttp.web import BaseRequest

from proxy_core.events import AttemptRecord
from proxy_core.relay.exchange import Exchange
from proxy_core.server.context import Visit


def visit(headers: dict[str, str], *attempts: AttemptRecord, **more: Any) -> Visit:
    exchange = Exchange(id="id", at=0.0, started=0.0)
    exchange.attempts.extend(attempts)
    request = cast("BaseRequest", SimpleNamespace(headers=headers))
    return Visit(request, exchange, "/", "", **more)


def test_the_trace_counts_attempts_and_names_who_answered() -> None:
    failed = AttemptRecord("a", "first", "overloaded", 0.1)
    served = AttemptRecord("b", "second\r\nSet-Cookie: x", "ok", 0.1)
    trace = {"X-Pollux-Trace": "1"}
    told = visit(trace, failed, served).headers()
    assert told["x-pollux-attempts"] == "2"
    assert told["x-pollux-credential"] == "secondSet-Cookie: x"  # one line, whatever the label
    assert "x-pollux-credential" not in visit(trace, failed).headers()
    assert set(visit({}, served).headers()) == {"x-request-id", "Server"}


def test_an_answer_while_stopping_ends_its_connection() -> None:
    assert visit({}, closing=True).answer(b"{}").keep_alive is False
    assert visit({}).answer(b"{}").keep_alive is not False
