"""A distributor's own OAuth client, which every copy of the program then carries.

Google's documentation of desktop clients says that their secret is no secret; it is the
distributor's choice all the same, and the sources never hold one.
Source: https://developers.google.com/identity/protocols/oauth2#installed
"""

import shutil
import sys
from pathlib import Path

from resources.installer.build import Build, run
from resources.installer.environment import Interpreter

PLACE = "_internal/desktop/resources/oauth_client.json"
"Where `proxy_core.credentials.oauth_client.built_in_client` looks."


def check(build: Build, python: Interpreter) -> None:
    """Raises BuildFailed where the program would not take the file, or it is no desktop client."""
    assert build.oauth_client is not None
    run(build, [*python.command, "-m", "resources.installer.client", build.oauth_client])


def put(file: Path, program: Path) -> None:
    place = program / PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)


def main(file: Path) -> int:
    """Runs in the build's environment, where the program's own packages are."""
    from proxy_core.credentials.oauth_client import (  # noqa: PLC0415 - the build has no pydantic
        ClientRefused,
        parse_client,
    )

    try:
        found = parse_client(file.read_bytes(), "built_in")
    except (OSError, ClientRefused) as refused:
        print(f"--oauth-client: {refused}")
        return 1
    if found.kind != "installed":
        print("--oauth-client: this client is for web servers; one of type Desktop app is needed.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
