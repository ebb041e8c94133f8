"""The world of `pollux demo`: three pretend accounts, one of which has used up its day."""

from __future__ import annotations

import time
from collections.abc import Callable

from proxy_core.simulator.quotas import Limits
from proxy_core.simulator.refusals import JsonObject
from proxy_core.simulator.world import World

DEMO_ACCOUNTS = (
    ("ada@example.com", "pretend-project-ada"),
    ("grace@example.com", "pretend-project-grace"),
    ("spent@example.com", "pretend-project-spent"),
)
_FREE_TIER = Limits(rpm=60, rpd=1_000, tpm=1_000_000)
_SPENT = Limits(rpm=60, rpd=20, tpm=1_000_000)


def demo_world(clock: Callable[[], float] = time.time) -> tuple[World, list[JsonObject]]:
    """The world, and the credentials file of each account, ready for CREDENTIALS_JSON_LIST."""
    world = World(keep_requests=100)
    world.add_client("pretend-project-client", client_id="pollux-demo-client")
    files = []
    for email, project in DEMO_ACCOUNTS:
        world.add_account(email, project)
        world.projects[project].limits["*"] = _FREE_TIER
        files.append(world.sign_in(email, project, client_id="pollux-demo-client"))
    spent = DEMO_ACCOUNTS[-1][1]
    world.projects[spent].limits["*"] = _SPENT
    for model in world.models:
        world.quotas.spend_day(spent, model, 20, clock())
    return world, files
