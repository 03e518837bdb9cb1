"""Explain a page: for each section its text, what states it, its condition, and the facts it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from policypages.diagnostics import Span
from policypages.formats.templates.traced import Mode
from policypages.inquiry.origins import Stated, find, follows_from, in_words, stated, value_at
from policypages.inquiry.pages import Page, Part, omitted_from, walk
from policypages.inquiry.places import Place, in_file, in_front, of_origin
from policypages.inquiry.readings import PageReader, Reading, when_of
from policypages.model import Origin
from policypages.plan.tree import Node, walk_nodes

Why = Literal["omitted", "when"]
_PRINTS: Final = frozenset({"print", "count"})
_GROUP: Final = 2  # `contacts.privacy` and `cookies`, which are not facts of their own
_REFERENCES: Final = frozenset({"ref", "link"})


@dataclass(frozen=True, slots=True)
class StatedAt:
    """Where a fact is stated: its path, its value, the place, by whom, and whether that is an ancestor."""

    path: str
    value: str | None
    span: Span
    by: str
    inherited: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a section reads: `value` in words, None where it is not set.

    `printed` tells it from one that is only tested; `title` from one that the text alone reads.
    `spans` are the tags that read it. `stated` is where it stands, empty where nobody states it; a
    derived fact (`follows`) has one for each fact that it follows from.
    """

    path: str
    value: str | None
    printed: bool
    title: bool
    spans: tuple[Span, ...]
    stated: tuple[StatedAt, ...]
    follows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a section's clause: set where it stands, or left at its default."""

    name: str
    value: str | None
    span: Span
    default: bool
    by: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A small replacement in the text of a clause, and where it is stated."""

    old: str
    new: str
    span: Span


@dataclass(frozen=True, slots=True)
class Condition:
    """The `when` of a section, what it came to on this page, and the facts that it tests."""

    source: str
    span: Span
    holds: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What an entity (or a policy, for one locale) changes of a section: the keys, and why."""

    keys: tuple[str, ...]
    span: Span
    by: str
    because: str | None


@dataclass(frozen=True, slots=True)
class Reference:
    """Another section or policy that a section names by its title or number."""

    target: str
    part: str
    shows: str
    span: Span


@dataclass(frozen=True, slots=True)
class SectionExplained:
    """One section of a page.

    `text` is where the body of its clause begins, None for a heading alone; `outline` is what puts
    the section there, in the file of `outline_by`.
    """

    id: str
    anchor: str
    number: str | None
    title: str
    heading: str
    clause: str | None
    variant: str | None
    locale: str | None
    text: Span | None
    outline: Span
    outline_by: str
    because: str | None
    adjusted: tuple[Adjustment, ...]
    edits: tuple[Edit, ...]
    when: Condition | None
    options: tuple[Option, ...]
    shows: str | None
    facts: tuple[Fact, ...]
    references: tuple[Reference, ...]
    sections: tuple[SectionExplained, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A section of the outline that is not on the page, why, and which others went with it."""

    id: str
    why: Why
    because: str | None
    span: Span
    when: Condition | None
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageExplained:
    """A page: its address, the file it is written to, its sections, and those left out."""

    address: str
    output: str
    entity: str
    name: str
    policy: str
    locale: str
    title: str
    sections: tuple[SectionExplained, ...]
    left_out: tuple[LeftOut, ...]


def explain_page(page: Page) -> PageExplained:
    """Say of each section of a page where it comes from."""
    work = _Explaining(page)
    site = page.task.site
    return PageExplained(
        address=page.address,
        output=page.path,
        entity=page.entity.id,
        name=site.name,
        policy=page.task.policy,
        locale=site.locale,
        title=page.task.title,
        sections=tuple([work.section(part) for part in page.parts if part.section is not None]),
        left_out=tuple(work.left_out()),
    )


def every_section(page: PageExplained) -> Iterator[SectionExplained]:
    """Yield the sections of a page in its order."""

    def below(sections: tuple[SectionExplained, ...]) -> Iterator[SectionExplained]:
        for section in sections:
            yield section
            yield from below(section.sections)

    return below(page.sections)


class _Explaining:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.reader = PageReader(page)
        self.tree = page.outline.tree

    def section(self, part: Part) -> SectionExplained:
        section, node = part.section, part.settled.node
        assert section is not None  # noqa: S101 - only sections of the page are explained
        file = section.clause.file if section.clause is not None else None
        readings = list(self.reader.of(part))
        return SectionExplained(
            id=section.id,
            anchor=section.anchor,
            number=section.number,
            title=section.title,
            heading=section.heading,
            clause=file.id if file is not None else None,
            variant=file.variant if file is not None else None,
            locale=file.locale if file is not None else None,
            text=Span(file.file, file.line + _blank_lines(file.body)) if file is not None else None,
            outline=of_origin(node.origin).span(),
            outline_by=node.origin.file.id,
            because=section.because,
            adjusted=tuple(self._adjusted(node.id)),
            edits=tuple(self._edits(part)),
            when=self._condition(part, holds=True),
            options=tuple(self._options(part, readings)),
            shows=section.shows,
            facts=self._facts(readings, section.counts),
            references=tuple(self._references(readings)),
            sections=tuple([self.section(child) for child in part.children if child.section is not None]),
        )

    def left_out(self) -> Iterator[LeftOut]:
        for node in omitted_from(self.page):
            below = tuple(each.id for each in walk_nodes(node.children))
            place, because = self._omit_place(node)
            yield LeftOut(node.id, "omitted", because, place.span(), None, below)
        yield from self._not_met(self.page.parts)

    def _not_met(self, parts: tuple[Part, ...]) -> Iterator[LeftOut]:
        for part in parts:
            if part.section is not None:
                yield from self._not_met(part.children)
                continue
            below = tuple(each.id for each in walk(part.children))
            condition = self._condition(part, holds=False)
            place = self.reader.when_place(part) if condition else of_origin(part.settled.node.origin)
            yield LeftOut(part.id, "when", None, place.span(), condition, below)

    # ---- what states a section

    def _adjusted(self, id_: str) -> Iterator[Adjustment]:
        policy, entity = self.tree.policy, self.page.entity
        in_locale = value_at(policy.values, ("in", entity.locale, "adjust", id_))
        if in_locale:
            place = in_file(policy, ("in", entity.locale, "adjust", id_), key=True)
            yield Adjustment(_keys(in_locale), place.span(), policy.id, in_locale.get("because"))
        path = ("policies", policy.id, "adjust", id_)
        own = value_at(entity.values, path)
        found = find(entity, path)
        if own and found is not None:
            file, keys = found
            place = in_file(file, keys, key=True)
            yield Adjustment(_keys(own), place.span(), file.id, own.get("because"))

    def _edits(self, part: Part) -> Iterator[Edit]:
        node = part.settled.node
        for old, new in (node.values.get("edits") or {}).items():
            if new is not None:
                yield Edit(old, new, of_origin(self.tree.stated(node, "edits", old), key=True).span())

    def _omit_place(self, node: Node) -> tuple[Place, str | None]:
        """Find what omits a section: the entity, the policy for this locale, or the outline itself."""
        policy, entity = self.tree.policy, self.page.entity
        path = ("policies", policy.id, "adjust", node.id)
        found = find(entity, (*path, "omit")) if value_at(entity.values, (*path, "omit")) else None
        if found is not None:
            return in_file(*found), value_at(entity.values, (*path, "because"))
        in_locale = ("in", entity.locale, "adjust", node.id)
        if value_at(policy.values, (*in_locale, "omit")):
            return in_file(policy, (*in_locale, "omit")), value_at(policy.values, (*in_locale, "because"))
        return of_origin(Origin(node.origin.file, (*node.origin.path, "omit"))), node.because

    # ---- conditions, options and facts

    def _condition(self, part: Part, *, holds: bool) -> Condition | None:
        if part.settled.when is None:
            return None
        facts = self._facts(list(self.reader.when(part)))
        return Condition(when_of(part), self.reader.when_place(part).span(), holds, facts)

    def _options(self, part: Part, readings: list[Reading]) -> Iterator[Option]:
        """Say of each option that is read on this page, or set for it, what it came to."""
        section, node = part.section, part.settled.node
        if section is None or section.clause is None:
            return
        given = node.values.get("with") or {}
        read = {reading.path[1] for reading in readings if reading.path[0] == "option" and reading.path[1:]}
        for name, value in section.options.items():
            if name in given:
                origin = self.tree.stated(node, "with", name)
                place = of_origin(origin)
                yield Option(name, in_words(value), place.span(), default=False, by=origin.file.id)
            elif name in read:
                place = in_front(section.clause, ("options", name, "default"))
                yield Option(name, in_words(value), place.span(), default=True, by=section.clause.file.id)

    def _facts(self, readings: list[Reading], counts: Mapping[str, Any] | None = None) -> tuple[Fact, ...]:
        """Gather readings by fact, those that are printed first, each in the order of the text.

        `counts` are the numbers of the sections below, which a text reads as it reads facts.
        """
        modes: dict[tuple[str, ...], list[tuple[Mode, Reading]]] = {}
        for reading in readings:
            if reading.path[0] not in {"option", *_REFERENCES}:
                modes.setdefault(reading.path, []).append((reading.mode, reading))
        out = []
        facts = {**self.page.task.facts, "sections": counts}
        for path, found in modes.items():
            printed = any(mode in _PRINTS for mode, _ in found)
            value = in_words(value_at(facts, path))
            by_shows = all(reading.by == "shows" for _, reading in found)
            if not printed and by_shows and (value is None or len(path) <= _GROUP):
                continue  # a contact or a table looks for much that is not set
            spans = dict.fromkeys(reading.place.span() for _, reading in found)
            title = any(reading.by == "title" for _, reading in found)
            follows = tuple(".".join(each) for each in follows_from(path))
            where = tuple(self._stated_at(each) for each in stated(self.page, path))
            out.append(Fact(".".join(path), value, printed, title, tuple(spans), where, follows))
        return tuple(sorted(out, key=lambda fact: not fact.printed))

    def _stated_at(self, one: Stated) -> StatedAt:
        path = one.path.split(".")
        value = in_words(
            value_at(self.page.task.facts, ["policy", path[-1]] if path[0] == "policies" else path)
        )
        return StatedAt(one.path, value, one.place.span(), one.by, one.inherited)

    def _references(self, readings: list[Reading]) -> Iterator[Reference]:
        task = self.page.task
        for reading in dict.fromkeys(readings):
            kind = reading.path[0]
            if kind not in _REFERENCES:
                continue
            targets: Mapping[str, Any] = task.refs if kind == "ref" else task.links
            target = targets.get(reading.path[1])
            shows = "" if target is None else (target.number if reading.mode == "number" else target.title)
            name = f'{kind}("{reading.path[1]}")'
            yield Reference(name, reading.mode, shows or "", reading.place.span())


def _keys(change: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        key for key, value in change.items() if key not in {"because", "allow"} and value is not None
    )


def _blank_lines(body: str) -> int:
    """Count the empty lines before the first words of a body."""
    lines = body.split("\n")
    return next((number for number, line in enumerate(lines) if line.strip()), 0)
