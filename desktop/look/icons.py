"""The window's own icons: SVG outlines of 24 by 24, stroked in a colour of the theme.

An icon on a button follows the theme by itself: `put` notes on the button what it shows, and
the theme puts it anew when it changes.
"""

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from desktop.look.tokens import Tokens

NAME_PROPERTY: Final = "iconName"
COLOUR_PROPERTY: Final = "iconColour"

OUTLINES: Final = {
    "overview": '<path d="M4 20V4M4 20h16M9 16v-5M13.5 16V8M18 16v-3"/>',
    "accounts": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.6-3.6 3.3-5.5 6.5-5.5'
    's5.9 1.9 6.5 5.500M16 4.800a3.5 3.5 0 010 6.400M18.5 15c1.7.9 2.7 2.5 3 5"/>',
    "activity": '<path d="M2.5 12h4.500l3-8 4.5 16 3-8h4"/>',
    "connect": '<path d="M9 3v5M15 3v5M6.5 8h11v3.500a5.5 5.5 0 01-11 0zM12 17v4"/>',
    "try_it": '<path d="M4 5h16v11H10l-4.5 4V16H4z"/><path d="M8 9.500h8M8 12.500h5"/>',
    "settings": '<circle cx="12" cy="12" r="3"/><path d="M12 2.500v3M12 18.500v3M2.5 12h3M18.5'
    " 12h3M5.3 5.300l2.1 2.100M16.6 16.600l2.1 2.100M5.3 18.700l2.1-2.100M16.6"
    ' 7.400l2.1-2.1"/>',
    "copy": '<rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2"/><path d="M5.5 15.500h-'
    '.5a1 1 0 01-1-1V5a1 1 0 011-1h9.500a1 1 0 011 1v.5"/>',
    "check": '<path d="M4.5 12.500l5 5 10-11"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "eye": '<path d="M2.5 12c2.3-4.3 5.5-6.5 9.5-6.500s7.2 2.2 9.5 6.500c-2.3 4.3-5.5'
    ' 6.5-9.5 6.500S4.8 16.3 2.5 12z"/><circle cx="12" cy="12" r="3"/>',
    "eye_off": '<path d="M2.5 12c2.3-4.3 5.5-6.5 9.5-6.500s7.2 2.2 9.5 6.500c-2.3 4.3-'
    '5.5 6.5-9.5 6.500S4.8 16.3 2.5 12z"/><path d="M4.5 4.500l15 15"/>',
    "pause": '<path d="M8.5 5v14M15.5 5v14"/>',
    "play": '<path d="M7.5 4.500v15l12-7.500z"/>',
    "stop": '<rect x="6" y="6" width="12" height="12" rx="1.5"/>',
    "more": '<circle cx="5" cy="12" r="1"/><circle cx="12" cy="12" r="1"/>'
    '<circle cx="19" cy="12" r="1"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.500l5 5"/>',
    "refresh": '<path d="M19.5 12a7.5 7.5 0 11-2.2-5.300L19.5 9M19.5 4v5h-5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.500l3.5 2"/>',
    "moon": '<path d="M20 14.500A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.500z"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2.500v2.500M12 19v2.500M2.5 12H5M19 12h2.5'
    'M5.3 5.300L7 7M17 17l1.7 1.700M5.3 18.700L7 17M17 7l1.7-1.7"/>',
    "warning": '<path d="M12 4L2.8 20h18.400zM12 10v4.500M12 17.300v.2"/>',
    "error": '<path d="M8.2 3h7.600L21 8.200v7.600L15.8 21H8.200L3 15.800V8.200zM12 7.500v5.500M12'
    ' 16.300v.2"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.500M12 7.500v.2"/>',
    "off": '<circle cx="12" cy="12" r="8.5"/><path d="M6 18L18 6"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2"/>'
    '<path d="M8 10.500V7.500a4 4 0 018 0v3M12 14.500v2"/>',
    "key": '<circle cx="7.5" cy="16.5" r="4"/><path d="M10.5 13.500L20 4M16 8l3 3M13.5'
    ' 10.500l2 2"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.500c.9-4 3.8-6 7.5-6s6.6 2 7.5 6"/>',
    "robot": '<rect x="4" y="8.5" width="16" height="11" rx="2.5"/><path d="M12 4v4.500M9'
    ' 13v2M15 13v2M2 13v3M22 13v3"/>',
    "folder": '<path d="M3 6.500V18a1.5 1.5 0 001.5 1.500h15A1.5 1.5 0 0021 18V8.500A1.5 1.5'
    ' 0 0019.5 7H12L9.5 4.500h-5A1.5 1.5 0 003 6z"/>',
    "import": '<path d="M12 3.500v11M7.5 10.500l4.5 4.5 4.5-4.500M4 19.500h16"/>',
    "export": '<path d="M12 15V4M7.5 8L12 3.5 16.5 8M4 19.500h16"/>',
    "trash": '<path d="M4 6.500h16M9.5 6V4h5v2M6.5 6.500l1 14h9l1-14M10.5 10.500v6M13.5 10.500v'
    '6"/>',
    "edit": '<path d="M4 20l1-4.500L16.5 4l3.5 3.500L8.5 19zM14 6.500l3.5 3.5"/>',
    "link": '<path d="M10 14a4 4 0 005.7.3l4-4a4 4 0 00-5.7-5.700l-1.5 1.500M14 10a4 4 0 00-5.7-.3'
    'l-4 4a4 4 0 005.7 5.700l1.5-1.5"/>',
    "open": '<path d="M13.5 4H20v6.500M20 4l-9.5 9.500M10 5H5a1 1 0 00-1 1v13a1 1 0 001 1h13a1 1'
    ' 0 001-1v-5"/>',
    "send": '<path d="M4 4l17 8-17 8 3-8zM7 12h14"/>',
    "undo": '<path d="M9 6L4 11l5 5M4.5 11H14a5.5 5.5 0 010 11h-2" transform="translate(0 -2)"/>',
    "chevron_down": '<path d="M6 9.500l6 6 6-6"/>',
    "chevron_right": '<path d="M9.5 6l6 6-6 6"/>',
    "chevron_left": '<path d="M14.5 6l-6 6 6 6"/>',
    "spark": '<path d="M12 2.500c.8 5.7 3.8 8.7 9.5 9.5-5.7.8-8.7 3.8-9.5 9.5-.8-5.7-3.8-'
    '8.7-9.5-9.5 5.7-.8 8.7-3.8 9.5-9.500z"/>',
    "shield": '<path d="M12 3l8 3v6c0 5-3.5 8-8 9.500C7.5 20 4 17 4 12V6zM8.5 12l2.5 2.5 4.5-5"/>',
    "bolt": '<path d="M13 2.500L5 13.500h6l-1 8 8.5-11.500h-6.500z"/>',
    "bell": '<path d="M6 17V11a6 6 0 0112 0v6l1.5 1.500h-15zM10 21h4M12 3v2"/>',
    "power": '<path d="M12 3v9M7 5.800a8 8 0 1010 0"/>',
    "terminal": '<rect x="3" y="4.5" width="18" height="15" rx="2"/><path d="M7 9l3 3-3 3M12.5'
    ' 15.500H17"/>',
    "code": '<path d="M8 7l-5 5 5 5M16 7l5 5-5 5M14 4.500l-4 15"/>',
    "app": '<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><path d="M3.5 9h17M6.5 6.800h.1'
    'M9 6.800h.1"/>',
}

MIRRORED: Final = frozenset({"chevron_right", "chevron_left", "send", "undo", "open", "try_it"})
"Icons that point in the direction of reading."


def picture(name: str, colour: str, size: QSize, ratio: float = 1.0) -> QPixmap:
    """name: of OUTLINES; size: in device-independent pixels; ratio: device pixels to one."""
    return _picture(name, colour, size.width(), size.height(), ratio)


@lru_cache(maxsize=512)
def _picture(name: str, colour: str, width: int, height: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw(painter, name, colour, QRectF(0, 0, width, height))
    painter.end()
    return pixmap


def draw(painter: QPainter, name: str, colour: str, rect: QRectF) -> None:
    """Draws an icon into a rectangle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, colour).render(painter, rect)


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" '
        f'stroke="{colour}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">'
        f"{OUTLINES[name]}</svg>"
    )
    return QSvgRenderer(QByteArray(svg.encode()))


def icon(
    name: str, colour: str, size: int = 18, *, mirrored: bool = False, disabled: str = ""
) -> QIcon:
    """An icon with pictures for 1x, 2x and 3x. disabled: its colour on a disabled button."""
    result = QIcon()
    for ratio in (1.0, 2.0, 3.0):
        for each, mode in ((colour, QIcon.Mode.Normal), (disabled, QIcon.Mode.Disabled)):
            if each:
                result.addPixmap(_turned(name, each, size, ratio, mirrored=mirrored), mode)
    return result


def _turned(name: str, colour: str, size: int, ratio: float, *, mirrored: bool) -> QPixmap:
    pixmap = picture(name, colour, QSize(size, size), ratio)
    if mirrored and name in MIRRORED:
        pixmap = QPixmap.fromImage(pixmap.toImage().flipped(Qt.Orientation.Horizontal))
        pixmap.setDevicePixelRatio(ratio)
    return pixmap


def put(button: QAbstractButton, name: str, tokens: Tokens, colour: str = "text") -> None:
    """Shows an icon on a button, in a colour of the theme, from now on in every theme."""
    button.setProperty(NAME_PROPERTY, name)
    button.setProperty(COLOUR_PROPERTY, colour)
    refresh(button, tokens)


def refresh(button: QAbstractButton, tokens: Tokens) -> None:
    """Draws the icon that `put` noted anew."""
    name, colour = button.property(NAME_PROPERTY), button.property(COLOUR_PROPERTY)
    if name:
        mirrored = button.layoutDirection() == Qt.LayoutDirection.RightToLeft
        shown = colour_of(tokens, colour)
        button.setIcon(icon(name, shown, mirrored=mirrored, disabled=tokens.faint))


def colour_of(tokens: Tokens, colour: str) -> str:
    """The colour of a field of Tokens, or the strong one of a tone."""
    value = getattr(tokens, colour)
    return value if isinstance(value, str) else str(value.strong)
