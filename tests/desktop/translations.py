"""Extracts the window's texts into `resources/translations`; run by `make translations`.

English stands in the source and needs nothing but plural forms; those of "(s)" write themselves,
others are marked unfinished for somebody to write. A further language begins as an empty
`pollux_<language>.ts`, which then gets all texts; Qt Linguist edits these files.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias
from xml.etree import ElementTree as ET

import PySide6

from tests.desktop.texts import Text, Texts

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "translations"

Element: TypeAlias = "ET.Element[str]"


def updated(ts: Path) -> str:
    """What the catalogue should hold: every text of the sources, with the translations it has."""
    language = ts.stem.removeprefix("pollux_")
    known = _translations(ts)
    catalogue = ET.Element("TS", version="2.1", language=language)
    contexts: dict[str, Element] = {}
    for text in sorted(_texts()):
        if language == "en" and not text.plural:
            continue
        if text.context not in contexts:
            contexts[text.context] = ET.SubElement(catalogue, "context")
            ET.SubElement(contexts[text.context], "name").text = text.context
        message = ET.SubElement(contexts[text.context], "message")
        if text.plural:
            message.set("numerus", "yes")
        ET.SubElement(message, "source").text = text.source
        if text.comment:
            ET.SubElement(message, "comment").text = text.comment
        message.append(known[text] if text in known else _first_translation(text, language))
    ET.indent(catalogue, space="    ")
    written = ET.tostring(catalogue, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{written}\n'


def compiled(ts: Path) -> bytes:
    """The catalogue in the form that the window loads."""
    lrelease = shutil.which("lrelease", path=str(Path(PySide6.__file__).parent))
    assert lrelease is not None, "PySide6 came without lrelease"
    with TemporaryDirectory() as folder:
        qm = Path(folder) / "out.qm"
        subprocess.run([lrelease, "-silent", ts, "-qm", qm], check=True, capture_output=True)
        return qm.read_bytes()


def _texts() -> set[Text]:
    sources = (ROOT / "desktop").rglob("*.py")
    return {text for path in sources for text in Texts(path.read_text(encoding="utf-8")).found}


def _translations(ts: Path) -> dict[Text, Element]:
    """What somebody has translated already."""
    if not ts.exists() or not ts.read_text(encoding="utf-8").strip():
        return {}
    return {
        Text(
            context.findtext("name") or "",
            message.findtext("source") or "",
            message.findtext("comment") or "",
        ): translation
        for context in ET.parse(ts).iter("context")
        for message in context.iter("message")
        if (translation := message.find("translation")) is not None
        and translation.get("type") is None
    }


def _first_translation(text: Text, language: str) -> Element:
    translation = ET.Element("translation")
    ready = language == "en" and "(s)" in text.source
    if not ready:
        translation.set("type", "unfinished")
    if text.plural:
        for ending in ("", "s"):
            form = ET.SubElement(translation, "numerusform")
            form.text = text.source.replace("(s)", ending) if ready else ""
    return translation


def main() -> int:
    """Write every catalogue anew; returns 1 if an English plural form is still to be written."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    english = FOLDER / "pollux_en.ts"
    for ts in sorted({english, *FOLDER.glob("pollux_*.ts")}):
        written = updated(ts)
        ts.write_text(written, encoding="utf-8")
        ts.with_suffix(".qm").write_bytes(compiled(ts))
        print(f"{ts.relative_to(ROOT)}: {written.count('<message')} texts")
    if "unfinished" in english.read_text(encoding="utf-8"):
        print(f"Write the plural forms marked unfinished in {english.relative_to(ROOT)}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
