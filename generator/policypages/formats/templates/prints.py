"""Tell which facts a text prints on one page: in the branches that it takes, and whether word for word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from jinja2 import TemplateError, nodes

from policypages.formats.templates.quick import Render
from policypages.formats.templates.sandbox import parse, quick_of
from policypages.model import TagPlace, Text

_VERBATIM: Final = frozenset({"date", "join", "lines", "series", "spelled"})  # each value of it stands there
_GUARDS: Final = frozenset({"_show", "_plain", "_part"})
_NOT_FACTS: Final = frozenset({"option", "sections", "policy", "loop", "ref", "link", "_level"})
_MANY: Final = 4096


class Printed(NamedTuple):
    """A fact that is printed, by the names of its path; `field` is of each of its entries.

    Where it is not `verbatim`, it may be printed in other words, or be no more than a part of a choice.
    """

    path: tuple[str, ...]
    verbatim: bool
    field: str | None = None


All = Mapping[Printed, None]  # to put one such into another is cheaper than with sets
Chosen = Callable[[Mapping[str, Any]], All]
"""Which facts are printed in the scope of one page."""


class Prints(NamedTuple):
    """What a text prints on every page; with branches or loops `chosen` tells it for one page."""

    always: All
    chosen: Chosen | None


def prints_of(text: Text) -> Prints:
    """Return what a text prints."""
    return _prints_of(text.source, text.tags) if text.tags else Prints({}, None)


def printed_in(paths: Iterable[str]) -> list[Printed]:
    """Return the facts among paths that an expression names, of which nobody knows what it prints."""
    ways = [(*path.split("."),) for path in paths]
    return [Printed(way, verbatim=False) for way in ways if way[0] not in _NOT_FACTS]


@lru_cache(_MANY)
def _prints_of(source: str, tags: tuple[TagPlace, ...]) -> Prints:
    try:
        tree = parse(source)
    except TemplateError:
        return Prints({}, None)
    reader = _Reader(tags)
    tree.body = reader.statements(tree.body)
    made = reader.made
    if not reader.branches or not made:
        return Prints(dict.fromkeys(made), None)
    return Prints({}, _chosen(quick_of(tree), tuple(made)))


def _chosen(run: Render | None, made: tuple[Printed, ...]) -> Chosen:
    """Return what runs a text whose words are the numbers of what it prints."""
    doubtful = dict.fromkeys([one._replace(verbatim=False) for one in made])

    @lru_cache(_MANY)
    def of_numbers(numbers: str) -> All:
        return dict.fromkeys([made[int(number)] for number in numbers.split()])

    def chosen(scope: Mapping[str, Any]) -> All:
        if run is None:
            return doubtful
        try:
            return of_numbers(run(scope))
        except Exception:  # noqa: BLE001 - our own code steps aside by any of them, and the page says why
            return doubtful

    return chosen


class _Reader:
    """Reads a template, and leaves of its words the numbers of what is printed."""

    def __init__(self, tags: Sequence[TagPlace]) -> None:
        self.made: list[Printed] = []
        self.branches = False
        self._tags = tags
        # of each loop the variable, what it runs over, and how deep it stands
        self._loops: list[tuple[str, tuple[str, ...] | None, int]] = []
        self._depth = 0

    def statements(self, body: Sequence[nodes.Node]) -> list[nodes.Node]:
        out: list[nodes.Node] = []
        for node in body:
            match node:
                case nodes.Output():
                    before = len(self.made)
                    for one in node.nodes:
                        self._output(one)
                    numbers = "".join([f"{at} " for at in range(before, len(self.made))])
                    out.append(nodes.Output([nodes.TemplateData(numbers)], lineno=node.lineno))
                case nodes.If():
                    out.append(self._if(node))
                case nodes.For():
                    out.append(self._for(node))
                case nodes.FilterBlock():
                    out += self.statements(node.body)
                case _:
                    pass
        return out

    def _if(self, node: nodes.If) -> nodes.If:
        self.branches = True
        self._depth += 1
        node.body = self.statements(node.body)
        node.elif_ = [self._if(one) for one in node.elif_]
        node.else_ = self.statements(node.else_)
        self._depth -= 1
        return node

    def _for(self, node: nodes.For) -> nodes.For:
        self.branches = True
        over = node.iter.node if isinstance(node.iter, nodes.Filter) else None
        names = _names(over)
        path = (*names,) if names and names[0] not in _NOT_FACTS else None
        name = node.target.name if isinstance(node.target, nodes.Name) else ""
        self._depth += 1
        self._loops.append((name, path, self._depth))
        node.body = self.statements(node.body)
        self._loops.pop()
        self._depth -= 1
        return node

    def _output(self, node: nodes.Node) -> None:
        if not isinstance(node, nodes.Filter):
            return
        if node.name == "_url" and isinstance(node.node, nodes.List):
            for part in node.node.items:
                self._output(part)
        elif node.name in _GUARDS and isinstance(node.args[0], nodes.Const):
            self._printed(node.node, node.args[0].value, verbatim=node.name != "_part")

    def _printed(self, node: nodes.Node | None, tag: int, *, verbatim: bool) -> None:
        filters = 0
        while isinstance(node, nodes.Filter):
            if node.name == "length":  # how many there are says nothing of them
                return
            verbatim = verbatim and node.name in _VERBATIM and not filters
            filters += 1
            node = node.node
        names = _names(node)
        if not names:
            self.made += printed_in(self._tags[tag].paths if tag < len(self._tags) else ())
            return
        for at, (name, path, depth) in enumerate(reversed(self._loops)):
            if name == names[0]:
                if path is not None:
                    sure = verbatim and not at and depth == self._depth  # in each turn of its own loop
                    self.made.append(Printed(path, sure, names[1] if names[1:] else None))
                return
        if names[0] not in _NOT_FACTS:
            self.made.append(Printed((*names,), verbatim))


def _names(node: nodes.Node | None) -> list[str]:
    """Return the names of a path such as `contacts.privacy.email`; none for any other expression."""
    names: list[str] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        if isinstance(node, nodes.Getattr):
            names.append(node.attr)
        elif isinstance(node.arg, nodes.Const):
            names.append(str(node.arg.value))
        else:
            return []
        node = node.node
    return [node.name, *reversed(names)] if isinstance(node, nodes.Name) else []
