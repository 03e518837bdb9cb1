"""What the sections of a page read: each fact and option that they print or test, and by which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from policypages.formats.templates.texts import LEVEL, scope_of
from policypages.formats.templates.traced import Mode, read_on_page
from policypages.inquiry.pages import Page, Part
from policypages.inquiry.places import Place, at_span, in_front, of_origin
from policypages.model import Section, Text

By = Literal["text", "title", "summary", "when", "shows"]
"""What of a section reads: its text, title or summary, its condition, or what it shows."""

CARD: Final = ("organisation", "department", "person", "address", "email", "phone", "fax", "form", "hours")
COLUMNS: Final = ("name", "type", "purpose", "category", "provider", "duration")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading on one page, by the tag (or the `shows`) that is `source` and stands at `place`."""

    path: tuple[str, ...]
    mode: Mode
    by: By
    place: Place
    source: str


class PageReader:
    """Finds what the sections of one page read."""

    def __init__(self, page: Page) -> None:
        self._page = page
        task = page.task
        self._scope = scope_of(task.facts, locale=task.entity.locale, refs=task.refs, links=task.links)

    def of(self, part: Part) -> Iterator[Reading]:
        """Yield what a section reads where it is on the page: title, summary, text, and what it shows."""
        section = part.section
        if section is None:
            return
        title = title_of(part)
        if title is not None:
            place = self.title_place(part)
            scope = {**self._scope, "option": section.options}
            for read in read_on_page(title, scope):
                yield Reading(read.path, read.mode, "title", place, title.tags[read.tag].source)
        if section.clause is not None:
            body = section.clause.body
            scope = {
                **self._scope,
                "option": section.options,
                "sections": section.counts,
                LEVEL: section.level,
            }
            if section.summary is not None:
                place = in_front(section.clause, ("summary",))
                for read in read_on_page(section.summary, scope):
                    tag = section.summary.tags[read.tag]
                    yield Reading(read.path, read.mode, "summary", place, tag.source)
            for read in read_on_page(body, scope):
                tag = body.tags[read.tag]
                yield Reading(read.path, read.mode, "text", at_span(tag.span), tag.source)
        if section.shows:
            place = self._shown_at(section)
            for path, mode in self._shown(section.shows):
                yield Reading(path, mode, "shows", place, f"shows: {section.shows}")

    def when(self, part: Part) -> Iterator[Reading]:
        """Yield what the condition of a section tests, whatever it came to."""
        condition = part.settled.when
        if condition is None:
            return
        place = self.when_place(part)
        for path in sorted(condition.reads.facts):
            yield Reading((*path.split("."),), "test", "when", place, f"when: {when_of(part)}")

    # ---- places

    def title_place(self, part: Part) -> Place:
        """Find what states the title of a section: the outline, an adjustment, or the clause."""
        node, section = part.settled.node, part.section
        if node.values.get("title") or section is None or section.clause is None:
            return of_origin(self._page.outline.tree.stated(node, "title"))
        return in_front(section.clause, ("title",))

    def when_place(self, part: Part) -> Place:
        """Find what states the condition of a section."""
        return of_origin(self._page.outline.tree.stated(part.settled.node, "when"))

    @staticmethod
    def _shown_at(section: Section) -> Place:
        if section.shown_at is not None:
            return of_origin(section.shown_at)
        return (
            in_front(section.clause, ("shows",)) if section.clause is not None else of_origin(section.origin)
        )

    # ---- contacts and tables

    def _shown(self, shows: str) -> Iterator[tuple[tuple[str, ...], Mode]]:
        """Yield what a contact or a table reads; a field that is not set is only looked for."""
        facts = self._page.task.facts
        kind, _, name = shows.partition(".")
        entries: Mapping[str, Any] = facts.get(kind) or {}
        if kind == "contacts":
            yield (kind, name), "test"
            contact: Mapping[str, Any] = entries.get(name) or {}
            for field in CARD:
                yield (kind, name, field), "print" if contact.get(field) else "test"
            if contact.get("phone"):
                yield (kind, name, "toll_free"), "test"
            return
        yield (kind,), "loop"
        for key, entry in entries.items():
            if kind == "retention":
                yield (kind, key), "print" if entry else "test"
                continue
            for column in COLUMNS:
                yield (kind, key, column), "print" if entry[column] else "test"


def title_of(part: Part) -> Text | None:
    """Return the template of a section's title, where it has one and the page shows it."""
    return part.settled.title if part.settled.heading != "none" else None


def when_of(part: Part) -> str:
    """Return the condition of a section as it is written."""
    return " ".join(str(part.settled.node.values["when"]).split())
