"""Contrast, computed as WCAG 2.2 does, of every pair of colours that stand on each other."""

import pytest

from desktop.look.tokens import DARK, LIGHT, Tokens

TEXT, SIGN = 4.5, 3.0
TONES = ("ok", "info", "warn", "bad", "off")
GROUNDS = ("window", "sidebar", "surface", "sunken")

TEXTS = [
    *((text, ground) for text in ("text", "muted") for ground in GROUNDS),
    *(("faint", ground) for ground in GROUNDS),
    *(("accent_text", ground) for ground in (*GROUNDS, "accent_soft")),
    *(("text", f"{tone}_soft") for tone in TONES),
    *((tone, f"{tone}_soft") for tone in TONES),
    *((tone, "surface") for tone in TONES),
    ("text", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_code", "code"),
    ("surface", "text"),
]
"Text, and the ground it is read on: cards, banners, chips, buttons, menus, tooltips, toasts."
SIGNS = [
    *((colour, ground) for colour in ("accent", "second") for ground in GROUNDS),
    *(("edge", ground) for ground in GROUNDS),
    *((tone, "window") for tone in TONES),
    *((tone, "sidebar") for tone in TONES),
    *((colour, "line") for colour in ("accent", "second")),
    ("accent", "accent_soft"),
    ("faint", "surface"),
]
"Lines of charts, edges of fields, focus rings, icons, bars on their tracks."


def colour(tokens: Tokens, name: str) -> str:
    if name.endswith("_soft") and name != "accent_soft":
        return tokens.tone(name.removesuffix("_soft")).soft  # type: ignore[arg-type]  # a Tone
    return tokens.tone(name).strong if name in TONES else str(getattr(tokens, name))  # type: ignore[arg-type]  # a Tone


def luminance(colour_text: str) -> float:
    parts = [int(colour_text[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS, ids="-on-".join)
def test_text_can_be_read(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast(colour(tokens, text), colour(tokens, ground)) >= TEXT


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("sign", "ground"), SIGNS, ids="-on-".join)
def test_signs_can_be_seen(tokens: Tokens, sign: str, ground: str) -> None:
    assert contrast(colour(tokens, sign), colour(tokens, ground)) >= SIGN


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_failures_are_not_taken_for_the_accent(tokens: Tokens) -> None:
    def hue_difference(one: str, other: str) -> int:
        return sum(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5))

    assert hue_difference(tokens.bad.strong, tokens.accent) > 60
