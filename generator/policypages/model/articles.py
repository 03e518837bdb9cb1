"""The legal text of a page: as it is composed, and as a release froze it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of the contents of a page."""

    number: Annotated[str | None, "The number that stands before the title."]
    title: Annotated[str, "The title of the section."]
    anchor: Annotated[str, "Its id: `#` and this lead to it."]
    children: Annotated[tuple[Heading, ...], "The sections below it."] = ()


class Article(NamedTuple):
    """The legal text of one page: what a release freezes and a redline compares.

    `linked` tells whether it may hold links to other policies, which stand in it by name.
    """

    html: str
    title: str
    contents: tuple[Heading, ...]
    anchors: tuple[str, ...]
    linked: bool


class FrozenArticle(NamedTuple):
    """An article as it was released: what an object holds, byte for byte.

    `html` has links to other policies by name; `facts` are those that it prints, by path, as JSON has
    them. `source` is where it was published before us, if it was.
    """

    title: str
    summary: str | None
    html: str
    contents: tuple[Heading, ...]
    anchors: tuple[str, ...]
    linked: bool
    facts: Mapping[str, Any]
    source: str | None = None
