"""Resolve the outline of one policy for one entity: adjustments, conditions, titles, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, compress
from typing import Any, Final, NamedTuple

from policypages.diagnostics import Diagnostic, Label, problem
from policypages.formats.facts import may_state
from policypages.formats.origins import span_of
from policypages.formats.templates.texts import plain, scope_of
from policypages.model import Entity, Finding, Heading, Section, Site, SourceFile, Target
from policypages.plan.keys import Sealed, digest
from policypages.plan.settle import NO_SOURCES, RESERVED, Compiling, Outline, Run, Settled

_NONE: Final[frozenset[str]] = frozenset()


class Resolved(NamedTuple):
    """An outline as it stands on one page.

    `sections` are those of the top, `every` are all in the order of the page; `was` leads from former
    ids to present ones. `reads` are the facts that its clauses and tables read (what conditions and
    titles read shows in which sections there are, and in their titles), `links` what they name of the
    site, `uses` and `clauses` are the clauses themselves: their names, and what keys have of them.
    """

    sections: tuple[Section, ...]
    every: tuple[Section, ...]
    was: Mapping[str, str]
    reads: frozenset[str]
    links: frozenset[str]
    uses: frozenset[str]
    clauses: Sealed


class OutlineResolver:
    """Resolves outlines; what entities share of one is settled once."""

    def __init__(self, site: Site, compiler: Compiling) -> None:
        self._site = site
        self._compiler = compiler
        self._shared: dict[tuple[str, str, bool], Outline] = {}

    def resolve(
        self, entity: Entity, policy: SourceFile, facts: Mapping[str, Any]
    ) -> tuple[Resolved, list[Diagnostic]]:
        """Return the outline of a policy as this entity has it."""
        work = _Resolving(self.outline(entity, policy), entity, facts)
        return work.run(), work.found

    def outline(self, entity: Entity, policy: SourceFile) -> Outline:
        """Return the sections of a policy before the facts of this entity are looked at."""
        own = (entity.values.get("policies") or {}).get(policy.id) or {}
        if own.get("adjust") or own.get("sections"):
            return Outline(self._site, self._compiler, entity, policy)
        locales = entity.values.get("locales") or (self._site.settings.locale,)
        key = (policy.id, entity.locale, entity.locale == locales[0])
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = Outline(self._site, self._compiler, entity, policy)
        return known


class _Resolving:
    """The resolving of one outline; problems are gathered in `found`."""

    def __init__(self, outline: Outline, entity: Entity, facts: Mapping[str, Any]) -> None:
        self.outline = outline
        self.entity = entity
        self.scope = scope_of(facts, locale=entity.locale, refs={}, links={})
        self.found: list[Diagnostic] = []
        self.sources = [NO_SOURCES]
        self.was: dict[str, str] = {}
        self.every: list[Section] = []
        if outline.found:
            self._tell(outline.found)

    def run(self) -> Resolved:
        sections = self._sections(self.outline.runs, numbered=False, prefix="")
        every = tuple(self.every)
        if not self.outline.distinct:
            self._complain_of_anchors(every)
        facts, links, uses, tags, digests, sums = zip(*self.sources, strict=True)
        clauses = Sealed("".join(tags), "".join(digests), "".join(sums))
        return Resolved(
            sections, every, self.was, _NONE.union(*facts), _NONE.union(*links), _NONE.union(*uses), clauses
        )

    # ---- conditions

    def _standing(self, run: Run) -> Iterable[Settled]:
        """Leave out what a condition keeps away."""
        group = self.scope.get(run.group)
        if type(group) is dict:  # as the templates of the conditions would look, all at once
            return compress(run.sections, map(group.get, run.names))
        return filter(self._stands, run.sections)

    def _stands(self, section: Settled) -> bool:
        when = section.when
        if when is None:
            if section.unfit:
                self._tell(section.unfit)
            return not section.unfit
        html, problems = when.render(self.scope)
        if problems:
            self._complain_of_condition(section, problems)
        return html == "yes"

    def _complain_of_condition(self, section: Settled, problems: Sequence[Finding]) -> None:
        span = span_of(self.outline.tree.stated(section.node, "when"))
        for finding in problems:
            self._complain(finding.code, finding.message, span)

    # ---- titles and sections

    def _sections(self, runs: Sequence[Run], *, numbered: bool, prefix: str) -> tuple[Section, ...]:
        """Make the sections of one level that stand, with numbers for those that have block headings."""
        out = []
        count = 0
        for settled in chain.from_iterable(map(self._standing, runs)):
            if not settled.ready:
                self.outline.settle(settled)
            if settled.found:
                self._tell(settled.found)
            if settled.was:
                self.was.update(dict.fromkeys(settled.was, settled.node.id))
            self.sources.append(settled.sources)
            number = None
            if numbered and settled.heading == "block":
                count += 1
                number = f"{prefix}{count}"
            section = settled.made.get(number)
            if section is None:
                section = self._made(settled, number)
            else:
                self.every.append(section)
            out.append(section)
        return tuple(out)

    def _made(self, settled: Settled, number: str | None) -> Section:
        """Make a section; one that has none below it, and no fact in its title, is made once."""
        title = settled.plain_title
        if title is None:
            title = self._title(settled)
        at = len(self.every)
        inner = f"{number}." if number else ""
        children = self._sections(settled.runs, numbered=settled.numbered, prefix=inner)
        section = _section(settled, number, title, children)
        self.every.insert(at, section)
        if settled.title is None and not settled.runs:
            settled.made[number] = section
        return section

    def _title(self, settled: Settled) -> str:
        text = settled.title
        if text is None:
            return ""
        node = settled.node
        html, problems = text.render({**self.scope, "option": settled.options})
        for finding in problems:
            tag = text.tags[finding.tag]
            name = ", ".join(f"`{path}`" for path in tag.paths) or f"`{tag.source}`"
            message = finding.message or f"the title of `{node.id}` prints {name}, which is not set"
            if finding.code == "missing-fact" and any(
                may_state(self.entity.lineage, (*path.split("."),)) for path in tag.paths
            ):
                continue  # it is stated, and was refused: that was said
            self._complain(finding.code, message, self.outline.span_of(settled, "title"))
        return plain(html)

    # ---- problems

    def _complain_of_anchors(self, every: Sequence[Section]) -> None:
        seen: dict[str, Section] = {}
        for section in every:
            other = seen.setdefault(section.anchor, section)
            here = span_of(section.origin)
            if section.anchor in RESERVED:
                message = f"`{section.anchor}` is an anchor of the page itself"
                self._complain("duplicate-anchor", message, here, hint="give it another `id:`")
            elif other is not section:
                message = f"two sections have the anchor `{section.anchor}`"
                hint = "give the second an `id:` of its own"
                labels = (Label(span_of(other.origin), "the other is here"),)
                self._complain("duplicate-anchor", message, here, hint=hint, labels=labels)

    def _tell(self, found: Sequence[Diagnostic]) -> None:
        """Say what is wrong with the outline, or with a section of it, on each page that has it."""
        self.found += [replace(one, entities=(self.entity.id,)) for one in found]

    def _complain(self, code: str, message: str, span: Any, **more: Any) -> None:
        self.found.append(problem(code, message, span, entities=(self.entity.id,), **more))


def _section(settled: Settled, number: str | None, title: str, children: tuple[Section, ...]) -> Section:
    node, anchor, heading = settled.node, settled.anchor, settled.heading
    numbers = [child.number for child in children if child.number]
    counts: dict[str, Any] = {"first": None, "last": None, "count": len(numbers)}
    if numbers:
        counts.update(first=numbers[0], last=numbers[-1])
    below = tuple([line for child in children for line in child.contents])
    if not settled.mark:
        file = settled.clause.file.file if settled.clause else None
        shown = (settled.options, settled.shows, settled.summary is not None)
        settled.mark = digest([node.id, heading, settled.level, settled.plain_title, *shown, file])
    mark = f"{settled.mark}{number}:{len(children)}:{title if settled.title else ''}\n"
    return Section(
        id=node.id,
        anchor=anchor,
        title=title,
        heading=heading,
        level=settled.level,
        number=number,
        clause=settled.clause,
        options=settled.options,
        counts=counts,
        shows=settled.shows,
        shown_at=settled.shown_at,
        origin=node.origin,
        because=node.because,
        children=children,
        target=Target(f"#{anchor}", title, number) if title and heading != "none" else None,
        contents=(Heading(number, title, anchor, below),) if heading == "block" else below,
        mark=mark,
        summary=settled.summary,
    )


def refs_of(outline: Resolved) -> dict[str, Target]:
    """Return what `ref` may name: every section that has a heading, by id and by former id."""
    targets = {section.id: section.target for section in outline.every if section.target is not None}
    for old, new in outline.was.items():
        if new in targets:
            targets.setdefault(old, targets[new])
    return targets
