"""Sees to the system libraries that Qt needs to start without a screen; run by `make test`.

It installs them only on Debian (and what descends from it) as root; elsewhere it says exactly
what is missing and how to install it, and fails. It needs nothing but the standard library.
"""

import ctypes
import os
import shutil
import subprocess
import sys

PACKAGE_OF = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"Shared library to the Debian package that holds it."


def missing_libraries() -> list[str]:
    """Names of PACKAGE_OF that the dynamic loader does not find."""

    def found(library: str) -> bool:
        try:
            ctypes.CDLL(library)
        except OSError:
            return False
        return True

    return [library for library in PACKAGE_OF if not found(library)]


def install(packages: list[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        subprocess.run(command, check=True, env=quiet, stdin=subprocess.DEVNULL)


def main() -> int:
    missing = missing_libraries() if sys.platform == "linux" else []
    if not missing:
        return 0
    packages = [PACKAGE_OF[library] for library in missing]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Qt's system libraries:", *packages, flush=True)
        install(packages)
        return 0
    print("The tests of the window need these system libraries:", *missing, file=sys.stderr)
    print("On Debian and Ubuntu:  sudo apt-get install", *packages, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
