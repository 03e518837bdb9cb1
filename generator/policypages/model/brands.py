"""What a site looks like beside its theme: colours and letters as CSS, a logo and an icon."""

from __future__ import annotations

from typing import NamedTuple


class Picture(NamedTuple):
    """A picture that was read and found harmless; `ending` is `svg` or `png`, the size is in CSS pixels."""

    ending: str
    data: bytes
    width: int
    height: int


class Brand(NamedTuple):
    """The brand of an entity, the same object for all entities that state the same.

    `css` comes behind the stylesheet of the theme; `digest` tells it from others; `files` are the
    sources of its pictures.
    """

    css: str
    logo: Picture | None
    icon: Picture | None
    files: tuple[str, ...]
    digest: str
