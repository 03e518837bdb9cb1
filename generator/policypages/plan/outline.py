"""Resolve the outline of one policy for one entity: adjustments, conditions, clauses, titles, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from policypages.diagnostics import Diagnostic, Label, Span, did_you_mean, problem
from policypages.formats.facts import locate_in_front, may_state
from policypages.formats.templates.texts import plain, scope_of
from policypages.model import Clause, ClauseFile, Entity, Section, Site, SourceFile, Text
from policypages.plan.tree import Node, OutlineTree, span_of, walk_nodes

_RESERVED: Final = frozenset({"page-top", "page-main"})
_MAX_LEVEL: Final = 6


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


@dataclass(frozen=True, slots=True)
class Outline:
    """A resolved outline: its sections, the facts its conditions and titles read, the ids that were."""

    sections: tuple[Section, ...]
    reads: frozenset[str]
    was: Mapping[str, str]


class OutlineResolver:
    """Works out one outline; problems are gathered in `found`."""

    def __init__(
        self, site: Site, compiler: Compiling, entity: Entity, policy: SourceFile, facts: Mapping[str, Any]
    ) -> None:
        self.site = site
        self.compiler = compiler
        self.entity = entity
        self.tree = OutlineTree(site.settings, entity, policy)
        self.facts = facts
        self.scope = scope_of(facts, locale=entity.locale, refs={}, links={})
        self.found = self.tree.found
        self.reads: set[str] = set()
        self.was: dict[str, str] = {}

    def resolve(self) -> Outline:
        """Return the outline as this entity has it."""
        nodes = self._kept(self.tree.grow())
        self._check_ids(nodes)
        for node in walk_nodes(nodes):
            self._choose_clause(node)
        for node in walk_nodes(nodes):
            self._name(node)
        _number(nodes, numbered=False, prefix="")
        sections = tuple(self._section(node, 2) for node in nodes)
        return Outline(sections, frozenset(self.reads), self.was)

    def _kept(self, nodes: list[Node]) -> list[Node]:
        """Drop what is omitted and what a condition keeps away."""
        kept = []
        for node in nodes:
            if node.values.get("omit") or not self._holds(node):
                continue
            node.children = self._kept(node.children)
            kept.append(node)
        return kept

    def _holds(self, node: Node) -> bool:
        source = node.values.get("when")
        if not source:
            return True
        condition, found = self.compiler.condition(source, Span(""))
        if found:
            stated = self.tree.stated(node, "when")
            here = span_of(stated)
            line = stated.file.data.decode("utf-8-sig").splitlines()[here.line - 1]
            start = here.column + line.startswith(("'", '"'), here.column - 1)
            for one in found:
                column = start + (one.span.column - 1 if one.span else 0)
                span = Span(here.file, here.line, column, one.span.length if one.span else 1)
                self.tree.complain_at(one.code, one.message, span, hint=one.hint)
            return False
        self.reads |= condition.reads.facts
        html, problems = condition.render(self.scope)
        for finding in problems:
            self.tree.complain(finding.code, finding.message, self.tree.stated(node, "when"))
        return html == "yes"

    def _check_ids(self, nodes: list[Node]) -> None:
        seen: dict[str, Node] = {}
        for node in walk_nodes(nodes):
            anchor = node.id.replace("/", "-")
            other = seen.setdefault(anchor, node)
            if anchor in _RESERVED:
                message = f"`{anchor}` is an anchor of the page itself"
                self.tree.complain("duplicate-anchor", message, node.origin, hint="give it another `id:`")
            elif other is not node:
                message = f"two sections have the anchor `{anchor}`"
                hint = "give the second an `id:` of its own"
                labels = (Label(span_of(other.origin), "the other is here"),)
                self.tree.complain("duplicate-anchor", message, node.origin, hint=hint, labels=labels)

    # ---- clauses

    def _choose_clause(self, node: Node) -> None:
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
        clause, found = self.compiler.clause(file, edits)
        for one in found:
            if one.code == "edit-mismatch":
                old = next((old for old, new in edits.items() if f"`{old}`" in one.message), "")
                old = old or next((old for old, new in edits.items() if f"`{new}`" in one.message), "")
                hint = f"see how the sentence reads in {file.file}, and write the edit anew"
                origin = self.tree.stated(node, "edits", old)
                self.tree.complain(one.code, one.message, origin, hint=hint, key=True)
            elif edits or one.severity == "error":
                self.found.append(
                    problem(
                        one.code,
                        one.message,
                        one.span,
                        hint=one.hint,
                        labels=one.labels,
                        entities=(self.entity.id,),
                    )
                )
        node.clause = clause
        for old in file.values.get("was") or ():
            self.was[old] = node.id
        self._set_options(node, file)

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
        wanted = self.entity.locale
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

    def _set_options(self, node: Node, file: ClauseFile) -> None:
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
        node.options = options

    # ---- titles and sections

    def _name(self, node: Node) -> None:
        source = node.values.get("title")
        text: Text | None = None
        if source:
            text, found = self.compiler.line(source, Span(""))
            if found:
                here = span_of(self.tree.stated(node, "title"))
                for one in found:
                    self.tree.complain_at(one.code, one.message, here, hint=one.hint)
                node.title = node.id
                return
        elif node.clause is not None:
            text = node.clause.title
        if text is None:
            if node.values.get("clause") and node.clause is None:
                node.title = node.id  # what is wrong was said, and what refers to it is right
            elif node.values.get("heading") != "none":
                hint = "add `title:` to the clause or here, or set `heading: none`"
                self.tree.complain(
                    "missing-key", f"the section `{node.id}` has no title", node.origin, hint=hint
                )
            return
        self.reads |= text.reads.facts
        html, problems = text.render({**self.scope, "option": node.options})
        for finding in problems:
            tag = text.tags[finding.tag]
            name = ", ".join(f"`{path}`" for path in tag.paths) or f"`{tag.source}`"
            message = finding.message or f"the title of `{node.id}` prints {name}, which is not set"
            if finding.code == "missing-fact" and any(
                may_state(self.entity.lineage, (*path.split("."),)) for path in tag.paths
            ):
                continue  # it is stated, and was refused: that was said
            self.tree.complain_at(finding.code, message, self._span_of(node, "title"))
        node.title = plain(html)

    def _span_of(self, node: Node, key: str) -> Span:
        """Find what states a key of a section that the front matter of its clause may state, too."""
        if node.values.get(key) or node.clause is None:
            return span_of(self.tree.stated(node, key))
        return locate_in_front(node.clause.file.file, node.clause.file.data, (key,))

    def _check_shown(self, node: Node, shows: str | None) -> None:
        kind, _, name = (shows or "").partition(".")
        known = self.site.settings.names.get("contacts") or ()
        if kind != "contacts" or name in known:
            return
        hint = did_you_mean(name, known) or "declare it in policypages.yaml under `names.contacts`"
        message = f"`{name}` is not a declared name of `contacts`"
        span = self._span_of(node, "shows")
        self.tree.complain_at("undeclared-name", message, span, hint=hint)

    def _section(self, node: Node, level: int) -> Section:
        heading = node.values.get("heading") or "block"
        depth = node.clause.depth if node.clause else 0
        below = level if heading == "none" else level + 1
        if (heading == "block" and level > _MAX_LEVEL) or (depth and below - 1 + depth > _MAX_LEVEL):
            deepest = max(level, below - 1 + depth)
            message = f"a heading of `{node.id}` would be of level {deepest}, and HTML has six"
            self.tree.complain("heading-level", message, node.origin)
        children = tuple(self._section(child, below) for child in node.children)
        numbers = [child.number for child in children if child.number]
        counts: dict[str, Any] = {"first": None, "last": None, "count": len(numbers)}
        if numbers:
            counts.update(first=numbers[0], last=numbers[-1])
        shows = node.values.get("shows")
        shown_at = self.tree.stated(node, "shows") if shows else None
        if not shows and node.clause is not None:
            shows = node.clause.file.values.get("shows")
        self._check_shown(node, shows)
        return Section(
            id=node.id,
            anchor=node.id.replace("/", "-"),
            title=node.title,
            heading=heading,
            level=level,
            number=node.numbered_as,
            clause=node.clause,
            options=node.options,
            counts=counts,
            shows=shows,
            shown_at=shown_at,
            origin=node.origin,
            because=node.because,
            children=children,
        )


def _number(nodes: list[Node], *, numbered: bool, prefix: str) -> None:
    """Give numbers to the children that have block headings, where their parent says so."""
    count = 0
    for node in nodes:
        if numbered and (node.values.get("heading") or "block") == "block":
            count += 1
            node.numbered_as = f"{prefix}{count}"
        below = f"{node.numbered_as}." if node.numbered_as else ""
        _number(node.children, numbered=bool(node.values.get("numbered")), prefix=below)
