"""A distributor's own OAuth client, which every copy of the program then carries.

Google's documentation of desktop clients says that their secret is no secret; it is the
distributor's choice all the same, and the sources never hold one.
Source: https://developers.google.com/identity/protocols/oauth2#installed
"""

import shutil
import sys
from pathlib import Path

from resources.installer.build import Build, BuildFailed, run
from resources.installer.environment import Interpreter

PLACE = "desktop/resources/oauth_client.json"
"Where `proxy_core.credentials.oauth_client.built_in_client` looks, among the program's files."


def check(build: Build, python: Interpreter) -> None:
    """Raises BuildFailed where the program would not take the file, or it is no desktop client."""
    assert build.oauth_client is not None
    words = (*python.command, "-m", "resources.installer.client", str(build.oauth_client))
    if refused := run(build, words).strip():
        raise BuildFailed(f"--oauth-client: {refused}")


def put(file: Path, files: Path) -> None:
    place = files / PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)


def main(file: Path) -> None:
    """Prints why the file is refused. Runs where the program's own packages are."""
    from proxy_core.credentials.oauth_client import (  # noqa: PLC0415 - the build has no pydantic
        ClientRefused,
        parse_client,
    )

    try:
        found = parse_client(file.read_bytes(), "built_in")
    except (OSError, ClientRefused) as refused:
        print(refused)
    else:
        if found.kind != "installed":
            print("This client is for web servers; one of type Desktop app is needed.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
