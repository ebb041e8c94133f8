"""The tray's icons: the brand's giant star and its small companion, reshaped by each state.

State is told by shape first, so that it survives grey panels, colour blindness and macOS, which
takes only a template. Drawn on a grid of 16 for 16 pixels, and rendered up to 64 at 3x.
"""

from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.look.tokens import DARK, LIGHT
from desktop.tray.panel import Panel
from desktop.tray.view import TrayState

_COMPANION = '<path d="M13 0l.9 2.1 2.1.9-2.1.9-.9 2.1-.9-2.1-2.1-.9 2.1-.9z"/>'
_RING = '<circle cx="8" cy="8" r="6.25" fill="none" stroke-width="1.5"/>'


def _star_without(cut: str) -> str:
    return f'<path fill-rule="evenodd" d="M1 8a7 7 0 1014 0a7 7 0 10-14 0z{cut}"/>'


SHAPES: Final = {
    # The star and its companion shine.
    TrayState.SERVING: '<circle cx="7" cy="9" r="6"/>' + _COMPANION,
    # They form around a core.
    TrayState.STARTING: '<circle cx="7" cy="9" r="5.25" fill="none" stroke-width="1.5" '
    'stroke-dasharray="5.5 2.747"/><circle cx="7" cy="9" r="2.25"/>' + _COMPANION,
    # Run down.
    TrayState.DEGRADED: _RING + '<path d="M1.5 8h13a6.5 6.5 0 01-13 0z"/>',
    TrayState.ATTENTION: _star_without("M7 4h2v5h-2zM7 10h2v2h-2z"),
    TrayState.PAUSED: _star_without("M5 5h2v6h-2zM9 5h2v6h-2z"),
    # No way in.
    TrayState.PORT_TAKEN: _RING + '<path d="M3.8 12.200l8.4-8.4" fill="none" stroke-width="1.75"/>',
    # Only its place is left.
    TrayState.STOPPED: _RING,
}
"Elements on a grid of 16 by 16, without colours."

_SIZES: Final = (16, 20, 22, 24, 32, 44, 48, 64, 66, 72, 96, 128, 144, 192)
"Pixels; what panels ask for, at one, two and three pixels a point."


def svg(state: TrayState, panel: Panel) -> str:
    colour = _colour(state, panel)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" '
        f'fill="{colour}"><g stroke="{colour}" stroke-width="0">{SHAPES[state]}</g></svg>'
    )


def icon(state: TrayState, panel: Panel) -> QIcon:
    """The icon at every size; a template where the panel colours it."""
    renderer = QSvgRenderer(QByteArray(svg(state, panel).encode()))
    result = QIcon()
    for size in _SIZES:
        result.addPixmap(_rendered(renderer, size))
    result.setIsMask(panel is Panel.TEMPLATE)
    return result


def _rendered(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def _colour(state: TrayState, panel: Panel) -> str:
    if panel is Panel.TEMPLATE:
        return "#000000"
    tokens = DARK if panel is Panel.DARK else LIGHT
    match state:
        case TrayState.SERVING | TrayState.STARTING:
            return tokens.accent
        case TrayState.DEGRADED:
            return tokens.warn.strong
        case TrayState.ATTENTION | TrayState.PORT_TAKEN:
            return tokens.bad.strong
        case TrayState.PAUSED | TrayState.STOPPED:
            return tokens.off.strong
