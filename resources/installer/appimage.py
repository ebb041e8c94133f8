"""The AppImage: the folder with a starter, packed by appimagetool.

That tool and the runtime which it puts in front come from GitHub alone, so the release workflow is
where it is built; see `.github/workflows/release.yml`.
Source: https://docs.appimage.org/packaging-guide/manual.html
"""

import platform
import shutil
from pathlib import Path

from resources.installer.build import APP_ID, HERE, Build, Program, run
from resources.installer.deb import template
from resources.installer.tools import Tool

TOOLS = (
    Tool("appimagetool", "https://github.com/AppImage/appimagetool/releases, onto the PATH"),
    Tool("mksquashfs", "apt-get install squashfs-tools"),
)


def make(build: Build, program: Program) -> Path:
    """`pollux-VERSION-ARCH.AppImage`."""
    name = f"pollux-{build.version}-{platform.machine()}.AppImage"
    build.say(f"AppImage: pack {name}")
    folder = build.work / "appimage" / "Pollux.AppDir"
    shutil.rmtree(folder.parent, ignore_errors=True)
    lay_out(build, program, folder)
    place = build.out / name
    # It finds no address for updates by itself: Pollux only tells that there is a new version.
    run(build, ["appimagetool", "--no-appstream", folder, place], ARCH=platform.machine())
    place.chmod(0o755)
    return place


def lay_out(build: Build, program: Program, folder: Path) -> None:
    """The folder as the runtime mounts it: AppRun, the desktop entry and the icon at its root."""
    shutil.copytree(program.folder, folder / "opt" / "pollux", symlinks=True)
    starter = folder / "AppRun"
    shutil.copyfile(HERE / "linux" / "AppRun", starter)
    starter.chmod(0o755)
    entry = template(build, "desktop").replace(b"/opt/pollux/pollux", b"pollux")
    without_try = [line for line in entry.splitlines() if not line.startswith(b"TryExec=")]
    (folder / f"{APP_ID}.desktop").write_bytes(b"\n".join(without_try) + b"\n")
    metainfo = folder / "usr" / "share" / "metainfo" / f"{APP_ID}.metainfo.xml"
    metainfo.parent.mkdir(parents=True)
    metainfo.write_bytes(template(build, "metainfo.xml"))
    for icon in ("pollux.png", ".DirIcon"):
        shutil.copyfile(program.icons / "icon-256.png", folder / icon)
