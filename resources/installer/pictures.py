"""Draws the two pictures of the Windows setup around the icon. Needs Qt, as `icons` does.

Not here: words, since letters would be those of the machine that builds.
"""

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QRadialGradient
from PySide6.QtSvg import QSvgRenderer

SIDE, HEADER = (164, 314), (150, 57)
"Pixels that NSIS's Modern UI 2 has for them: beside the first page, and over the others."

_NIGHT, _DUSK, _GLOW = QColor("#18110d"), QColor("#3b2415"), QColor("#ff9f45")
_STARS = (
    (22, 30, 1.6),
    (136, 22, 1.2),
    (58, 74, 1.0),
    (118, 96, 1.4),
    (30, 132, 1.1),
    (146, 150, 1),
)
"Place and radius of those far away."


def draw(icon: QSvgRenderer, folder: Path) -> None:
    """Writes setup-side.bmp and setup-header.bmp."""
    _side(icon).save(str(folder / "setup-side.bmp"), "BMP")  # type: ignore[call-overload]
    _header(icon).save(str(folder / "setup-header.bmp"), "BMP")  # type: ignore[call-overload]


def _side(icon: QSvgRenderer) -> QImage:
    """The icon over a horizon that it lights."""
    width, height = SIDE
    image = QImage(width, height, QImage.Format.Format_RGB888)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(0, 0, 0, height)
    sky.setColorAt(0, _NIGHT)
    sky.setColorAt(1, _DUSK)
    painter.fillRect(image.rect(), sky)
    glow = QRadialGradient(QPointF(width / 2, height + 30), 190)
    for place, strength in ((0, 0.75), (0.45, 0.28), (1, 0)):
        colour = QColor(_GLOW)
        colour.setAlphaF(strength)
        glow.setColorAt(place, colour)
    painter.fillRect(image.rect(), glow)
    painter.setPen(QColor(0, 0, 0, 0))
    painter.setBrush(QColor("#ffe2b0"))
    for x, y, radius in _STARS:
        painter.drawEllipse(QPointF(x, y), radius, radius)
    icon.render(painter, QRectF((width - 104) / 2, 178, 104, 104))
    painter.end()
    return image


def _header(icon: QSvgRenderer) -> QImage:
    """The icon on the white that the page's head has."""
    width, height = HEADER
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    icon.render(painter, QRectF(width - 53, 5, 47, 47))
    painter.end()
    return image
