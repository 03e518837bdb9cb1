"""Find who wrote an address that stands on a page: a clause, a fact, or a template of the theme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from policypages.checks.kinds import MadePage, PageView, leaves
from policypages.checks.marks import TAG, ThemeMarks, could_make
from policypages.diagnostics import Span
from policypages.formats.clauses import Place, encode_url
from policypages.formats.origins import origin_in, span_of
from policypages.model import Section

_TARGET: Final = re.compile(rf"(?<=\]\()\s*<?((?:[^\s(){{<>]|{TAG})*{TAG}(?:[^\s(){{<>]|{TAG})*)")


class Writer(NamedTuple):
    """A place that gave a page an address: `by_hand` where a clause states it in full.

    `written` is what stands there, where that is words with tags.
    """

    section: Section | None
    span: Span | None
    by_hand: bool = False
    written: str | None = None


def writers_of(address: str, page: MadePage, theme: ThemeMarks) -> list[Writer]:
    """Return the places that gave a page an address; one without a place where none is found."""
    found = [*_in_texts(address, page.view)] if page.view is not None else []
    found += [Writer(None, span) for span in theme.places(address, is_id=False)]
    if not found and page.view is not None:
        found = _in_targets(address, page.view) or _in_facts(address, page.view)
    if not found:
        found = [Writer(None, one.span, written=one.value) for one in theme.with_tags(address)]
    return found or [Writer(None, None)]


def _in_texts(address: str, view: PageView) -> Iterator[Writer]:
    for section, text in view.texts:
        for link in text.prose.links:
            if link.target == address:
                yield Writer(section, link.span, by_hand=True)


def _in_facts(address: str, view: PageView) -> list[Writer]:
    """Find the fact that is the whole of an address."""
    entity = view.entity
    return [
        Writer(None, span_of(origin_in(entity, path)))
        for path, value in leaves(entity.values)
        if isinstance(value, str) and len(value) > 1 and encode_url(value.strip()) == address
    ][:1]


def _in_targets(address: str, view: PageView) -> list[Writer]:
    """Find the link targets whose words and tags could have made an address."""
    found = []
    for section, text in view.texts:
        file = text.file
        for target in _TARGET.finditer(file.body):
            if could_make(target[1], address):
                span = Place(file.file, file.line, file.body).span(target.start(1), len(target[1]))
                found.append(Writer(section, span, written=target[1]))
    return found
