"""The AppImage: the folder with a starter, packed by appimagetool.

That tool and the runtime which it puts in front come from GitHub alone, so the release workflow is
where it is built; see `.github/workflows/release.yml`. The tool fetches the newest runtime, unless
APPIMAGE_RUNTIME names the file of one.
Source: https://docs.appimage.org/packaging-guide/manual.html
"""

import os
import platform
import shutil
from collections.abc import Mapping
from pathlib import Path

from resources.installer.build import APP_ID, HERE, Build, Program, run
from resources.installer.deb import template
from resources.installer.tools import Tool

TOOLS = (
    Tool("appimagetool", "https://github.com/AppImage/appimagetool/releases, onto the PATH"),
    Tool("file", "apt-get install file"),
)


def make(build: Build, program: Program) -> Path:
    """`pollux-VERSION-ARCH.AppImage`."""
    name = f"pollux-{build.version}-{platform.machine()}.AppImage"
    build.say(f"AppImage: pack {name}")
    folder = build.work / "appimage" / "Pollux.AppDir"
    shutil.rmtree(folder.parent, ignore_errors=True)
    lay_out(build, program, folder)
    place = build.out / name
    # It looks for the metadata under an older name, hence --no-appstream.
    words = ["appimagetool", "--no-appstream", *runtime_words(os.environ)]
    run(build, [*words, folder, place], ARCH=platform.machine())
    place.chmod(0o755)
    return place


def runtime_words(environ: Mapping[str, str]) -> list[str]:
    given = environ.get("APPIMAGE_RUNTIME")
    return ["--runtime-file", given] if given else []


def lay_out(build: Build, program: Program, folder: Path) -> None:
    """The folder as the runtime mounts it: AppRun, the desktop entry and the icon at its root."""
    only = shutil.ignore_patterns("pollux-headless")  # what AppRun starts can do the same
    shutil.copytree(program.folder, folder / "opt" / "pollux", symlinks=True, ignore=only)
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
