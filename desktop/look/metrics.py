"""Spacing and type scales. Lengths are in device-independent pixels, type is relative to the
application's font, so that a larger system font makes everything larger."""

from typing import Final

XS: Final = 4
S: Final = 8
M: Final = 12
L: Final = 16
XL: Final = 24
XXL: Final = 32

RADIUS: Final = 10
"Of cards; fields and buttons have 8."
CONTROL_HEIGHT: Final = 34
"Of buttons and fields, at the least."
SIDEBAR_WIDTH: Final = 204

TYPE: Final = {
    "caption": 0.88,
    "body": 1.0,
    "title": 1.12,
    "page": 1.75,
    "figure": 2.0,
}
"Sizes by role, as multiples of the application's font."

BASE_PT: Final = 10.0
"Size of the application's font where the system names none."
SANS: Final = ("Inter", "Segoe UI Variable Text", "Segoe UI", "SF Pro Text", "Noto Sans")
MONO: Final = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "Menlo", "DejaVu Sans Mono")
