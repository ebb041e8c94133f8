"""`python -m tests.installer.proof.image`: builds the image here, without an engine, and runs it.

The base that the Dockerfile names cannot always be pulled: a Debian made by mmdebstrap stands in,
with Python where python:slim has it. buildah builds in a chroot, as root. What only a real engine
shows: the real base, other architectures, its own health checks and limits.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent.parent
TOOLS = {
    "buildah": "buildah",
    "mmdebstrap": "mmdebstrap",
    "unshare": "util-linux",
    "ip": "iproute2",
}
"Program to the Debian package that holds it."
BASE, IMAGE = "localhost/pollux-base", "localhost/pollux"
MOST_LAYER_BYTES = 90_000_000
UNCHECKED = b"\1\0\0\0"
"The flags of bytecode that Python takes without a look at its source: PEP 552."
ACCEPT_ANYTHING = {"default": [{"type": "insecureAcceptAnything"}]}
"Nothing is pulled here, so there is no signature to look at."


@dataclass(frozen=True, slots=True)
class Store:
    """buildah with all that it keeps in one folder."""

    folder: Path

    def __call__(self, *arguments: str) -> str:
        """What the command printed; its own log goes to standard error."""
        command = ["buildah", "--storage-driver", "vfs", "--root", str(self.folder / "store")]
        command += ["--runroot", str(self.folder / "run"), *arguments]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    @property
    def policy(self) -> str:
        """The option that every command which makes an image needs."""
        path = self.folder / "policy.json"
        path.write_text(json.dumps(ACCEPT_ANYTHING), "utf-8")
        return f"--signature-policy={path}"

    def config(self, image: str) -> dict[str, Any]:
        """The image's configuration in Docker's format."""
        parts: dict[str, Any] = json.loads(self("inspect", "--type", "image", image))["Docker"]
        config: dict[str, Any] = parts["config"]
        return config

    def layers(self, image: str) -> list[int]:
        """Sizes of the layers in bytes, the base's first."""
        manifest = json.loads(self("inspect", "--type", "image", image))["Manifest"]
        return [layer["size"] for layer in json.loads(manifest)["layers"]]


def stand_in(store: Store) -> None:
    """Makes the base: Debian's Python at /usr/local/bin, with pip beside it as in python:slim."""
    root = store.folder / "base"
    root.mkdir(parents=True)
    packages = "--include=ca-certificates,python3,python3-venv"
    command = ["mmdebstrap", "--quiet", "--variant=minbase", packages, "bookworm", str(root)]
    subprocess.run(command, check=True)
    (root / "usr/local/bin/python3").symlink_to("/usr/bin/python3")
    site = next((root / "usr/lib").glob("python3.*")).name
    own = root / "usr/local/lib" / site / "site-packages"
    own.mkdir(parents=True)
    shutil.unpack_archive(_pip(store.folder / "pip"), own, "zip")
    for folder in list((root / "usr/lib").rglob("__pycache__")):
        shutil.rmtree(folder)  # as python:slim has it
    # Debian's Python looks for what is local in dist-packages only.
    (root / "usr/lib/python3/dist-packages/local.pth").write_text(
        f"/usr/local/lib/{site}/site-packages\n"
    )
    (root / "usr/lib" / site / "EXTERNALLY-MANAGED").unlink(missing_ok=True)
    container = store("from", store.policy, "scratch")
    store("add", container, str(root), "/")
    store("config", "--env", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", container)
    store("commit", "--quiet", store.policy, container, BASE)


def _pip(folder: Path) -> Path:
    """A wheel of pip."""
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*fetch, "--dest", str(folder), "pip"], check=True)
    return next(folder.glob("pip-*.whl"))


def build(store: Store) -> str:
    """Builds the image as the Dockerfile says; returns where its root file system is mounted."""
    store(
        "bud",
        "--quiet",
        "--format=docker",  # the other one has no place for a health check
        "--isolation=chroot",
        "--layers=false",
        f"--build-arg=BASE={BASE}",
        "--volume=/etc/ssl/certs:/etc/ssl/certs:ro",
        store.policy,
        f"--tag={IMAGE}",
        str(ROOT),
    )
    return store("mount", store("from", "--pull-never", store.policy, IMAGE))


def check(store: Store, mounted: Path) -> list[str]:
    """What is wrong with the image as it lies there."""
    own_bytes = sum(store.layers(IMAGE)[1:])
    print(f"layers over the base: {own_bytes / 1e6:.1f} MB", flush=True)
    wrong = [] if own_bytes < MOST_LAYER_BYTES else ["the layers over the base are too large"]
    for unwanted in ("bin/pip*", "bin/gcc*", "bin/cc", "bin/strip", "**/site-packages/pip"):
        wrong += [
            f"{found.relative_to(mounted)} is in it"
            for top in ("usr/local", "usr", "opt/pollux")
            for found in (mounted / top).glob(unwanted)
        ]
    qt = ("PySide6", "shiboken6", "qasync")
    wrong += [f"{name} is in it" for name in qt if any((mounted / "opt").rglob(name))]
    if not any((mounted / "opt").rglob("lameenc*.so")):
        wrong.append("lameenc is not in it")
    for place in ("opt/pollux/lib/**/proxy_core", "usr/lib/python3*"):
        if not any(mounted.glob(f"{place}/__pycache__/*.pyc")):
            wrong.append(f"{place} has no bytecode")
    for compiled in (mounted / "opt").rglob("*.pyc"):
        if compiled.read_bytes()[4:8] != UNCHECKED:
            wrong.append(f"{compiled.relative_to(mounted)} is compared with its source")
    return wrong


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep everything in this folder")
    parser.add_argument(
        "--if-possible", action="store_true", help="skip it where a tool for it is missing"
    )
    given = parser.parse_args(argv)
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        packages = " ".join(TOOLS[tool] for tool in missing)
        print(f"missing: {' '.join(missing)}; apt-get install {packages}", file=sys.stderr)
        if given.if_possible:
            print("SKIPPED: the image was neither built nor run", file=sys.stderr)
        return 0 if given.if_possible else 1
    with tempfile.TemporaryDirectory() as temporary:
        store = Store(given.folder or Path(temporary))
        print("making the base", flush=True)
        stand_in(store)
        print("building the image", flush=True)
        mounted = Path(build(store))
        if wrong := check(store, mounted):
            print(*wrong, sep="\n", file=sys.stderr)
            return 1
        config = store.folder / "config.json"
        config.write_text(json.dumps(store.config(IMAGE)), "utf-8")
        return run(mounted, config)


def run(mounted: Path, config: Path) -> int:
    """Uses the image in a network of its own, where its 0.0.0.0 is reached by nobody else."""
    inside = [sys.executable, "-m", "tests.installer.proof.image_run", str(mounted), str(config)]
    script = 'ip link set lo up && exec "$@"'
    command = ["unshare", "--net", "sh", "-c", script, "sh", *inside]
    return subprocess.run(command, check=False, cwd=ROOT, env=os.environ).returncode


if __name__ == "__main__":
    sys.exit(main())
