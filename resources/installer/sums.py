"""SHA-256 of what was made, in the form that `sha256sum --check` reads."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

NAME = "SHA256SUMS"


def write(folder: Path, made: Iterable[Path]) -> Path:
    """Adds these files of the folder to its sums; those of files that are gone are dropped."""
    place = folder / NAME
    known = _read(place) if place.is_file() else {}
    sums = {name: told for name, told in known.items() if (folder / name).is_file()}
    sums |= {path.name: sha256(path) for path in made}
    place.write_text("".join(f"{told}  {name}\n" for name, told in sorted(sums.items())), "utf-8")
    return place


def _read(place: Path) -> dict[str, str]:
    lines = (line.split("  ", 1) for line in place.read_text("utf-8").splitlines())
    return {name: told for told, name in lines}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
