"""The licences folder of the program: its own, the notice about Qt, and every part's text."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from resources.installer.build import HERE, ROOT
from resources.installer.parts import Part

_LINE = "=" * 100


def write(folder: Path, parts: Iterable[Part]) -> None:
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE.txt")
    for text in sorted((HERE / "texts").iterdir()):
        shutil.copyfile(text, folder / text.name)
    (folder / "THIRD-PARTY.txt").write_text(third_party(parts), "utf-8")


def third_party(parts: Iterable[Part]) -> str:
    """One text: the list of all parts, then the licences; one that several share stands once."""
    listed = list(parts)
    used_by: dict[str, list[Part]] = {}
    for part in listed:
        for text in part.texts:
            used_by.setdefault(text.replace("\r\n", "\n").strip(), []).append(part)
    lines = ["Pollux contains parts of others, under these licences.", ""]
    lines += [f"  {part.name} {part.version}  {part.licence}".rstrip() for part in listed]
    for text, users in used_by.items():
        names = ", ".join(f"{part.name} {part.version}" for part in users)
        lines += ["", _LINE, names, _LINE, "", text]
    return "\n".join(lines) + "\n"
