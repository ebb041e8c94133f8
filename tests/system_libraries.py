"""Sees to what the tests need of the system; run by `make test`.

That is the libraries of Qt, a screen with a tray that nobody sees, a keyring on a D-Bus session,
and a browser. It installs them only on Debian (and what descends from it) as root; elsewhere it
says exactly what is missing and how to install it, and fails. It needs only the standard library.
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
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "chromium": "chromium",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "trayer": "trayer",
}
"Shared library or program to the Debian package that holds it."


def missing() -> list[str]:
    """Names of PACKAGE_OF that the dynamic loader does not find, or no folder of PATH has."""
    return [name for name in PACKAGE_OF if not (loads(name) if ".so" in name else _runs(name))]


def loads(library: str) -> bool:
    """Whether the dynamic loader finds it."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _runs(program: str) -> bool:
    return shutil.which(program) is not None


def install(packages: list[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        subprocess.run(command, check=True, env=quiet, stdin=subprocess.DEVNULL)


def main() -> int:
    names = missing() if sys.platform == "linux" else []
    if not names:
        return 0
    packages = [PACKAGE_OF[name] for name in names]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing what the tests need:", *packages, flush=True)
        install(packages)
        return 0
    print("The tests need these libraries and programs:", *names, file=sys.stderr)
    print("On Debian and Ubuntu:  sudo apt-get install", *packages, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
