"""The shape of a brand, and of what only brands and themes have: colours, fonts, pictures."""

from __future__ import annotations

import re
from typing import Final

from policypages.formats.colour import read_colour
from policypages.formats.schema_fields import Fact, ListOf, Scalar, Shape, refuse, shown

_FONT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,60}")
_PICTURE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*\.(svg|png)")


def _colour(text: str) -> str:
    colour = read_colour(text)
    if colour is None:
        message = f"wants a colour, not {shown(text)}"
        raise refuse(message, 'write six digits of 0-9 and a-f, in quotes: `"#1a56b8"`')
    return colour


def _font(text: str) -> str:
    if not _FONT.fullmatch(text):
        message = f"wants the name of a font, not {shown(text)}"
        raise refuse(message, "write one name an item: `[Inter, Helvetica Neue]`")
    return text


def _picture(text: str) -> str:
    if not _PICTURE.fullmatch(text):
        message = f"wants a picture below content/brand/, not {shown(text)}"
        raise refuse(message, "write its name below that folder, with `.svg` or `.png`: `acme.svg`")
    return text


COLOUR: Final = Scalar(
    _colour,
    {"type": ["string", "number"], "pattern": "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
    wants="a colour",
)
COLOURS: Final = ListOf(COLOUR)
FONT: Final = Scalar(_font, {"type": "string", "pattern": f"^{_FONT.pattern}$"})
FONTS: Final = ListOf(FONT, {"type": ["string", "array"], "items": {"type": "string"}})
PICTURE: Final = Scalar(_picture, {"type": "string", "pattern": f"^{_PICTURE.pattern}$"})

BRAND: Final = Shape(
    "Brand",
    "How the site looks beside its theme. Pictures are files below content/brand/.",
    {
        "accent": Fact(
            COLOUR,
            "The colour of links and marks on light pages; below 4.5 to 1 it is an error.",
            examples=("#0b6b50",),
        ),
        "accent_dark": Fact(
            COLOUR, "The same on dark pages; by default the nearest tint of `accent` that passes."
        ),
        "header": Fact(COLOUR, "The ground of the header; its text is black or white, whichever stands out."),
        "logo": Fact(
            PICTURE, "A picture in the header, before the name: SVG or PNG.", examples=("acme.svg",)
        ),
        "favicon": Fact(PICTURE, "The icon of the site in browsers: SVG or PNG."),
        "font": Fact(
            FONTS, "Fonts that readers may have, before those of the system.", examples=(["Inter"],)
        ),
    },
)
