"""The Debian package."""

import gzip
import io
import lzma
import os
import platform
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from resources.installer import deb, elf
from resources.installer.archive import Entry
from resources.installer.build import APP_ID, HERE, Build, BuildFailed, Program
from resources.installer.elf import Binary
from resources.installer.icons import PNG_SIZES


@pytest.fixture
def program(tmp_path: Path) -> Program:
    folder, icons = tmp_path / "pollux", tmp_path / "icons"
    (folder / "_internal").mkdir(parents=True)
    icons.mkdir()
    for name in ("pollux", "pollux-headless", "_internal/libx.so"):
        (folder / name).write_bytes(name.encode())
        (folder / name).chmod(0o755)
    for name in ("icon.svg", *(f"icon-{size}.png" for size in PNG_SIZES)):
        (icons / name).write_bytes(name.encode())
    return Program(folder, icons, tmp_path / "sbom", "linux")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build("1.2.3", 1_700_000_000, tmp_path, tmp_path, say=lambda _step: None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[Path, Binary]:
    """What readelf would say."""
    needs = frozenset({"libc.so.6", "libGL.so.1", "libwayland-client.so.0", "ld-linux-x86-64.so.2"})
    told = {Path("libQt6Gui.so.6"): Binary(needs, (2, 34))}
    monkeypatch.setattr(elf, "binaries", lambda _build, _folder: told)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return told


def test_the_package_depends_on_what_its_libraries_ask_for(
    build: Build, program: Program, asked: dict[Path, Binary]
) -> None:
    needed, recommended = deb.depends(build, program.folder)
    assert needed == ["libc6 (>= 2.34)", "libgl1", "fontconfig-config", "xkb-data"]
    assert recommended[1:] == ["libwayland-client0"]


def test_a_library_of_no_known_package_stops_the_build(
    build: Build, program: Program, asked: dict[Path, Binary]
) -> None:
    asked[Path("more.so")] = Binary(frozenset({"libnew.so.1"}))
    with pytest.raises(BuildFailed, match=r"libnew\.so\.1"):
        deb.depends(build, program.folder)


def test_the_package_is_the_same_each_time_and_dpkg_reads_it(
    build: Build, program: Program, asked: dict[Path, Binary]
) -> None:
    place = deb.make(build, program)
    first = place.read_bytes()
    assert place.name == "pollux-proxy_1.2.3_amd64.deb"
    assert deb.make(build, program).read_bytes() == first
    if shutil.which("dpkg-deb") is None:
        return
    fields = subprocess.run(["dpkg-deb", "-f", place], capture_output=True, text=True, check=True)
    assert "Version: 1.2.3\nArchitecture: amd64\n" in fields.stdout
    listed = subprocess.run(["dpkg-deb", "-c", place], capture_output=True, text=True, check=True)
    for name in (
        "./opt/pollux/_internal/libx.so",
        f"./usr/share/applications/{APP_ID}.desktop",
        f"./usr/share/metainfo/{APP_ID}.metainfo.xml",
        "./usr/share/icons/hicolor/48x48/apps/pollux.png",
        "./usr/bin/pollux -> /opt/pollux/pollux",
    ):
        assert f" {name}\n" in listed.stdout


def test_sums_for_dpkg_name_every_file_and_no_link(build: Build, program: Program) -> None:
    entries = deb.files(build, program)
    lines = deb.md5sums(entries).decode().splitlines()
    assert {line.split("  ")[1] for line in lines} == {
        entry.name for entry in entries if entry.content is not None
    }


def test_nothing_starts_at_login_by_itself(build: Build, program: Program) -> None:
    assert not [entry for entry in deb.files(build, program) if "autostart" in entry.name]


def test_templates_are_filled_in(build: Build, program: Program) -> None:
    files = {entry.name: entry.content for entry in deb.files(build, program)}
    about = files[f"usr/share/metainfo/{APP_ID}.metainfo.xml"]
    assert isinstance(about, bytes)
    assert b'<release version="1.2.3" date="2023-11-14"/>' in about
    assert b"@" not in about
    changelog = files["usr/share/doc/pollux-proxy/changelog.gz"]
    assert isinstance(changelog, bytes)
    assert b"pollux-proxy (1.2.3)" in gzip.decompress(changelog)


def test_an_ar_archive_pads_members_to_two_bytes() -> None:
    whole = deb.ar({"a": b"odd", "b": b"even"}, 7)
    assert whole.startswith(
        b"!<arch>\na               7           0     0     100644  3         `\n"
    )
    assert whole.index(b"b  ") % 2 == 0


def test_the_control_archive_holds_the_scripts_to_be_run(
    build: Build, program: Program, asked: dict[Path, Binary]
) -> None:
    whole = deb.make(build, program).read_bytes()
    start = whole.index(b"\xfd7zXZ\0")
    content = lzma.LZMADecompressor().decompress(whole[start:])
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        modes = {info.name: info.mode for info in archive}
    assert modes["./prerm"] == modes["./postrm"] == 0o755
    assert modes["./control"] == modes["./md5sums"] == 0o644


def test_the_installed_size_counts_whole_kibibytes() -> None:
    assert deb.installed_kib([Entry("a", b"x"), Entry("b", b"x" * 1025), Entry("c")]) == 4


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="it is a script of Debian's")
SHELLS = [shell for shell in ("dash", "posh", "bash") if shutil.which(shell)]
PEOPLE = {"root": 0, "daemon": 1, "service": 999, "ada": 1000, "homed": 60_001, "far": 1_234_567}


def a_script(place: Path, text: str) -> None:
    place.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    place.chmod(0o755)


@linux_only
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("word", "purged"),
    [("purge", ["root", "ada", "homed", "far"]), ("remove", []), ("abort-install", [])],
)
def test_purging_goes_to_the_homes_of_people_only(
    shell: str, word: str, purged: list[str], tmp_path: Path
) -> None:
    tools, homes = tmp_path / "tools", tmp_path / "a home"
    tools.mkdir()
    lines = [
        f"{name}:x:{number}:{number}::{homes / name}:/bin/sh" for name, number in PEOPLE.items()
    ]
    for name in (*PEOPLE, "nobody"):
        (homes / name).mkdir(parents=True)
    lines += [f"nobody:x:65534:65534::{homes / 'nobody'}:/bin/sh", f"gone:x:1001:1::{tmp_path}/no:"]
    (tmp_path / "passwd").write_text("\n".join((*lines, "+::::::")) + "\n", "utf-8")
    a_script(tools / "getent", f'cat "{tmp_path}/passwd"')
    a_script(tools / "runuser", f'printf "%s|" "$@" >> "{tmp_path}/ran"; echo >> "{tmp_path}/ran"')
    environ = {"PATH": f"{tools}:{os.environ['PATH']}"}
    script = HERE / "linux" / "postrm"
    done = subprocess.run([shell, script, word], env=environ, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    ran = (tmp_path / "ran").read_text("utf-8").splitlines() if purged else []
    assert [line.split("|")[1] for line in ran] == purged
    assert all(f"|{homes}/{name}/.local/share/pollux|" in ran[i] for i, name in enumerate(purged))


@linux_only
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("program", ["pollux", "pollux-headless"])
@pytest.mark.parametrize(("word", "ends"), [("upgrade", True), ("failed-upgrade", False)])
def test_a_running_pollux_is_asked_to_quit_before_its_files_go(
    shell: str, word: str, ends: bool, program: str, tmp_path: Path
) -> None:
    sleep = shutil.which("sleep")
    assert sleep is not None
    for name in ("pollux", "pollux-headless"):
        shutil.copy(sleep, tmp_path / name)
    text = (HERE / "linux" / "prerm").read_text("utf-8").replace("/opt/pollux", str(tmp_path))
    (tmp_path / "prerm").write_text(text, "utf-8")
    running = subprocess.Popen([tmp_path / program, "60"])
    other = subprocess.Popen([sleep, "60"])
    try:
        done = subprocess.run(
            [shell, tmp_path / "prerm", word], capture_output=True, text=True, check=True
        )
        assert ("asked to quit" in done.stdout) is ends
        assert done.stderr == ""
        assert other.poll() is None
        if not ends:
            assert running.poll() is None
    finally:
        running.terminate()
        other.terminate()
        assert running.wait(10) == -signal.SIGTERM
        other.wait(10)
