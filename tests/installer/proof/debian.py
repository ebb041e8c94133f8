"""A clean Debian in a folder: what `debootstrap` would call a minimal base, and nothing else.

It shares this machine's network and nothing of its files. Only root can make one.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

SUITE = "bookworm"
USER = "ada"
_OF_THE_NETWORK = ("resolv.conf", "hosts")
_QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Debian:
    """A running one."""

    root: Path
    environ: Mapping[str, str]
    "What the user's programs find in their environment."

    @property
    def home(self) -> Path:
        """The user's, as this machine sees it."""
        return self.root / "home" / USER

    def as_root(self, *command: str) -> str:
        """Runs it to its end; what it printed goes into the error."""
        done = subprocess.run(
            ["chroot", self.root, "env", "-i", *_assigned({"PATH": _PATH, **_QUIET}), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )
        if done.returncode:
            raise AssertionError(
                f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}"
            )
        return done.stdout

    def as_user(self, command: Sequence[str], typed: str = "") -> str:
        """Runs it to its end as an ordinary user; what it printed on standard output."""
        done = subprocess.run(
            self._users(command), input=typed, capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip
        if done.returncode:
            said = done.stdout + done.stderr
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
        return done.stdout

    def start_as_user(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Leaves it running."""
        with log.open("ab") as said:
            return subprocess.Popen(
                self._users(command), stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )

    def _users(self, command: Sequence[str]) -> list[str]:
        place = {"PATH": _PATH, "HOME": f"/home/{USER}", "USER": USER, "LC_ALL": "C.UTF-8"}
        run = ["chroot", f"--userspec={USER}:{USER}", str(self.root), "/usr/bin/env", "-i"]
        return [*run, *_assigned({**place, **self.environ}), *command]


def _assigned(variables: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in variables.items()]


@contextmanager
def debian(work: Path, **environ: str) -> Iterator[Debian]:
    """One made for this block, with an ordinary user; environ: of that user."""
    base = work / f"{SUITE}.tar"
    if not base.is_file():
        made = base.with_suffix(".new.tar")
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", SUITE, made], check=True)
        made.rename(base)
    root = Path(tempfile.mkdtemp(prefix="root-", dir=work))
    root.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        with tarfile.open(base) as archive:
            archive.extractall(root, filter="fully_trusted")
        for name in _OF_THE_NETWORK:
            shutil.copyfile(Path("/etc") / name, root / "etc" / name)
        # `prerm` looks for running programs there.
        subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
        stack.callback(lambda: subprocess.run(["umount", "--lazy", root / "proc"], check=True))
        found = Debian(root, environ)
        found.as_root("useradd", "--create-home", "--shell", "/bin/sh", USER)
        found.as_root("apt-get", "update", "-qq")
        yield found


def possible() -> list[str]:
    """What is missing on this machine."""
    tools = ("mmdebstrap", "Xvfb", "openbox", "trayer", "xdotool", "import")
    lacking = [tool for tool in tools if shutil.which(tool) is None]
    return lacking if os.geteuid() == 0 else [*lacking, "root's rights (sudo)"]
