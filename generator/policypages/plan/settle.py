"""Settle what no fact can change in the sections of an outline: clauses, options, templates of titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Final, NamedTuple, Protocol

from policypages.diagnostics import Diagnostic, Span, did_you_mean, problem
from policypages.formats.facts import locate_in_front
from policypages.formats.origins import span_of
from policypages.formats.templates.texts import plain
from policypages.model import Clause, ClauseFile, Entity, Origin, Section, Site, SourceFile, Text
from policypages.plan.keys import tag
from policypages.plan.tree import Node, OutlineTree

RESERVED: Final = frozenset({"page-top", "page-main"})  # anchors of the page itself
_MAX_LEVEL: Final = 6
_ONE_FACT: Final = re.compile(r" *([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*) *")


class Compiling(Protocol):
    """What plan needs of the compile stage."""

    def clause(self, file: ClauseFile, edits: Mapping[str, str]) -> tuple[Clause | None, list[Diagnostic]]:
        """Compile one text of a clause."""
        ...

    def line(self, source: str, span: Span) -> tuple[Text, list[Diagnostic]]:
        """Compile a title."""
        ...

    def condition(self, source: str, span: Span) -> tuple[Text, list[Diagnostic]]:
        """Compile a condition."""
        ...


class Sources(NamedTuple):
    """What a page is made from where it has a section, beside the mark of that.

    The `facts` that its clause and its table read, the `links` that they name, its clause among what sites
    share (`uses`), and the tag, the digest and the checksum that stand for the clause in keys and marks.
    """

    facts: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    tag: str = ""
    digest: str = ""
    sum: str = ""


NO_SOURCES: Final = Sources()


class Run(NamedTuple):
    """Sections that follow each other, and ask for facts of one `group` alone: each for that of its name.

    Without a group they are those that ask for nothing, or for more.
    """

    group: str
    names: tuple[str, ...]
    sections: tuple[Settled, ...]


@dataclass(slots=True, eq=False)
class Settled:
    """A section of an outline before facts are looked at.

    `when` is its condition, and `asks` the names of the fact where it asks for nothing else; `runs`
    are its children. `unfit` is what is wrong with the text of one. `title` is a template
    where it reads facts, else `plain_title` is the title. `found` is what is wrong with it on every
    page that has it. `made` keeps by number the sections that came of it with no
    fact in their titles and none below them; `mark` is a digest of what shows of it beside those.
    """

    node: Node
    level: int
    anchor: str
    heading: str
    numbered: bool
    children: tuple[Settled, ...]
    runs: tuple[Run, ...]
    when: Text | None = None
    asks: tuple[str, str] = ("", "")
    unfit: tuple[Diagnostic, ...] = ()
    title: Text | None = None
    plain_title: str | None = ""
    clause: Clause | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    was: tuple[str, ...] = ()
    summary: Text | None = None
    shows: str | None = None
    shown_at: Origin | None = None
    sources: Sources = NO_SOURCES
    found: list[Diagnostic] = field(default_factory=list)
    ready: bool = False
    made: dict[str | None, Section] = field(default_factory=dict)
    mark: str = ""


class Outline:
    """The sections of one policy as one entity adjusts them, or as all have it that adjust nothing.

    Where all anchors are `distinct`, those of any page are.
    """

    def __init__(self, site: Site, compiler: Compiling, entity: Entity, policy: SourceFile) -> None:
        self.site = site
        self.compiler = compiler
        self.locale = entity.locale
        self.summaries = bool(policy.values.get("summaries"))
        self.tree = OutlineTree(site.settings, entity, policy)
        self.sections = self._all(self.tree.grow(), 2)
        self.runs = _runs(self.sections)
        self.found = tuple(self.tree.found)
        anchors = [*_anchors(self.sections)]
        self.distinct = len({*anchors, *RESERVED}) == len(anchors) + len(RESERVED)

    def _all(self, nodes: list[Node], level: int) -> tuple[Settled, ...]:
        return tuple(self._one(node, level) for node in nodes if not node.values.get("omit"))

    def _one(self, node: Node, level: int) -> Settled:
        heading = node.values.get("heading") or "block"
        below = self._all(node.children, level if heading == "none" else level + 1)
        numbered = bool(node.values.get("numbered"))
        section = Settled(node, level, node.id.replace("/", "-"), heading, numbered, below, _runs(below))
        if node.values.get("when"):
            section.when, section.unfit = self._condition(node)
            one = _ONE_FACT.fullmatch(node.values["when"])
            if one is not None and section.when is not None:
                section.asks = (one[1], one[2])
        return section

    # ---- conditions

    def _condition(self, node: Node) -> tuple[Text | None, tuple[Diagnostic, ...]]:
        """Return the condition of a section, or what is wrong with it."""
        condition, found = self.compiler.condition(node.values["when"], Span(""))
        if not found:
            return condition, ()
        stated = self.tree.stated(node, "when")
        here = span_of(stated)
        line = stated.file.data.decode("utf-8-sig").splitlines()[here.line - 1]
        start = here.column + line.startswith(("'", '"'), here.column - 1)
        moved = []
        for one in found:
            column = start + (one.span.column - 1 if one.span else 0)
            span = Span(here.file, here.line, column, one.span.length if one.span else 1)
            moved.append(problem(one.code, one.message, span, hint=one.hint))
        return None, tuple(moved)

    # ---- the rest, for sections that are on some page

    def settle(self, section: Settled) -> Settled:
        """Choose the clause of a section, set its options and compile its title, once."""
        if section.ready:
            return section
        self.tree.found = section.found
        self._choose_clause(section)
        self._compile_title(section)
        self._look_at_shows(section)
        self._look_at_levels(section)
        section.found[:] = [replace(one, entities=()) for one in section.found]
        clause = section.clause
        if clause is not None and self.summaries and section.heading == "block":
            section.summary = clause.summary
        section.sources = _sources(section.shows, clause, section.summary)
        section.ready = True
        return section

    def _choose_clause(self, section: Settled) -> None:
        node = section.node
        id_ = node.values.get("clause")
        if not id_:
            return
        files = self.site.clauses.get(id_)
        if not files:
            hint = did_you_mean(id_, self.site.clauses) or f"write it: `policypages new clause {id_}`"
            self.tree.complain(
                "unknown-clause", f"there is no clause `{id_}`", node.origin, "clause", hint=hint
            )
            return
        file = self._choose_file(node, id_, files)
        if file is None:
            return
        edits = {old: new for old, new in (node.values.get("edits") or {}).items() if new is not None}
        section.clause, found = self.compiler.clause(file, edits)
        for one in found:
            if one.code == "edit-mismatch":
                old = next((old for old, new in edits.items() if f"`{old}`" in one.message), "")
                old = old or next((old for old, new in edits.items() if f"`{new}`" in one.message), "")
                hint = f"see how the sentence reads in {file.file}, and write the edit anew"
                origin = self.tree.stated(node, "edits", old)
                self.tree.complain(one.code, one.message, origin, hint=hint, key=True)
            elif edits or one.severity == "error":
                section.found.append(one)
        section.was = tuple(file.values.get("was") or ())
        self._set_options(section, file)

    def _choose_file(self, node: Node, id_: str, files: tuple[ClauseFile, ...]) -> ClauseFile | None:
        variant = node.values.get("variant")
        texts = [file for file in files if file.variant == variant]
        if not texts:
            known = {file.variant for file in files if file.variant}
            hint = did_you_mean(variant or "", known)
            name = f"{id_}@{variant}" if variant else id_
            hint = hint or (f"there is {', '.join(f'`{v}`' for v in sorted(known))}" if known else None)
            here = self.tree.stated(node, "variant" if variant else "clause")
            code = "unknown-variant" if variant else "unknown-clause"
            self.tree.complain(code, f"there is no `content/clauses/{name}.md`", here, hint=hint)
            return None
        settings = self.site.settings
        wanted = self.locale
        for locale in (wanted, settings.fallback.get(wanted)):
            for file in texts:
                if locale is not None and (file.locale or settings.locale) == locale:
                    return file
        name = f"{id_}@{variant}" if variant else id_
        hint = (
            f"write `content/clauses/{name}.{wanted}.md`, or set `fallback: {{{wanted}: {settings.locale}}}`"
        )
        self.tree.complain(
            "missing-locale", f"the clause `{name}` has no text for `{wanted}`", node.origin, hint=hint
        )
        return None

    def _set_options(self, section: Settled, file: ClauseFile) -> None:
        node = section.node
        declared = file.values.get("options") or {}
        options = {name: (given or {}).get("default") for name, given in declared.items()}
        for name, value in (node.values.get("with") or {}).items():
            if name not in declared:
                hint = did_you_mean(name, declared)
                hint = hint or (
                    f"there is {', '.join(f'`{n}`' for n in sorted(declared))}" if declared else None
                )
                message = f"the clause `{file.id}` has no option `{name}`"
                here = self.tree.stated(node, "with", name)
                self.tree.complain("unknown-option", message, here, hint=hint, key=True)
                continue
            choices = (declared[name] or {}).get("choices")
            if choices and value not in choices:
                hint = "choose from " + ", ".join(f"`{choice}`" for choice in choices)
                message = f"the option `{name}` of `{file.id}` cannot be `{value}`"
                self.tree.complain("invalid-value", message, self.tree.stated(node, "with", name), hint=hint)
            options[name] = value
        section.options = options

    def _compile_title(self, section: Settled) -> None:
        node = section.node
        source = node.values.get("title")
        text: Text | None = None
        if source:
            text, found = self.compiler.line(source, Span(""))
            if found:
                here = span_of(self.tree.stated(node, "title"))
                for one in found:
                    self.tree.complain_at(one.code, one.message, here, hint=one.hint)
                section.plain_title = node.id
                return
        elif section.clause is not None:
            text = section.clause.title
        if text is None:
            if node.values.get("clause") and section.clause is None:
                section.plain_title = node.id  # what is wrong was said, and what refers to it is right
            elif node.values.get("heading") != "none":
                hint = "add `title:` to the clause or here, or set `heading: none`"
                self.tree.complain(
                    "missing-key", f"the section `{node.id}` has no title", node.origin, hint=hint
                )
            return
        if text.tags:
            section.title, section.plain_title = text, None
        else:
            section.plain_title = plain(text.render({})[0])

    def _look_at_shows(self, section: Settled) -> None:
        node = section.node
        section.shows = node.values.get("shows")
        section.shown_at = self.tree.stated(node, "shows") if section.shows else None
        if not section.shows and section.clause is not None:
            section.shows = section.clause.file.values.get("shows")
        kind, _, name = (section.shows or "").partition(".")
        known = self.site.settings.names.get("contacts") or ()
        if kind != "contacts" or name in known:
            return
        hint = did_you_mean(name, known) or "declare it in policypages.yaml under `names.contacts`"
        message = f"`{name}` is not a declared name of `contacts`"
        self.tree.complain_at("undeclared-name", message, self.span_of(section, "shows"), hint=hint)

    def span_of(self, section: Settled, key: str) -> Span:
        """Find what states a key of a section that the front matter of its clause may state, too."""
        if section.node.values.get(key) or section.clause is None:
            return span_of(self.tree.stated(section.node, key))
        return locate_in_front(section.clause.file.file, section.clause.file.data, (key,))

    def _look_at_levels(self, section: Settled) -> None:
        level = section.level
        depth = section.clause.depth if section.clause else 0
        below = level if section.heading == "none" else level + 1
        if (section.heading == "block" and level > _MAX_LEVEL) or (depth and below - 1 + depth > _MAX_LEVEL):
            deepest = max(level, below - 1 + depth)
            message = f"a heading of `{section.node.id}` would be of level {deepest}, and HTML has six"
            self.tree.complain("heading-level", message, section.node.origin)


def _anchors(sections: tuple[Settled, ...]) -> Iterator[str]:
    for section in sections:
        yield section.anchor
        yield from _anchors(section.children)


def _runs(sections: tuple[Settled, ...]) -> tuple[Run, ...]:
    runs = []
    for group, some in groupby(sections, key=lambda one: one.asks[0]):
        run = tuple(some)
        runs.append(Run(group, tuple([one.asks[1] for one in run]), run))
    return tuple(runs)


def _sources(shows: str | None, clause: Clause | None, summary: Text | None) -> Sources:
    facts = frozenset([shows] if shows else [])
    if clause is None:
        return Sources(facts)
    links: frozenset[str] = frozenset()
    for text in (clause.body, summary):
        if text is not None:
            facts |= text.reads.facts
            links |= text.reads.links
    id_, digest = clause.file.id, clause.digest
    # of a digest as much as `digest` would return, and as much as `seal` would take
    return Sources(
        facts, links, frozenset([f"clause:{id_}"]), tag(f"the clause `{id_}`"), digest[:16], digest[:8]
    )
