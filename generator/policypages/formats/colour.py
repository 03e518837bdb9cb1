"""Colours as people write them, and the contrast of two as WCAG 2 reckons it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

TEXT_RATIO: Final = 4.5
"""What WCAG 2 asks of text at level AA: success criterion 1.4.3."""
_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_STEPS: Final = 256
_MANY: Final = 1024

Rgb = tuple[int, int, int]


def read_colour(text: str) -> str | None:
    """Return a colour as `#rrggbb`, whether its `#` is there and however many digits; None for no colour."""
    match = _COLOUR.fullmatch(text)
    if match is None:
        return None
    digits = match[1].lower()
    return f"#{digits if len(digits) > 3 else ''.join(2 * digit for digit in digits)}"  # noqa: PLR2004 - #rgb


def luminance(colour: str) -> float:
    """Return how light a colour is, from 0 to 1: relative luminance in WCAG 2."""
    red, green, blue = (_linear(part / 255) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lowest(colour: str, grounds: Iterable[str]) -> float:
    """Return the contrast of a colour with that of some grounds on which it stands out least."""
    return min((contrast(colour, ground) for ground in grounds), default=21.0)


@lru_cache(_MANY)
def nearest_fit(colour: str, grounds: tuple[str, ...], ratio: float = TEXT_RATIO) -> str | None:
    """Return a colour, else the nearest shade or tint of it that stands out on all grounds; None for none.

    A shade goes towards black and a tint towards white, in equal steps; the shorter way is taken.
    """
    for step in range(_STEPS):
        for end in ("#000000", "#ffffff"):
            tried = mixed(colour, end, step / (_STEPS - 1))
            if lowest(tried, grounds) >= ratio:
                return tried
    return None


def ink_on(ground: str) -> str:
    """Return black or white, whichever stands out more on a ground: one of them always does by 4.5."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, ground))


def stronger(colour: str, ground: str, share: float = 0.3) -> str:
    """Return a colour that stands out more on a ground: a part of the way towards its ink."""
    return mixed(colour, ink_on(ground), share)


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with a share of another in it, as `color-mix(in srgb, …)` would."""
    parts = (round(one + (to - one) * share) for one, to in zip(_rgb(colour), _rgb(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - of sRGB


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
