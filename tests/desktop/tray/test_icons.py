from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QImage

from desktop.tray.icons import icon
from desktop.tray.panel import Panel
from desktop.tray.view import TrayState

pytestmark = pytest.mark.usefixtures("qapp")

GROUND = {Panel.LIGHT: "#f4f4f4", Panel.DARK: "#1c1c1e"}


def opacity(state: TrayState, size: int = 16) -> bytes:
    """The silhouette alone: one byte of opacity a pixel."""
    image = icon(state, Panel.TEMPLATE).pixmap(size, size).toImage()
    return bytes(image.convertToFormat(QImage.Format.Format_Alpha8).constBits())


@pytest.mark.parametrize(("one", "other"), list(combinations(TrayState, 2)))
def test_states_differ_in_shape_at_16_pixels_without_colour(
    one: TrayState, other: TrayState
) -> None:
    pairs = zip(opacity(one), opacity(other), strict=True)
    clearly_different = sum(abs(a - b) > 127 for a, b in pairs)
    assert clearly_different >= 8


@pytest.mark.parametrize("panel", list(GROUND))
@pytest.mark.parametrize("state", list(TrayState))
def test_every_icon_stands_out_on_its_panel(state: TrayState, panel: Panel) -> None:
    image = icon(state, panel).pixmap(64, 64).toImage()
    pixels = (image.pixelColor(x, y) for x in range(64) for y in range(64))
    drawn = next(pixel for pixel in pixels if pixel.alpha() == 255)
    assert contrast(drawn, QColor(GROUND[panel])) >= 3


def contrast(one: QColor, other: QColor) -> float:
    """As WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: QColor) -> float:
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("size", [16, 22, 24, 32, 48, 64])
@pytest.mark.parametrize("ratio", [1, 2, 3])
def test_panels_of_every_size_and_density_get_a_picture_that_is_not_blown_up(
    size: int, ratio: int
) -> None:
    sizes = icon(TrayState.SERVING, Panel.LIGHT).availableSizes()
    assert any(available.width() == size * ratio for available in sizes)


def test_only_the_template_is_coloured_by_the_system() -> None:
    assert icon(TrayState.SERVING, Panel.TEMPLATE).isMask()
    assert not icon(TrayState.SERVING, Panel.DARK).isMask()


def test_the_ground_of_an_icon_is_transparent() -> None:
    image = icon(TrayState.SERVING, Panel.LIGHT).pixmap(32, 32).toImage()
    assert image.pixelColor(0, 0).alpha() == 0
