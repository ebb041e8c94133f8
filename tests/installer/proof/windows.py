"""`python -m tests.installer.proof.windows`: one life of the Windows setup, under Wine.

The setup that `build_installer.py --target wine-nsis` made is installed over a lower version that
runs and holds a key; it is started, used, measured and photographed; it is removed and its data
stays; it is installed again and removed with the data. All setups are silent. At last Wine's own
Python runs `on_windows`, as a real Windows does in the release workflow.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from proxy_core.ports import next_free
from resources.installer import nsis, wine
from resources.installer.build import ROOT, Build, Program, epoch_of, run, version_of
from tests.fakes.screen import screen
from tests.installer.proof.google import pretend_google
from tests.installer.proof.measures import (
    ask,
    memory_mib,
    picture,
    serves,
    until,
    window_appears,
)
from tests.installer.proof.wine import Windows, lacking, windows

LOWER = "0.0.1"
"Also the name of a file that only this version has."
MOST_MB = 32.0
NARROWEST_ICON = 16
IDLE_S = 15.0
"After which memory has settled."
PROGRAM, HEADLESS = nsis.PROGRAMS
CURRENT = r"HKCU\Software\Microsoft\Windows\CurrentVersion"
ARP = rf"{CURRENT}\Uninstall\io.github.pollux_proxy.Pollux"
RUN = rf"{CURRENT}\Run"
VAULT_KEYS = r"HKCU\Software\Wine\Credential Manager"
"Where Wine has what Windows' Credential Manager shows."


@dataclass(slots=True)
class Proof:
    """What all chapters need."""

    system: Windows
    build: Build
    setup: Path
    url: str
    work: Path
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.system.local / "Programs" / "Pollux"

    @property
    def data(self) -> Path:
        return self.system.local / "pollux"

    @property
    def link(self) -> Path:
        return self.system.roaming / "Microsoft/Windows/Start Menu/Programs/Pollux.lnk"

    @property
    def display(self) -> str:
        return self.system.environ["DISPLAY"]

    def install(self, setup: Path) -> None:
        began = time.monotonic()
        # Not `run`: what it starts would hold its standard output, and so be waited for.
        assert self.system.start(setup, "/S").wait(300) == 0
        self.figures["silent installation"] = f"{time.monotonic() - began:.0f} s"

    def uninstall(self, *options: str) -> None:
        # It copies itself elsewhere, and the first process ends at once.
        self.system.run(self.folder / nsis.UNINSTALLER, "/S", *options)
        until(lambda: not self.folder.exists(), "the end of the uninstaller")
        self.system.ended("Un_A.exe")

    def start(self, *arguments: str) -> None:
        self.system.start(self.folder / PROGRAM, *arguments)

    def terminal(self, *arguments: str, typed: str = "") -> str:
        return self.system.run(self.folder / HEADLESS, *arguments, typed=typed)

    def quit(self) -> None:
        self.system.run(self.folder / PROGRAM, "--quit")
        self.system.ended(PROGRAM)
        assert not serves(self.url)

    def uses_it(self) -> None:
        """As a program of the user would."""
        token = self.terminal("token", "show").strip()
        assert ask(self.url, token), "the model said nothing"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    default = ROOT / "build" / "installer"
    parser.add_argument("setup", type=Path, nargs="?")
    parser.add_argument("--built", type=Path, default=default, help="work folder of the build")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "proof")
    given = parser.parse_args()
    if missing := lacking():
        print("The proof needs:", *missing, file=sys.stderr)
        print(
            "  apt-get install wine wine64 nsis gcc-mingw-w64-x86-64 xvfb openbox trayer xdotool "
            "x11-utils imagemagick",
            file=sys.stderr,
        )
        return 1
    work = given.work.resolve() / "windows"
    work.mkdir(parents=True, exist_ok=True)
    version = version_of(ROOT)
    setup = given.setup or ROOT / "dist" / f"pollux-{version}-setup-test.exe"
    build = Build(version, epoch_of(ROOT), work, work, say=say)
    built = given.built.resolve() / "wine"
    lower = a_lower_version(build, built / "program")
    port = next_free("127.0.0.1", 18860)  # far from that of other proofs
    variables = {"PORT": str(port)}
    with pretend_google() as google, screen() as display:
        variables["GOOGLE_API_BASE_URL"] = google.url
        with windows(build, work, display, **variables) as system:
            proof = Proof(system, build, setup.resolve(), f"http://127.0.0.1:{port}", work)
            prove(proof, lower, google.api_key)
            as_a_real_windows(proof, built / "python" / "python.exe")
    for name, figure in proof.figures.items():
        print(f"{name:<28}{figure}")
    return 0


def a_lower_version(build: Build, made: Path) -> Path:
    """A setup of the same program under a lower version, with one file that the newer one lacks."""
    say("a setup of a lower version is packed")
    frozen, extra = made / "frozen" / "pollux", f"_internal/{LOWER}"
    (frozen / extra).touch()
    try:
        program = Program(frozen, made / "icons", made / "sbom.cdx.json", "win32")
        place = build.out / f"pollux-{LOWER}-setup-test.exe"
        words = nsis.words(replace(build, version=LOWER), program, place, nsis.UNDER_WINE)
        # Quickly: only its size suffers. That it is not the script's choice is worth a warning.
        quick = [word for word in words if word != "-WX"]
        run(build, [*quick[:-1], "-XSetCompressor /FINAL zlib", quick[-1]])
    finally:
        (frozen / extra).unlink()
    return place


def prove(proof: Proof, lower: Path, api_key: str) -> None:
    size = proof.setup.stat().st_size / 1e6
    proof.figures["setup"] = f"{size:.1f} MB (at most {MOST_MB:.0f})"
    assert size <= MOST_MB
    before = proof.system.files()
    a_lower_version_gets_a_key(proof, lower, api_key)
    an_upgrade_while_it_runs(proof)
    its_window(proof)
    start_times(proof)
    headless(proof)
    removal(proof, before)


def a_lower_version_gets_a_key(proof: Proof, lower: Path, api_key: str) -> None:
    say("a lower version is installed and started, gets a key and serves")
    proof.install(lower)
    assert proof.system.value(ARP, "DisplayVersion") == LOWER
    assert (proof.folder / "_internal" / LOWER).exists()
    proof.start()
    window_appears(proof.display)
    until(lambda: serves(proof.url), "an answer of /healthz")
    proof.terminal("accounts", "add-key", "--label", "Proved", typed=f"{api_key}\n")
    proof.uses_it()


def an_upgrade_while_it_runs(proof: Proof) -> None:
    say("the setup is run over it, while it runs: it ends, and runs again as the new one")
    (old,) = proof.system.processes(PROGRAM)
    proof.install(proof.setup)
    assert not (proof.folder / "_internal" / LOWER).exists()
    assert proof.system.value(ARP, "DisplayVersion") == proof.build.version
    until(lambda: serves(proof.url), "an answer of /healthz")
    (new,) = proof.system.processes(PROGRAM)
    assert new != old
    assert "Proved" in proof.terminal("accounts", "list")
    proof.uses_it()
    told = ("DisplayName", "DisplayIcon", "Publisher", "UninstallString", "QuietUninstallString")
    assert all(proof.system.value(ARP, name) for name in told)
    assert int(proof.system.value(ARP, "EstimatedSize") or "0", 16) > 50_000
    assert proof.link.is_file()
    # One that can write nothing gives up before it ends or removes anything.
    proof.system.run(proof.setup, "/S", r"/D=Z:\proc\pollux", code=2)
    assert proof.system.processes(PROGRAM) == [new]


def its_window(proof: Proof) -> None:
    say("it sits in the tray without a window; a second start shows the window")
    until(lambda: in_the_tray(proof.display), "its icon in the tray")
    proof.start()
    window_appears(proof.display)
    time.sleep(2)  # for the picture only
    picture(proof.display, proof.work / "windows.png")
    say(f"memory, {IDLE_S:.0f} s later")
    time.sleep(IDLE_S)
    (process,) = proof.system.processes(PROGRAM)
    resident, share = memory_mib(process)
    proof.figures["idle memory of the window"] = f"{resident:.0f} MiB resident, {share:.0f} PSS"
    proof.quit()


def in_the_tray(display: str) -> bool:
    """Whether the tray holds an icon: it is as wide as what it holds."""
    environ = {**os.environ, "DISPLAY": display}
    asked = ["xwininfo", "-name", "panel"]
    told = subprocess.run(asked, env=environ, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Width: (\d+)", told)
    return found is not None and int(found[1]) >= NARROWEST_ICON


def start_times(proof: Proof) -> None:
    say("start, three times")
    times = []
    for _ in range(3):
        began = time.monotonic()
        proof.start()
        window_appears(proof.display)
        times.append(time.monotonic() - began)
        until(lambda: serves(proof.url), "an answer of /healthz")
        proof.quit()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    told = ", ".join(f"{one:.1f}" for one in times)
    proof.figures["start to the window"] = f"{told} s (load {load:.1f} per processor)"


def headless(proof: Proof) -> None:
    say("the proxy without its window")
    began = time.monotonic()
    process = proof.system.start(proof.folder / HEADLESS, "--headless")
    until(lambda: serves(proof.url), "an answer of /healthz")
    proof.figures["start of pollux-headless"] = f"{time.monotonic() - began:.1f} s to /healthz"
    proof.uses_it()
    (inner,) = proof.system.processes(HEADLESS)
    resident, share = memory_mib(inner)
    proof.figures["memory of pollux-headless"] = f"{resident:.0f} MiB resident, {share:.0f} PSS"
    assert "Qt6" not in Path(f"/proc/{inner}/maps").read_text(), "the engine has loaded Qt"
    # Nobody asks that one to quit: a setup has to give up, and to leave all as it is.
    proof.system.run(proof.setup, "/S", code=2)
    assert serves(proof.url)
    os.kill(inner, 15)
    process.wait(30)
    proof.system.ended(HEADLESS)
    assert proof.terminal("demo", "--headless", "--once").strip()
    for command in (["connect"], ["--version"], ["accounts", "list"]):
        proof.terminal(*command)
    token = (proof.data / "bearer_token").read_text("utf-8").strip()
    assert proof.terminal("token", "show").strip() == token


def removal(proof: Proof, before: set[str]) -> None:
    say("it is removed, and its data stays; it is installed again and removed with the data")
    system = proof.system
    system.assign(RUN, "Pollux", rf"C:\{windows_path(proof)} --background")
    proof.uninstall()
    left = system.files() - before
    kept = {name for name in left if name.startswith("AppData/Local/pollux/")}
    assert left == kept, left - kept
    assert kept, "the data is gone"
    for key, name in ((ARP, "DisplayName"), (RUN, "Pollux")):
        assert system.value(key, name) is None, key
    proof.install(proof.setup)
    assert "Proved" in proof.terminal("accounts", "list")
    assert "Pollux" in system.run("reg", "query", VAULT_KEYS, "/s")
    proof.uninstall("/PURGE")
    assert system.files() == before, system.files() - before
    assert "Pollux" not in system.run("reg", "query", VAULT_KEYS, "/s")
    proof.figures["data after removal, purge"] = f"{len(kept)} files kept, none"


def as_a_real_windows(proof: Proof, python: Path) -> None:
    say("what a real Windows is asked for in the release workflow")
    module = "tests.installer.proof.on_windows"
    print(proof.system.run(python, "-m", module, wine.seen(proof.setup)), end="")


def windows_path(proof: Proof) -> str:
    """The program's, below C:, as the window writes it for the start at login."""
    place = (proof.folder / PROGRAM).relative_to(proof.system.prefix / "drive_c")
    return str(place).replace("/", "\\")


def say(chapter: str) -> None:
    print(f"- {chapter}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
