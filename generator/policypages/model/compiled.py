"""What compile makes of clauses: templates that know what they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from policypages.diagnostics import Span
from policypages.model.loaded import ClauseFile


class TagPlace(NamedTuple):
    """Where a tag of a clause stands, and the fact paths that it prints or loops over."""

    span: Span
    source: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a template reads: fact paths, options, section ids and policy ids, without values."""

    facts: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    sections: bool = False

    def __or__(self, other: Reads) -> Reads:
        """Return what either reads."""
        return Reads(
            self.facts | other.facts,
            self.options | other.options,
            self.refs | other.refs,
            self.links | other.links,
            self.sections or other.sections,
        )


class Finding(NamedTuple):
    """A problem that was met while a template ran: the index of its tag, a code and a message."""

    tag: int
    code: str
    message: str


RenderText = Callable[[Mapping[str, Any]], tuple[str, tuple[Finding, ...]]]


@dataclass(frozen=True, slots=True)
class Text:
    """A compiled template: run it with a scope, get HTML and what was found."""

    source: str
    reads: Reads
    tags: tuple[TagPlace, ...]
    render: RenderText = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Clause:
    """A compiled text of a clause, with its edits applied: old text, new text."""

    file: ClauseFile
    title: Text | None
    summary: Text | None
    body: Text
    depth: int
    digest: str
    edits: tuple[tuple[str, str], ...] = ()
