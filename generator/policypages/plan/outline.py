"""Resolve the outline of one policy for one entity: adjustments, conditions, clauses, titles, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from policypages.diagnostics import Diagnostic, Span, did_you_mean, problem
from policypages.formats.facts import locate
from policypages.formats.templates.texts import plain, scope_of
from policypages.model import Clause, ClauseFile, Entity, Origin, Section, Site, SourceFile, Text

_RESERVED: Final = frozenset({"page-top", "page-main"})
_MAX_LEVEL: Final = 6
_ADJUSTABLE: Final = ("title", "heading", "numbered", "when", "shows", "variant")


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


@dataclass(slots=True)
class _Node:
    """A section while its outline is worked on; `reasons` says where each value came from."""

    id: str
    values: dict[str, Any]
    origin: Origin
    because: str | None
    children: list[_Node] = field(default_factory=list)
    clause: Clause | None = None
    title: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    numbered_as: str | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """A resolved outline: its sections, the facts its conditions and titles read, the ids that were."""

    sections: tuple[Section, ...]
    reads: frozenset[str]
    was: Mapping[str, str]


def span_of(origin: Origin, *below: str | int, key: bool = False) -> Span:
    """Look up the line of what an origin states."""
    return locate(origin.file.file, origin.file.data, (*origin.path, *below), key=key)


def origin_in(entity: Entity, path: tuple[str | int, ...]) -> Origin:
    """Find the file that states a value of an entity: its own or the nearest ancestor's."""
    for prefix in (("in", entity.locale), ()):
        for file in entity.lineage:
            if _has(file.values, (*prefix, *path)):
                return Origin(file, (*prefix, *path))
    return Origin(entity.lineage[0], path)


def _has(tree: Any, path: tuple[str | int, ...]) -> bool:
    for key in path:
        if (isinstance(tree, Mapping) and key in tree) or (isinstance(tree, list) and isinstance(key, int) and key < len(tree)):
            tree = tree[key]
        else:
            return False
    return True


class OutlineResolver:
    """Works out one outline; problems are gathered in `found`."""

    def __init__(
        self, site: Site, compiler: Compiling, entity: Entity, policy: SourceFile, facts: Mapping[str, Any]
    ) -> None:
        self.site = site
        self.compiler = compiler
        self.entity = entity
        self.policy = policy
        self.facts = facts
        self.scope = scope_of(facts, locale=entity.locale, refs={}, links={})
        self.found: list[Diagnostic] = []
        self.reads: set[str] = set()
        self.was: dict[str, str] = {}
        self.own: Mapping[str, Any] = (entity.values.get("policies") or {}).get(policy.id) or {}

    def resolve(self) -> Outline:
        """Return the outline as this entity has it."""
        nodes = self._roots()
        for base, origin in self._adjustments():
            self._adjust(nodes, base, origin)
        nodes = self._kept(nodes)
        self._check_ids(nodes)
        for node in _walk(nodes):
            self._choose_clause(node)
        for node in _walk(nodes):
            self._name(node)
        _number(nodes, numbered=False, prefix="")
        sections = tuple(self._section(node, 2) for node in nodes)
        return Outline(sections, frozenset(self.reads), self.was)

    # ---- the tree

    def _roots(self) -> list[_Node]:
        if self.own.get("sections"):
            path: tuple[str | int, ...] = ("policies", self.policy.id, "sections")
            origin = origin_in(self.entity, path)
            return self._nodes(self.own["sections"], origin)
        over = (self.policy.values.get("in") or {}).get(self.entity.locale) or {}
        if over.get("sections"):
            return self._nodes(over["sections"], Origin(self.policy, ("in", self.entity.locale, "sections")))
        return self._nodes(self.policy.values.get("sections") or [], Origin(self.policy, ("sections",)))

    def _nodes(self, raw: list[Any], origin: Origin) -> list[_Node]:
        nodes = []
        for index, values in enumerate(raw):
            here = Origin(origin.file, (*origin.path, index))
            id_ = values.get("id") or values.get("clause")
            if not id_:
                hint = "give it a `clause`, or an `id` and a `title`"
                self._complain("missing-key", "a section has neither a clause nor an id", here, hint=hint)
                continue
            below = Origin(here.file, (*here.path, "sections"))
            node = _Node(id_, dict(values), here, values.get("because"))
            node.children = self._nodes(values.get("sections") or [], below)
            self._check_reasons(values, here)
            nodes.append(node)
        return nodes

    def _adjustments(self) -> Iterator[tuple[Mapping[str, Any], Origin]]:
        in_locale = (self.policy.values.get("in") or {}).get(self.entity.locale) or {}
        if in_locale.get("adjust"):
            yield in_locale["adjust"], Origin(self.policy, ("in", self.entity.locale, "adjust"))
        if self.own.get("adjust"):
            yield self.own["adjust"], Origin(self.entity.lineage[0], ())

    def _adjust(self, nodes: list[_Node], adjust: Mapping[str, Any], base: Origin) -> None:
        for id_, change in adjust.items():
            if change is None:
                continue
            path: tuple[str | int, ...] = ("policies", self.policy.id, "adjust", id_)
            origin = Origin(base.file, (*base.path, id_)) if base.path else origin_in(self.entity, path)
            parents = {node.id: siblings for siblings in _levels(nodes) for node in siblings}
            by_id = {node.id: node for node in _walk(nodes)}
            node = by_id.get(id_)
            if node is None:
                self._unknown(id_, set(by_id), origin, key=True)
                continue
            self._check_reasons(change, origin)
            for key in _ADJUSTABLE:
                if change.get(key) is not None:
                    node.values[key] = change[key]
            for key in ("with", "edits"):
                if change.get(key):
                    node.values[key] = {**(node.values.get(key) or {}), **change[key]}
            node.because = change.get("because") or node.because
            if change.get("with") or change.get("variant") or change.get("edits") or change.get("when"):
                node.origin = origin
            if change.get("omit"):
                node.values["omit"] = True
            self._move(nodes, node, change, origin, parents, by_id)

    def _move(
        self,
        nodes: list[_Node],
        node: _Node,
        change: Mapping[str, Any],
        origin: Origin,
        parents: Mapping[str, list[_Node]],
        by_id: Mapping[str, _Node],
    ) -> None:
        for word, step in (("after", 1), ("before", 0)):
            target = change.get(word)
            if not target:
                continue
            if target not in by_id:
                self._unknown(target, set(by_id), Origin(origin.file, (*origin.path, word)))
            elif target in {below.id for below in _walk([node])}:
                here = Origin(origin.file, (*origin.path, word))
                self._complain("unknown-section", f"`{node.id}` cannot stand {word} a part of itself", here)
            else:
                parents[node.id].remove(node)
                siblings = next(level for level in _levels(nodes) if any(n.id == target for n in level))
                at = next(index for index, n in enumerate(siblings) if n.id == target)
                siblings.insert(at + step, node)

    def _check_reasons(self, values: Mapping[str, Any], origin: Origin) -> None:
        for key in ("omit", "variant", "edits"):
            if values.get(key) and not values.get("because"):
                hint = "add `because:` and who decided it, or why"
                self._complain("missing-reason", f"`{key}` without a reason", origin, key, hint=hint)

    def _unknown(self, id_: str, known: set[str], origin: Origin, *, key: bool = False) -> None:
        hint = did_you_mean(id_, known) or "the sections are " + ", ".join(
            f"`{name}`" for name in sorted(known)[:20]
        )
        message = f"the outline of `{self.policy.id}` has no section `{id_}`"
        self._complain("unknown-section", message, origin, hint=hint, key=key)

    def _kept(self, nodes: list[_Node]) -> list[_Node]:
        """Drop what is omitted and what a condition keeps away."""
        kept = []
        for node in nodes:
            if node.values.get("omit") or not self._holds(node):
                continue
            node.children = self._kept(node.children)
            kept.append(node)
        return kept

    def _holds(self, node: _Node) -> bool:
        source = node.values.get("when")
        if not source:
            return True
        condition, found = self.compiler.condition(source, Span(""))
        if found:
            here = span_of(node.origin, "when")
            for one in found:
                column = here.column + (one.span.column - 1 if one.span else 0)
                span = Span(here.file, here.line, column, one.span.length if one.span else 1)
                self.found.append(problem(one.code, one.message, span, hint=one.hint))
            return False
        self.reads |= condition.reads.facts
        html, problems = condition.render(self.scope)
        for finding in problems:
            self._complain(finding.code, finding.message, node.origin, "when")
        return html == "yes"

    def _check_ids(self, nodes: list[_Node]) -> None:
        seen: dict[str, _Node] = {}
        for node in _walk(nodes):
            anchor = node.id.replace("/", "-")
            if anchor in _RESERVED:
                self._complain("duplicate-anchor", f"`{anchor}` is an anchor of the page itself", node.origin)
            elif anchor in seen:
                hint = "give the second an `id:` of its own"
                self._complain(
                    "duplicate-anchor", f"two sections have the anchor `{anchor}`", node.origin, hint=hint
                )
            seen[anchor] = node

    # ---- clauses

    def _choose_clause(self, node: _Node) -> None:
        id_ = node.values.get("clause")
        if not id_:
            return
        files = self.site.clauses.get(id_)
        if not files:
            hint = did_you_mean(id_, self.site.clauses) or f"write it: `policypages new clause {id_}`"
            self._complain("unknown-clause", f"there is no clause `{id_}`", node.origin, "clause", hint=hint)
            return
        file = self._choose_file(node, id_, files)
        if file is None:
            return
        edits = {old: new for old, new in (node.values.get("edits") or {}).items() if new is not None}
        clause, found = self.compiler.clause(file, edits)
        for one in found:
            if one.code == "edit-mismatch":
                self._complain(one.code, one.message, node.origin, "edits")
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

    def _choose_file(self, node: _Node, id_: str, files: tuple[ClauseFile, ...]) -> ClauseFile | None:
        variant = node.values.get("variant")
        texts = [file for file in files if file.variant == variant]
        if not texts:
            known = {file.variant for file in files if file.variant}
            hint = did_you_mean(variant or "", known)
            name = f"{id_}@{variant}" if variant else id_
            hint = hint or (f"there is {', '.join(f'`{v}`' for v in sorted(known))}" if known else None)
            here = ("variant",) if variant else ("clause",)
            code = "unknown-variant" if variant else "unknown-clause"
            self._complain(code, f"there is no `content/clauses/{name}.md`", node.origin, *here, hint=hint)
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
        self._complain(
            "missing-locale", f"the clause `{name}` has no text for `{wanted}`", node.origin, hint=hint
        )
        return None

    def _set_options(self, node: _Node, file: ClauseFile) -> None:
        declared = file.values.get("options") or {}
        options = {name: (given or {}).get("default") for name, given in declared.items()}
        for name, value in (node.values.get("with") or {}).items():
            if name not in declared:
                hint = did_you_mean(name, declared)
                hint = hint or (
                    f"there is {', '.join(f'`{n}`' for n in sorted(declared))}" if declared else None
                )
                message = f"the clause `{file.id}` has no option `{name}`"
                self._complain("unknown-option", message, node.origin, "with", name, hint=hint, key=True)
                continue
            choices = (declared[name] or {}).get("choices")
            if choices and value not in choices:
                hint = "choose from " + ", ".join(f"`{choice}`" for choice in choices)
                message = f"the option `{name}` of `{file.id}` cannot be `{value}`"
                self._complain("invalid-value", message, node.origin, "with", name, hint=hint)
            options[name] = value
        node.options = options

    # ---- titles and sections

    def _name(self, node: _Node) -> None:
        source = node.values.get("title")
        text: Text | None = None
        if source:
            text, found = self.compiler.line(source, Span(""))
            if found:
                here = span_of(node.origin, "title")
                for one in found:
                    self.found.append(problem(one.code, one.message, here, hint=one.hint))
                return
        elif node.clause is not None:
            text = node.clause.title
        if text is None:
            if node.values.get("heading") != "none" and not (
                node.values.get("clause") and node.clause is None
            ):
                hint = "add `title:` to the clause or here, or set `heading: none`"
                self._complain("missing-key", f"the section `{node.id}` has no title", node.origin, hint=hint)
            return
        self.reads |= text.reads.facts
        html, problems = text.render({**self.scope, "option": node.options})
        for finding in problems:
            tag = text.tags[finding.tag]
            name = ", ".join(f"`{path}`" for path in tag.paths) or f"`{tag.source}`"
            message = finding.message or f"the title of `{node.id}` prints {name}, which is not set"
            self._complain(finding.code, message, node.origin)
        node.title = plain(html)

    def _section(self, node: _Node, level: int) -> Section:
        heading = node.values.get("heading") or "block"
        depth = node.clause.depth if node.clause else 0
        below = level if heading == "none" else level + 1
        if (heading == "block" and level > _MAX_LEVEL) or (depth and below - 1 + depth > _MAX_LEVEL):
            message = f"a heading of `{node.id}` would be of level {max(level, below - 1 + depth)}, and HTML has six"
            self._complain("heading-level", message, node.origin)
        children = tuple(self._section(child, below) for child in node.children)
        numbers = [child.number for child in children if child.number]
        counts: dict[str, Any] = {"first": None, "last": None, "count": len(numbers)}
        if numbers:
            counts.update(first=numbers[0], last=numbers[-1])
        shows = node.values.get("shows") or (node.clause.file.values.get("shows") if node.clause else None)
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
            origin=node.origin,
            because=node.because,
            children=children,
        )

    def _complain(
        self,
        code: str,
        message: str,
        origin: Origin,
        *below: str | int,
        hint: str | None = None,
        key: bool = False,
    ) -> None:
        span = span_of(origin, *below, key=key)
        self.found.append(problem(code, message, span, hint=hint, entities=(self.entity.id,)))


def _walk(nodes: list[_Node]) -> Iterator[_Node]:
    for node in nodes:
        yield node
        yield from _walk(node.children)


def _levels(nodes: list[_Node]) -> Iterator[list[_Node]]:
    yield nodes
    for node in nodes:
        yield from _levels(node.children)


def _number(nodes: list[_Node], *, numbered: bool, prefix: str) -> None:
    """Give numbers to the children that have block headings, where their parent says so."""
    count = 0
    for node in nodes:
        if numbered and (node.values.get("heading") or "block") == "block":
            count += 1
            node.numbered_as = f"{prefix}{count}"
        below = f"{node.numbered_as}." if node.numbered_as else ""
        _number(node.children, numbered=bool(node.values.get("numbered")), prefix=below)
