"""A text to read: Markdown or plain, selectable, as high as it has to be.

It loads nothing: no picture, no style, from no place, whatever the text names. A picture is shown
as a link of its description, raw HTML as the text that it is. Qt falls back to the file system
for a picture that `loadResource` does not give, so there is none left when a layout first sees
the document. A link is handed to whoever listens.
"""

import math
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QPalette,
    QPixmap,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextImageFormat,
    QTextLength,
    QTextOption,
    QTextTable,
    QTextTableFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QTextBrowser

from desktop.look.metrics import XL, XS, M, S
from desktop.look.theme import Theme
from desktop.look.tokens import Tokens
from desktop.widgets.texts import mono_font, scaled_font

_FEATURES = QTextDocument.MarkdownFeature(
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_KEEP = QTextCursor.MoveMode.KeepAnchor
DRESSED_LIVE = 12_000
"Characters of a growing text up to which all of it is dressed anew for each piece."
_GAP, _FENCE = "\n\n", "```"
_EDGE = 1
"Width of the border that shows the focus."


class _Document(QTextDocument):
    """Loads nothing."""

    def loadResource(self, type: int, name: QUrl | str) -> Any:  # noqa: A002 - Qt's name
        return QPixmap(1, 1)


class Prose(QTextBrowser):
    """Grows with its text; what surrounds it scrolls."""

    followed = Signal(str)
    "A link that was clicked."

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._source, self._markdown = "", False
        self._grows = False
        "Whether the end of the text stands as it came."
        self._shown: QTextDocument | None = None
        self.setProperty("kind", "prose")
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self.anchorClicked.connect(lambda url: self.followed.emit(url.toString()))
        theme.changed.connect(self._render)
        self._render()

    def show_markdown(self, text: str) -> None:
        self._source, self._markdown = text, True
        self._render()

    def show_plain(self, text: str) -> None:
        """Only what is new is put in where the text merely went on."""
        if self._markdown or not text.startswith(self._source):
            self._source, self._markdown = "", False
            self._render()
        self._append(text)

    def show_growing(self, text: str) -> None:
        """Markdown of which more may come, until `show_markdown`.

        What goes beyond `DRESSED_LIVE` stands as it comes: to lay out all of a long text again
        for each of its pieces would hold the window up.
        """
        if len(text) <= DRESSED_LIVE:
            self.show_markdown(text)
            return
        if not (self._grows and text.startswith(self._source)):
            self.show_markdown(_finished(text))
            self._grows = True
            self._end().insertBlock(QTextBlockFormat(), QTextCharFormat())
        self._append(text)

    @property
    def text(self) -> str:
        """As it was handed in."""
        return self._source

    def natural_width(self) -> int:
        """What the text would take if it had all the room there is."""
        probe = self.document().clone()
        probe.setTextWidth(-1)
        return math.ceil(probe.idealWidth()) + 2 * _EDGE

    def loadResource(self, type: int, name: QUrl | str) -> Any:  # noqa: A002 - Qt's name
        return QPixmap(1, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # it has nothing to scroll; what surrounds it has

    def _append(self, text: str) -> None:
        """text: begins with what is shown."""
        self._end().insertText(text[len(self._source) :])
        self._source = text
        self._fit()

    def _end(self) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor

    def _render(self) -> None:
        self._grows = False
        tokens = self._theme.tokens
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Link, QColor(tokens.accent_text))
        palette.setColor(QPalette.ColorRole.Text, QColor(tokens.text))
        self.setPalette(palette)
        before, self._shown = self._shown, self._document(tokens)
        self.setDocument(self._shown)
        if before is not None:
            before.deleteLater()
        self._fit()

    def _document(self, tokens: Tokens) -> QTextDocument:
        made = _Document(self)
        made.setDocumentMargin(0)
        made.setIndentWidth(XL)
        made.setDefaultFont(scaled_font("body"))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        made.setDefaultTextOption(option)
        made.setUndoRedoEnabled(False)
        if self._markdown:
            made.setMarkdown(self._source, _FEATURES)
            at_once = QTextCursor(made)  # else each change would be laid out by itself
            at_once.beginEditBlock()
            _without_pictures(made)
            _dress(made, tokens)
            at_once.endEditBlock()
        else:
            made.setPlainText(self._source)
        return made

    def _fit(self) -> None:
        document = self.document()
        width = max(self.width() - 2 * _EDGE, 1)
        if document.textWidth() != width:  # Qt lays out everything anew even for the same one
            document.setTextWidth(width)
        height = math.ceil(document.size().height()) + 2 * _EDGE
        if height != self.height():
            self.setFixedHeight(height)


def _finished(text: str) -> str:
    """The blocks of a Markdown text that more text leaves as they are: up to an empty line that
    is in no fence of code."""
    end = text.rfind(_GAP)
    while end > 0 and text.count(_FENCE, 0, end) % 2:
        end = text.rfind(_GAP, 0, end)
    return text[: end + len(_GAP)] if end > 0 else ""


def _blocks(document: QTextDocument) -> list[QTextBlock]:
    found, block = [], document.begin()
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def _span(document: QTextDocument, start: int, end: int) -> QTextCursor:
    cursor = QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(end, _KEEP)
    return cursor


def _without_pictures(document: QTextDocument) -> None:
    """Puts a link of its description in the place of each picture."""
    for block in reversed(_blocks(document)):
        for piece in reversed(block.textFormats()):
            picture = piece.format.toImageFormat()
            if not picture.isValid():
                continue
            start = block.position() + piece.start
            cursor = _span(document, start, start + piece.length)
            cursor.insertText(_described(picture), _link(picture.name()))


def _described(picture: QTextImageFormat) -> str:
    told = picture.property(QTextFormat.Property.ImageAltText)
    return str(told or picture.name())


def _link(address: str) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setAnchor(True)
    shape.setAnchorHref(address)
    shape.setFontUnderline(True)
    return shape


def _dress(document: QTextDocument, tokens: Tokens) -> None:
    """Room between paragraphs; code in its font on its ground; tables with thin lines."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, tokens)
    fences: list[tuple[int, int]] = []
    for block in _blocks(document):
        if _is_code(block):
            start, end = block.position(), block.position() + block.length() - 1
            if fences and fences[-1][1] + 1 == start:
                start = fences.pop()[0]
            fences.append((start, end))
        else:
            _dress_paragraph(document, block, tokens)
    for start, end in reversed(fences):
        _box_code(_span(document, start, end), tokens)


def _is_code(block: QTextBlock) -> bool:
    shape = block.blockFormat()
    return bool(
        shape.hasProperty(QTextFormat.Property.BlockCodeFence)
        or shape.hasProperty(QTextFormat.Property.BlockCodeLanguage)
    )


def _dress_paragraph(document: QTextDocument, block: QTextBlock, tokens: Tokens) -> None:
    shape = QTextBlockFormat()
    loose = block.textList() is None and QTextCursor(block).currentTable() is None
    shape.setTopMargin(M if block.blockFormat().headingLevel() else 0)
    shape.setBottomMargin(S if loose else 2)
    QTextCursor(block).mergeBlockFormat(shape)
    for piece in block.textFormats():
        if piece.format.fontFixedPitch():
            start = block.position() + piece.start
            cursor = _span(document, start, start + piece.length)
            code = _code_format(tokens)
            code.setBackground(QColor(tokens.sunken))
            cursor.mergeCharFormat(code)


def _dress_table(table: QTextTable, tokens: Tokens) -> None:
    shape = table.format()
    assert isinstance(shape, QTextTableFormat)
    shape.setBorder(1)
    shape.setBorderCollapse(True)
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setBorderBrush(QBrush(QColor(tokens.line)))
    shape.setCellPadding(6)
    shape.setCellSpacing(0)
    shape.setTopMargin(S)
    shape.setBottomMargin(S)
    table.setFormat(shape)
    # Qt 6.11 begins a table that follows code with an empty line, and does not make it a heading.
    first = table.cellAt(0, 0)
    cursor = first.firstCursorPosition()
    if not cursor.block().text() and first.lastCursorPosition() != cursor:
        cursor.deleteChar()
        cursor.setPosition(first.lastCursorPosition().position(), _KEEP)
        heading = QTextCharFormat()
        heading.setFontWeight(QFont.Weight.Bold)
        cursor.mergeCharFormat(heading)


def _box_code(cursor: QTextCursor, tokens: Tokens) -> None:
    """Puts the selected lines of code into a box: a table of one cell, which can have padding."""
    code = cursor.selectedText()
    cursor.removeSelectedText()
    rest = QTextBlockFormat()  # Qt keeps a paragraph below a table: it is the gap
    rest.setLineHeight(S, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    cursor.setBlockFormat(rest)
    box = QTextTableFormat()
    box.setBorder(1)
    box.setBorderCollapse(True)
    box.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    box.setBorderBrush(QBrush(QColor(tokens.line)))
    box.setCellPadding(10)
    box.setCellSpacing(0)
    box.setTopMargin(XS)
    box.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    only = cursor.insertTable(1, 1, box).cellAt(0, 0)
    ground = QTextCharFormat()
    ground.setBackground(QColor(tokens.sunken))
    only.setFormat(ground)
    cell = only.firstCursorPosition()
    shape = QTextBlockFormat()
    shape.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    cell.setBlockFormat(shape)
    cell.insertText(code, _code_format(tokens))


def _code_format(tokens: Tokens) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setFont(mono_font(), QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesAll)
    shape.setForeground(QColor(tokens.text))
    return shape
