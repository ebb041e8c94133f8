"""The colours of the two themes, by what they are for.

Pollux is an orange giant star: amber on warm neutrals, with a cool second accent for a second
series. Text has a contrast of at least 4.5:1 on every ground it stands on, signs 3:1; a test
computes them all. Failures are rose, which nobody takes for the accent.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["ok", "info", "warn", "bad", "off"]
"What a state means; never told by its colour alone."
Scheme: TypeAlias = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour for text and signs, and the soft ground that belongs to it."""

    strong: str
    soft: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as #rrggbb."""

    scheme: Scheme
    window: str
    sidebar: str
    surface: str
    "Cards, dialogs, menus."
    sunken: str
    "Fields that are read, tracks of bars."
    line: str
    "Between things; carries no meaning."
    edge: str
    "Of what can be used: fields, switches."
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    accent_text: str
    "Accent as text, also on its soft ground."
    second: str
    "The second series of a chart."
    ok: Pair
    info: Pair
    warn: Pair
    bad: Pair
    off: Pair
    code: str
    on_code: str

    def tone(self, tone: Tone) -> Pair:
        pair: Pair = getattr(self, tone)
        return pair


LIGHT = Tokens(
    scheme="light",
    window="#F6F4F0",
    sidebar="#FCFBF9",
    surface="#FFFFFF",
    sunken="#F6F4F0",
    line="#E4DFD8",
    edge="#8C8377",
    text="#1E1A16",
    muted="#5F574E",
    faint="#6F675D",
    accent="#B44A08",
    accent_hover="#9C3F05",
    on_accent="#FFFFFF",
    accent_soft="#FBE9DB",
    accent_text="#A34305",
    second="#1B6E85",
    ok=Pair("#17703F", "#E0F2E7"),
    info=Pair("#2B52B0", "#E4EBFB"),
    warn=Pair("#855300", "#FBEED2"),
    bad=Pair("#A61242", "#FBE3EA"),
    off=Pair("#5F574E", "#ECE8E2"),
    code="#2A2622",
    on_code="#F1ECE4",
)

DARK = Tokens(
    scheme="dark",
    window="#141210",
    sidebar="#1A1815",
    surface="#211E1B",
    sunken="#181614",
    line="#37322D",
    edge="#8F867A",
    text="#F6F2EB",
    muted="#BBB3A8",
    faint="#A0978B",
    accent="#FF9F45",
    accent_hover="#FFB469",
    on_accent="#241203",
    accent_soft="#3A2815",
    accent_text="#FFB066",
    second="#5BC6DC",
    ok=Pair("#5BD79A", "#173222"),
    info=Pair("#94B6FF", "#1E2B4B"),
    warn=Pair("#F2C15A", "#38290D"),
    bad=Pair("#FF8CAB", "#431826"),
    off=Pair("#BBB3A8", "#2F2B27"),
    code="#181614",
    on_code="#F1ECE4",
)
