"""The frozen program: PyInstaller's folder, and all that has to be done to it before it is packed.

`native` does it with an environment of its own for this system; `freeze` with any interpreter, such
as a Windows Python under Wine.
"""

import json
import shutil
from pathlib import Path

from resources.installer import client, elf, inspection, licences, neutral, parts, sbom
from resources.installer.build import HERE, NAME, Build, Program, run
from resources.installer.environment import Interpreter, environment


def native(build: Build) -> Program:
    """The program of this system."""
    build.say("environment: PyInstaller and what the lock files name")
    return freeze(build, environment(build), build.work / "native")


def freeze(build: Build, python: Interpreter, folder: Path) -> Program:
    """The program of the interpreter's system, made anew in this folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if build.oauth_client is not None:
        build.say("OAuth client: check")
        client.check(build, python)
    build.say("icons: of every size, from resources/icon.svg")
    icons = folder / "icons"
    drawn = ("-m", "resources.installer.icons", build.root / "resources" / "icon.svg", icons)
    run(build, [*python.command, *drawn])
    build.say("freeze: PyInstaller (a minute or two)")
    program = _pyinstaller(build, python, folder, icons)
    if python.system == "linux":
        build.say("libraries: leave out what nothing loads, strip the rest")
        elf.leave_out_orphans(build, program)
        elf.strip(build, program)
    build.say("paths: take those of this machine out")
    neutral.neutralise(program, python.prefixes)
    if build.oauth_client is not None:
        client.put(build.oauth_client, _files(python, program))
    build.say("licences and SBOM")
    bill = _list_parts(build, python, folder, program)
    build.say("inspection: no path of this machine, no secret")
    inspection.inspect(build, python, program)
    return Program(program, icons, bill, python.system)


def _files(python: Interpreter, program: Path) -> Path:
    """Where PyInstaller put what is no code."""
    return program / ("Contents/Resources" if python.system == "darwin" else "_internal")


def _list_parts(build: Build, python: Interpreter, folder: Path, program: Path) -> Path:
    """Writes the licences into the program, and the bill of materials beside it."""
    taken = json.loads((folder / "pyinstaller" / "pollux" / "sources.json").read_text("utf-8"))
    others = parts.parts(build, python, program, taken)
    place = _files(python, program) if python.system == "darwin" else program
    licences.write(place / "licences", others)
    bill = folder / "sbom.cdx.json"
    bill.write_text(sbom.render(build, others), "utf-8")
    return bill


def _pyinstaller(build: Build, python: Interpreter, folder: Path, icons: Path) -> Path:
    places = ("--distpath", folder / "frozen", "--workpath", folder / "pyinstaller")
    run(
        build,
        [*python.command, "-m", "PyInstaller", "--noconfirm", *places, HERE / "pollux.spec"],
        POLLUX_ICONS=str(icons),
        PYINSTALLER_CONFIG_DIR=str(folder / "pyinstaller-cache"),
    )
    return folder / "frozen" / (f"{NAME}.app" if python.system == "darwin" else "pollux")
