"""Find where a template reads a name that no page gives it: by the contract with theme authors."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, NotRequired, Union, get_args, get_origin, get_type_hints

from jinja2 import Environment, nodes

from policypages.diagnostics import did_you_mean
from policypages.model.contexts import TEMPLATES, Common

_KINDS: Final = {str: "text", bool: "yes or no", int: "number"}
_MARKS: Final = {"html": "HTML", "address": "address"}
_SPECIAL: Final = frozenset({"self", "super", "caller", "varargs", "kwargs", "loop"})
_ASKS: Final = frozenset({"defined", "undefined", "default", "d"})  # what is not there is no mistake in these


class Shape(NamedTuple):
    """What stands at a name: its kind, what it means, whether it may be none, and whether it is always there.

    A `group` and the items of a `list` of groups have names of their own, those of the type `fields`.
    """

    kind: str
    meaning: str = ""
    optional: bool = False
    fields: type | None = None
    always: bool = True


class Unknown(NamedTuple):
    """A name that is read and that nothing has."""

    line: int
    message: str
    hint: str | None


@lru_cache(128)
def fields_of(group: type) -> Mapping[str, Shape]:
    """Return the names of a group of the contract, each with what stands there."""
    return {name: _shape(hint) for name, hint in get_type_hints(group, include_extras=True).items()}


def _shape(hint: Any, meaning: str = "") -> Shape:  # noqa: PLR0911 - one a kind of hint
    if hasattr(hint, "__metadata__"):
        marks = [word for word in hint.__metadata__ if word in _MARKS]
        meaning = next((word for word in hint.__metadata__ if word not in _MARKS), meaning)
        return Shape(_MARKS[marks[0]], meaning) if marks else _shape(hint.__origin__, meaning)
    origin, inside = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return _shape(inside[0], meaning)._replace(always=False)
    if origin in {Union, types.UnionType}:
        (one,) = [each for each in inside if each is not type(None)]
        return _shape(one, meaning)._replace(optional=True)
    if origin is Literal:
        return Shape("one of " + ", ".join(f"`{each}`" for each in inside), meaning)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Shape("text by name", meaning)
    if isinstance(origin, type) and issubclass(origin, Sequence):
        item = _shape(inside[0])
        return Shape("list", meaning, fields=item.fields)
    return Shape(_KINDS[hint], meaning) if hint in _KINDS else Shape("group", meaning, fields=hint)


def unknown_names(
    environment: Environment, trees: Mapping[str, nodes.Template], more: Iterable[str] = ()
) -> Iterator[tuple[str, Unknown]]:
    """Yield each name that a template reads and no page gives it, with the template.

    `more` are names that templates make which need no look themselves.

    One that pages are made with, `page.html`, is held against what that page is given; any other, a layout or
    a part, against what all pages are given together.
    """
    own = {name for tree in trees.values() for name in assigned(tree)}
    known = {*own, *more, *environment.globals, *_SPECIAL}
    for name, tree in trees.items():
        kind = name.rpartition("/")[2]
        reader = _Reader(known, _given(kind), closed=kind in TEMPLATES)
        reader.body(tree.body, dict(reader.given))
        yield from ((name, one) for one in reader.found)


Scope = dict[str, "Mapping[str, Shape] | Shape | None"]


@lru_cache(128)
def _given(kind: str) -> Mapping[str, Mapping[str, Shape] | Shape | None]:
    """Return what a template may read: a shape, the names of a group, or None where any will do."""
    given: dict[str, Any] = {**fields_of(Common)}
    for each in (TEMPLATES[kind],) if kind in TEMPLATES else TEMPLATES.values():
        for root, group in each.items():
            given[root] = {**given.get(root, {}), **fields_of(group)}
    return given


def assigned(tree: nodes.Template) -> Iterator[str]:
    """Yield the names that a template makes: another that extends or includes it, may read them."""
    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        match node:
            case nodes.Name(name=name, ctx="store" | "param"):
                yield name
            case nodes.Macro(name=name) | nodes.Import(target=name):
                yield name
            case nodes.FromImport(names=names):
                yield from (one if isinstance(one, str) else one[1] for one in names)
            case _:
                pass


class _Reader:
    def __init__(
        self, known: Iterable[str], given: Mapping[str, Mapping[str, Shape] | Shape | None], *, closed: bool
    ) -> None:
        self.given = given
        self.found: list[Unknown] = []
        self._known = set(known)
        self._closed = closed

    def body(self, body: Iterable[nodes.Node], scope: Scope) -> None:
        """Read statements; what they make holds for those behind them."""
        for node in body:
            self._node(node, scope)

    def _node(self, node: nodes.Node, scope: Scope) -> None:
        match node:
            case nodes.For():
                self._for(node, scope)
            case nodes.Assign(target=nodes.Name(name=name)):
                self._node(node.node, scope)
                scope[name] = self._fields(node.node, scope)
            case nodes.Macro() | nodes.CallBlock():
                inside = scope | dict.fromkeys([each.name for each in node.args], None)
                self.body(node.iter_child_nodes(exclude=("args",)), inside)
            case nodes.Block() | nodes.FilterBlock() | nodes.With() | nodes.AssignBlock():
                self.body(node.iter_child_nodes(), dict(scope))
            case nodes.Test(name=name) | nodes.Filter(name=name) if name in _ASKS:
                self.body([*node.args, *(one.value for one in node.kwargs)], scope)
            case nodes.Name(ctx="load"):
                if self._closed and node.name not in scope and node.name not in self._known:
                    self._say(node, f"`{node.name}` is undefined", node.name, scope)
            case nodes.Getattr() | nodes.Getitem():
                self._look_up(node, scope)
            case _:
                self.body(node.iter_child_nodes(), scope)

    def _for(self, node: nodes.For, scope: Scope) -> None:
        self._node(node.iter, scope)
        item = self._fields(node.iter, scope)
        names = [one.name for one in node.target.find_all(nodes.Name)]
        inside = scope | dict.fromkeys(names, None)
        if isinstance(node.target, nodes.Name):
            inside[node.target.name] = item
        self.body([*([node.test] if node.test is not None else []), *node.body], inside)
        self.body(node.else_, scope)

    def _look_up(self, node: nodes.Getattr | nodes.Getitem, scope: Scope) -> None:
        self._node(node.node, scope)
        if isinstance(node, nodes.Getitem):
            self._node(node.arg, scope)
        fields, name = self._fields(node.node, scope), _key(node)
        if fields is not None and name is not None and name not in fields and not hasattr(dict, name):
            self._say(node, f"there is nothing called `{name}`", name, fields)

    def _fields(self, node: nodes.Node, scope: Scope) -> Mapping[str, Shape] | None:
        """Return the names below an expression, or of the items of a list; None if nobody knows them."""
        match node:
            case nodes.Name(name=name):
                found = scope.get(name)
            case nodes.Getattr() | nodes.Getitem():
                fields, key = self._fields(node.node, scope), _key(node)
                found = fields.get(key) if fields is not None and key is not None else None
            case _:
                return None
        if isinstance(found, Shape):
            return fields_of(found.fields) if found.fields is not None else None
        return found

    def _say(self, node: nodes.Node, message: str, name: str, names: Iterable[str]) -> None:
        self.found.append(Unknown(node.lineno, message, did_you_mean(name, names)))


def _key(node: nodes.Getattr | nodes.Getitem) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    match node.arg:
        case nodes.Const(value=str() as key):
            return key
        case _:
            return None
