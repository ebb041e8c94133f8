"""A pretend Google: one loopback server that answers as Google's endpoints are documented to.

It drives `pollux demo` and the tests. It is strict (what Google refuses, it refuses, with Google's
envelopes), keeps quotas, and fails on order. It imports nothing of the product, so that product and
simulator can disagree. It is no model: its answers are repetitions of what it was told.

    world = World()
    key = world.add_key("some-project")
    world.script(Reply.fault("per_minute_429"), project="some-project")
    base_url = await Simulator(world).start()

A request passes: `server` (route, log, script) → `access` (credential) → an `*_api` module →
`parsing` → `rules` (with `turns`, `signatures`, `schemas`, `media_rules`) → `quotas` → `mind` →
`chunks` (with `hops`) → `delivery`. Tables of data: `fields`, `catalogue`, `fault_rows`,
`vertex_faults`, `oauth_faults`.
"""

from proxy_core.simulator.demo import demo_world, lively_world
from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.oauth_faults import OAUTH_FAULTS
from proxy_core.simulator.quotas import Limits
from proxy_core.simulator.scripts import Reply
from proxy_core.simulator.server import Simulator
from proxy_core.simulator.vertex_faults import VERTEX_FAULTS
from proxy_core.simulator.world import World

__all__ = [
    "FAULTS",
    "OAUTH_FAULTS",
    "VERTEX_FAULTS",
    "Limits",
    "Reply",
    "Simulator",
    "World",
    "demo_world",
    "lively_world",
]
