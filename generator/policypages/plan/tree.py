"""Build the tree of one outline, with all that the entity and its ancestors adjust in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policypages.diagnostics import Diagnostic, Label, Span, did_you_mean, problem
from policypages.formats.facts import may_state
from policypages.formats.origins import origin_in, span_of
from policypages.model import Clause, Entity, Origin, Settings, SourceFile

_NEED_REASON: Final = ("omit", "variant", "edits")
_ADJUSTABLE: Final = ("title", "heading", "numbered", "when", "shows", "variant")


@dataclass(slots=True, eq=False)
class Node:
    """A section while its outline is worked on.

    `changed` says for what an adjustment set (a key, or a key and an entry of it) where that stands:
    below an origin, or, where that is None, in the entity or one of its ancestors.
    """

    id: str
    values: dict[str, Any]
    origin: Origin
    because: str | None
    children: list[Node] = field(default_factory=list)
    clause: Clause | None = None
    title: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    numbered_as: str | None = None
    changed: dict[tuple[str, ...], Origin | None] = field(default_factory=dict)


def unedited(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return an outline without its edits: they are written for the words of another locale."""
    return [
        {
            **{key: value for key, value in section.items() if key != "edits"},
            "sections": unedited(section.get("sections") or []),
        }
        for section in sections
    ]


class OutlineTree:
    """The sections of one policy as one entity has them; problems are gathered in `found`."""

    def __init__(self, settings: Settings, entity: Entity, policy: SourceFile) -> None:
        self.settings = settings
        self.entity = entity
        self.policy = policy
        self.found: list[Diagnostic] = []
        self.own: Mapping[str, Any] = (entity.values.get("policies") or {}).get(policy.id) or {}

    def grow(self) -> list[Node]:
        """Return the outline, adjusted."""
        nodes = self._roots()
        for changes, base in self._adjustments():
            for id_, change in changes.items():
                if change is not None:
                    self._adjust(nodes, id_, change, base)
        return nodes

    def _roots(self) -> list[Node]:
        if self.own.get("sections"):
            path: tuple[str | int, ...] = ("policies", self.policy.id, "sections")
            origin = origin_in(self.entity, path)
            return self._nodes(self.own["sections"], origin)
        over = (self.policy.values.get("in") or {}).get(self.entity.locale) or {}
        if over.get("sections"):
            return self._nodes(over["sections"], Origin(self.policy, ("in", self.entity.locale, "sections")))
        sections = self.policy.values.get("sections") or []
        first = (self.entity.values.get("locales") or (self.settings.locale,))[0]
        if self.entity.locale != first:
            sections = unedited(sections)
        return self._nodes(sections, Origin(self.policy, ("sections",)))

    def _nodes(self, raw: list[Any], origin: Origin) -> list[Node]:
        nodes = []
        for index, values in enumerate(raw):
            here = Origin(origin.file, (*origin.path, index))
            id_ = values.get("id") or values.get("clause")
            if not id_:
                hint = "give it a `clause`, or an `id` and a `title`"
                self.complain("missing-key", "a section has neither a clause nor an id", here, hint=hint)
                continue
            below = Origin(here.file, (*here.path, "sections"))
            node = Node(id_, dict(values), here, values.get("because"))
            node.children = self._nodes(values.get("sections") or [], below)
            for key in _NEED_REASON:
                if values.get(key) and not values.get("because"):
                    self._no_reason(key, Origin(here.file, (*here.path, key)))
            nodes.append(node)
        return nodes

    def _adjustments(self) -> Iterator[tuple[Mapping[str, Any], Origin | None]]:
        in_locale = (self.policy.values.get("in") or {}).get(self.entity.locale) or {}
        if in_locale.get("adjust"):
            yield in_locale["adjust"], Origin(self.policy, ("in", self.entity.locale, "adjust"))
        if self.own.get("adjust"):
            yield self.own["adjust"], None

    def _adjust(self, nodes: list[Node], id_: str, change: Mapping[str, Any], base: Origin | None) -> None:
        here = Origin(base.file, (*base.path, id_)) if base else None
        by_id = {node.id: node for node in walk_nodes(nodes)}
        node = by_id.get(id_)
        if node is None:
            self._unknown(id_, set(by_id), self._below(id_, here), key=True)
            return
        for key in _NEED_REASON:
            if change.get(key) and not change.get("because"):
                self._no_reason(key, self._below(id_, here, key))
        for key in _ADJUSTABLE:
            if change.get(key) is not None:
                node.values[key] = change[key]
                node.changed[(key,)] = here
        for key in ("with", "edits"):
            if change.get(key):
                node.values[key] = {**(node.values.get(key) or {}), **change[key]}
                node.changed.update(dict.fromkeys(((key, name) for name in change[key]), here))
        node.because = change.get("because") or node.because
        if change.get("omit"):
            node.values["omit"] = True
        self._move(nodes, node, change, here)

    def _below(self, id_: str, here: Origin | None, *keys: str) -> Origin:
        """Find what an adjustment of a section states."""
        if here is not None:
            return Origin(here.file, (*here.path, *keys))
        return origin_in(self.entity, ("policies", self.policy.id, "adjust", id_, *keys))

    def stated(self, node: Node, *keys: str) -> Origin:
        """Find what states a value of a section: an adjustment, or the outline."""
        if keys in node.changed:
            return self._below(node.id, node.changed[keys], *keys)
        return Origin(node.origin.file, (*node.origin.path, *keys))

    def _move(self, nodes: list[Node], node: Node, change: Mapping[str, Any], here: Origin | None) -> None:
        for word, step in (("after", 1), ("before", 0)):
            target = change.get(word)
            if not target:
                continue
            known = {each.id for each in walk_nodes(nodes)}
            if target not in known:
                self._unknown(target, known, self._below(node.id, here, word))
            elif target in {below.id for below in walk_nodes([node])}:
                message = f"`{node.id}` cannot stand {word} itself or a part of itself"
                self.complain("unknown-section", message, self._below(node.id, here, word))
            else:
                next(level for level in _levels(nodes) if node in level).remove(node)
                siblings = next(level for level in _levels(nodes) if any(n.id == target for n in level))
                at = next(index for index, n in enumerate(siblings) if n.id == target)
                siblings.insert(at + step, node)

    def _no_reason(self, key: str, origin: Origin) -> None:
        hint = "add `because:` and who decided it, or why"
        self.complain("missing-reason", f"`{key}` without a reason", origin, hint=hint, key=True)

    def _unknown(self, id_: str, known: set[str], origin: Origin, *, key: bool = False) -> None:
        if not known and may_state((self.policy,), ("sections",)):
            return  # the outline could not be read: that was said
        hint = did_you_mean(id_, known) or "the sections are " + ", ".join(
            f"`{name}`" for name in sorted(known)[:20]
        )
        message = f"the outline of `{self.policy.id}` has no section `{id_}`"
        self.complain("unknown-section", message, origin, hint=hint, key=key)

    def complain(
        self,
        code: str,
        message: str,
        origin: Origin,
        *below: str | int,
        hint: str | None = None,
        key: bool = False,
        labels: tuple[Label, ...] = (),
    ) -> None:
        """Say what is wrong with what an origin states, or with what stands below it."""
        self.complain_at(code, message, span_of(origin, *below, key=key), hint=hint, labels=labels)

    def complain_at(
        self, code: str, message: str, span: Span, *, hint: str | None = None, labels: tuple[Label, ...] = ()
    ) -> None:
        """Say what is wrong at a place."""
        self.found.append(problem(code, message, span, hint=hint, labels=labels, entities=(self.entity.id,)))


def walk_nodes(nodes: list[Node]) -> Iterator[Node]:
    """Yield sections and all below them, in the order of the page."""
    for node in nodes:
        yield node
        yield from walk_nodes(node.children)


def _levels(nodes: list[Node]) -> Iterator[list[Node]]:
    yield nodes
    for node in nodes:
        yield from _levels(node.children)
