"""`python -m proxy_core.cli.health`: whether the Pollux of this data folder answers.

For the health check of a container: it is made for exit codes, prints one line and asks only
`/healthz`, which needs no bearer token. What a person wants to know is in `status` and `doctor`.
Source of the codes: https://docs.docker.com/reference/dockerfile/#healthcheck (2 is reserved).
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

from proxy_core.engine.instance import read_instance
from proxy_core.ports import local_url
from proxy_core.settings import Settings, SettingsProblem, data_folder, load_owner_settings

PATIENCE_S = 4.0


def main() -> int:
    """0: it answers; 1: it does not, or its settings cannot be used."""
    try:
        address = _address(load_owner_settings({}, os.environ))
    except SettingsProblem as problem:
        print(f"pollux: {problem}", file=sys.stderr)
        return 1
    trouble = _trouble(address)
    print(f"Pollux at {address} {trouble or 'answers'}.")
    return 1 if trouble else 0


def _address(settings: Settings) -> str:
    # Its own note first: its command line may have named another port.
    instance = read_instance(data_folder(settings), wait_s=0.0)
    return instance.url if instance else local_url(settings.host, settings.port)


def _trouble(address: str) -> str | None:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"cannot be reached ({type(error).__name__})"
    finally:
        connection.close()
    return None if status == http.HTTPStatus.OK else f"answers with status {status}"


if __name__ == "__main__":
    sys.exit(main())
