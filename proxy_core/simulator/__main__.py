"""`python -m proxy_core.simulator`: the demo world by hand, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio

import orjson

from proxy_core.simulator import Simulator, demo_world


async def _serve(port: int) -> None:
    world, files = demo_world()
    simulator = Simulator(world)
    print(f"GOOGLE_API_BASE_URL={await simulator.start(port)}")
    print(f"CREDENTIALS_JSON_LIST={orjson.dumps(files).decode()}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await simulator.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m proxy_core.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 picks one")
    try:
        asyncio.run(_serve(parser.parse_args().port))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
