"""`pollux demo`: the same program on a simulated Google, with sample requests to watch.

Own temporary folder and a random token; the environment, `.env` and settings.toml are not
read, and no real credential is touched.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping

import aiohttp

from proxy_core import logs
from proxy_core.assembly import build
from proxy_core.cli.arguments import Arguments
from proxy_core.cli.loop import new_loop, on_stop_signals
from proxy_core.cli.pretend import MakeGoogle
from proxy_core.cli.samples import MODEL, Outcome, Samples
from proxy_core.cli.stage import stage
from proxy_core.cli.tables import show_credentials
from proxy_core.cli.terminal import console
from proxy_core.engine.engine import Engine
from proxy_core.events import Event, ExchangeEnded
from proxy_core.ports import PortTaken


def demo(arguments: Arguments, make_google: MakeGoogle) -> int:
    """Runs the demo; returns the exit code."""
    # Not "warning": that Google is replaced is what the demo says first.
    handler = logs.set_up(arguments.settings.get("LOG_LEVEL", "error"))
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(_run(arguments, make_google))
    except PortTaken as error:
        print(f"pollux demo: {error}", file=sys.stderr)
        return 3
    finally:
        handler.close()


async def _run(arguments: Arguments, make_google: MakeGoogle) -> int:
    async with stage(make_google, arguments.settings) as (settings, token):
        engine = build(settings, token)
        try:
            return await _show(engine, token, once=arguments.once)
        finally:
            await engine.stop(grace_s=1.0)


async def _show(engine: Engine, token: str, *, once: bool) -> int:
    ended: dict[str, ExchangeEnded] = {}

    def remember(event: Event) -> None:
        if isinstance(event, ExchangeEnded):
            ended[event.id] = event

    stop = asyncio.Event()
    url = await engine.start()
    on_stop_signals(stop.set)
    await engine.loaded()
    engine.subscribe(remember)
    print("Pollux demo: a simulated Google with three pretend accounts. Nothing leaves this host.")
    print(f"{'request':<30}{'status':<8}{'answered by':<24}skipped")
    samples = Samples(url, token)
    good = True
    async with aiohttp.ClientSession() as session:
        for ask in samples.all():
            resting = _resting(engine)
            outcome = await ask(session)
            good = good and outcome.good
            await asyncio.sleep(0)  # the exchange's last event follows its last byte
            events = [ended[id_] for id_ in outcome.request_ids if id_ in ended]
            print(_line(outcome, events, resting), flush=True)
    _show_states(engine)
    if once:
        print("All requests were answered." if good else "A request failed.")
        return 0 if good else 1
    print(_invitation(url, token), flush=True)
    await stop.wait()
    return 0


def _show_states(engine: Engine) -> None:
    """The pool after the requests, as `pollux accounts list` shows it."""
    print("\nThe pool now:", flush=True)
    show_credentials(console(), engine.snapshot().as_json()["credentials"], time.time())


def _invitation(url: str, token: str) -> str:
    body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]})
    return f"""
base URL      {url}/v1 for OpenAI's clients
              {url} for Anthropic's and Google's
page          {url}/
bearer token  {token}

From another terminal:
  curl {url}/v1/chat/completions \\
    -H "Authorization: Bearer {token}" -H "Content-Type: application/json" \\
    -d '{body}'

Ctrl-C stops."""


def _resting(engine: Engine) -> dict[str, str]:
    """Label to reason, of credentials that rest for the model now."""
    now = time.time()
    return {
        view.label: f"rests {model.until - now:.0f} s"
        for view in engine.snapshot().credentials
        for model in view.models
        if model.model == MODEL and model.until is not None
    }


def _line(outcome: Outcome, events: list[ExchangeEnded], resting: Mapping[str, str]) -> str:
    attempts = [attempt for event in events for attempt in event.attempts]
    served = dict.fromkeys(_short(a.label) for a in attempts if a.outcome == "ok")
    refused = {a.label: f"refused: {a.outcome}" for a in attempts if a.outcome != "ok"}
    skipped = {**resting, **refused}
    told = ", ".join(f"{_short(label)} ({why})" for label, why in skipped.items()) or "nobody"
    mark = "" if outcome.good else "  FAILED"
    return f"{outcome.name:<30}{outcome.status:<8}{', '.join(served):<24}{told}{mark}"


def _short(label: str) -> str:
    return label.partition(" ")[0]
