"""The worlds of the demos: three pretend accounts. One pays, so that there is a model for pictures;
one has used up its day.

`demo_world` is the terminal's, where every sample is answered at once; `lively_world` the
window's, with pauses, small failures, and somebody who has not signed in yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from proxy_core.simulator.quotas import Limits
from proxy_core.simulator.refusals import JsonObject
from proxy_core.simulator.scripts import Reply
from proxy_core.simulator.world import ApiKey, World

DEMO_ACCOUNTS = (
    ("ada@example.com", "pretend-project-ada"),
    ("grace@example.com", "pretend-project-grace"),
    ("spent@example.com", "pretend-project-spent"),
)
NEW_ACCOUNT = ("alan@example.com", "pretend-project-alan")
"Can sign in at the consent page."
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
    world.projects[DEMO_ACCOUNTS[0][1]].free_tier = False
    spent = DEMO_ACCOUNTS[-1][1]
    world.projects[spent].limits["*"] = _SPENT
    for model in world.models:
        world.quotas.spend_day(spent, model, 20, clock())
    return world, files


def lively_world(
    api_key: str, clock: Callable[[], float] = time.time
) -> tuple[World, list[JsonObject]]:
    """As `demo_world`, for whoever watches. api_key: a key that may be added."""
    world, files = demo_world(clock)
    world.add_account(*NEW_ACCOUNT)
    world.projects[NEW_ACCOUNT[1]].limits["*"] = _FREE_TIER
    world.api_keys[api_key] = ApiKey(api_key, world.add_project("pretend-project-key").id)
    hasty = DEMO_ACCOUNTS[1][1]
    for action in ("streamGenerateContent", "generateContent"):
        world.script(
            Reply.fault("per_minute_429", retry_s=20),
            project=hasty,
            action=action,
            times=None,
            every=9,
        )
        world.script(Reply.fault("overloaded_503"), action=action, times=None, every=29)
    world.script(Reply.slow(0.9, 0.15), action="streamGenerateContent", times=None, every=3)
    world.script(Reply.slow(0.3, 0.05), action="streamGenerateContent", times=None)
    world.script(Reply.slow(0.5), action="generateContent", times=None)
    return world, files
