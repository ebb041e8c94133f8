"""Figures and pictures of a program on a screen."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0
MODEL = "gemini-3.8-flash"


def until(true: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Waits for it."""
    end = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience_s:.0f} s in vain for {what}")
        time.sleep(0.02)


def window_appears(display: str) -> None:
    """Waits until a window called Pollux is on the screen."""
    # Its own `--sync` looks only twice a second.
    look = ["xdotool", "search", "--onlyvisible", "--name", "^Pollux"]
    environ = {**os.environ, "DISPLAY": display}

    def seen() -> bool:
        done = subprocess.run(look, env=environ, capture_output=True, check=False)
        return done.returncode == 0

    until(seen, "the window")


def picture(display: str, place: Path) -> None:
    environ = {**os.environ, "DISPLAY": display}
    subprocess.run(["import", "-window", "root", place], env=environ, check=True, timeout=60)


def processes_of(program: Path) -> list[int]:
    """Those that run this very file."""
    found = []
    for place in Path("/proc").glob("[0-9]*/exe"):
        try:
            if place.samefile(program):
                found.append(int(place.parent.name))
        except OSError:  # it has ended, or is not ours to look at
            continue
    return found


def memory_mib(process: int) -> tuple[float, float]:
    """Resident, and its share of that where others use the same pages (PSS)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    told = {line.split(":")[0]: line.split() for line in lines[1:]}
    return int(told["Rss"][1]) / 1024, int(told["Pss"][1]) / 1024


def serves(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def ask(url: str, token: str) -> str:
    """What the model answered through it."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Say hello."}]}
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    address = f"{url}/v1/chat/completions"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            told: Any = json.load(answer)
    except urllib.error.HTTPError as refused:
        raise AssertionError(f"{refused.code}: {refused.read().decode()}") from refused
    return str(told["choices"][0]["message"]["content"])
