"""Where something is stated: a file and the keys that lead to it; lines are looked up when they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from policypages.diagnostics import Span
from policypages.formats.facts import locate, locate_in_front
from policypages.model import Clause, Origin, SourceFile


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source file: that of the value (or key) at `path`, or `at` where that is known.

    `front` tells the front matter of a clause from a YAML file.
    """

    file: str
    path: tuple[str | int, ...] = ()
    front: bool = False
    key: bool = False
    at: Span | None = None
    data: bytes = field(default=b"", repr=False)

    def span(self) -> Span:
        """Look up the line."""
        return self.at or _located(self)


@lru_cache(4096)
def _located(place: Place) -> Span:
    if not place.path:
        return Span(place.file)
    look = locate_in_front if place.front else locate
    return look(place.file, place.data, place.path, key=place.key)


def in_file(file: SourceFile, path: tuple[str | int, ...], *, key: bool = False) -> Place:
    """Return the place of a value in a YAML file, or of its key."""
    return Place(file.file, path, key=key, data=file.data)


def of_origin(origin: Origin, *, key: bool = False) -> Place:
    """Return the place that an origin names."""
    return in_file(origin.file, origin.path, key=key)


def in_front(clause: Clause, path: tuple[str | int, ...]) -> Place:
    """Return the place of a value in the front matter of a clause."""
    return Place(clause.file.file, path, front=True, data=clause.file.data)


def at_span(span: Span) -> Place:
    """Return a place of which the line is known."""
    return Place(span.file, at=span)
