"""A pretend language: every text longer, accented and in brackets, so that the eye sees what a
translation would break. What is not translated stays plain and stands out.

`app.installTranslator(PseudoTranslator(app))`, with `app.setLayoutDirection(RightToLeft)` for the
mirrored half of the proof.
"""

import re

from PySide6.QtCore import QTranslator

_KEPT = re.compile(
    r"\{[^{}]*\}"  # placeholders of str.format
    r"|%L?n|%\d"  # Qt's plural number and arguments
    r"|&\w+;|&&|&\w"  # entities, an ampersand, a mnemonic with its letter
    r"|<[^<>]+>"  # markup
    r"|(?:Ctrl|Shift|Alt|Meta)\+\S+"  # keys
    r"|https?://\S+"
)
_ACCENTED = str.maketrans("aceinosuyACEINOSUY", "áçéíñöśúýÁÇÉÍÑÖŚÚÝ")

_WORD = "~" * 9
LONGER = 0.35
"What German or Finnish add to English."


def pseudo(text: str) -> str:
    """The text as the pretend language says it; an empty one stays empty."""
    if not text.strip():
        return text
    parts, plain_from = [], 0
    for kept in _KEPT.finditer(text):
        parts += [text[plain_from : kept.start()].translate(_ACCENTED), kept.group()]
        plain_from = kept.end()
    parts.append(text[plain_from:].translate(_ACCENTED))
    visible = len(_KEPT.sub("", text))
    more = max(1, round(visible * LONGER) - 2)
    words = [_WORD] * (more // len(_WORD)) + ["~" * (more % len(_WORD))]
    return f"[{''.join(parts)} {' '.join(words).strip()}]"


class PseudoTranslator(QTranslator):
    """Translates whatever it is asked for."""

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name; Qt skips an empty translator
        return False

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return pseudo(source)
