"""Takes the paths of the machine that builds out of the program's files.

Libraries carry the prefix they were configured with, as libpython does. A path of the same length
takes its place, so that nothing moves in the file: `/usr`, as many slashes as it needs, and the
last part. The frozen program never looks there.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

_ASKED_FOR = ("EXT_SUFFIX", "Py_DEBUG", "Py_GIL_DISABLED", "SOABI", "TZPATH", "abiflags")
"Of Python's configuration: by zoneinfo, importlib and packages with compiled parts."

_SHORTEST = 8
"Characters of a path that is worth hiding; `/usr` itself names no machine."


def neutralise(folder: Path, paths: Iterable[str]) -> list[Path]:
    """Rewrites the files that name one of the paths; returns them."""
    names = _names(paths)
    changed = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.is_symlink():
            continue
        before = file.read_bytes()
        after = without(before, names)
        if after != before:
            file.write_bytes(after)
            changed.append(file)
    return changed


def without(content: bytes, names: Iterable[bytes]) -> bytes:
    """The same content with another path of the same length in place of each."""
    for name in names:
        content = content.replace(name, _neutral(name))
    return content


def _neutral(name: bytes) -> bytes:
    """The last part stays: linkers store a text that ends as a longer one does inside of that, and
    Python's version is such an end of `/opt/python/3.11.7`.
    """
    end = max(name.rfind(b"/"), name.rfind(b"\\"))
    return b"/usr"[:end].ljust(end, b"/") + name[end:]


def configuration(variables: Mapping[str, object]) -> str:
    """The module of what `sysconfig` knows, with what is asked for at run time and nothing more.

    The rest are compilers, folders and options of the machine where Python was built.
    """
    kept = {name: variables[name] for name in _ASKED_FOR if name in variables}
    return f"build_time_vars = {kept!r}\n"


def _names(paths: Iterable[str]) -> list[bytes]:
    """Longest first: one of them may begin with another."""
    long = {path for path in paths if len(path) >= _SHORTEST}
    return [path.encode() for path in sorted(long, key=lambda path: (-len(path), path))]
