"""Run a text for those who ask about it: which facts and options each tag reads on one page, and what for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, Literal, NamedTuple, cast

from jinja2 import Template, TemplateError, nodes, pass_context
from jinja2.runtime import Context

from policypages.formats.templates.filters import FOUND
from policypages.formats.templates.sandbox import ClauseEnvironment, make_environment, parse
from policypages.model import TagPlace, Text

Mode = Literal["print", "test", "loop", "count", "title", "number", "address"]
"""What a value is read for: to be printed, tested, gone through or counted; of a reference, which part."""

_TRACE: Final = "_trace"
_NOTE: Final = "_note"
_SHOWN: Final = {"_show", "_plain"}
_CALLS: Final = {"ref", "link"}
_NO_FACTS: Final = {"loop", "_level"}
_CONDITION: Final = re.compile(r"\{%[-+]?\s*(?:el)?if\b")
_MANY: Final = 4096


class Read(NamedTuple):
    """One reading: by which tag, of what, and what for.

    The path of an option begins with `option`, that of a number of sections with `sections`; of a
    reference it is `ref` or `link` and what it names.
    """

    tag: int
    path: tuple[str, ...]
    mode: Mode


class _Note(NamedTuple):
    """What one place of a template reads; `loop` is the tag of the loop whose variable begins `path`."""

    tag: int
    path: tuple[str, ...]
    mode: Mode
    loop: int | None = None
    if_true: bool = False


def read_on_page(text: Text, scope: Mapping[str, Any]) -> tuple[Read, ...]:
    """Run a text in the scope of a page, and return what its tags read there, in that order, each once.

    What stands in a branch that this page does not take is not read.
    """
    if not text.tags:
        return ()
    template, notes = _traced(text.source, text.tags)
    trace = _Trace(notes, scope)
    context = template.new_context({**scope, FOUND: [], _TRACE: trace}, shared=True)
    try:
        for _ in template.root_render_func(context):
            pass
    except (TypeError, ValueError, ArithmeticError, LookupError, NotImplementedError, TemplateError):
        pass  # the build says what does not fit; what was read until then was read
    return tuple(dict.fromkeys(trace.reads))


class _Trace:
    """What was read so far, and what the variables of loops stand for."""

    def __init__(self, notes: Sequence[_Note], scope: Mapping[str, Any]) -> None:
        self.notes = notes
        self.reads: list[Read] = []
        self._loops: dict[int, tuple[str, ...]] = {}
        self._scope = scope
        self._places: dict[int, tuple[str, ...]] | None = None

    def note(self, index: int, value: Any, root: Any) -> None:
        tag, path, mode, loop, if_true = self.notes[index]
        if loop is not None:
            above = self._place(root) or self._loops.get(loop)
            if above is None:
                return
            path = (*above, *path)
        if if_true and not value:
            mode = "test"
        if mode == "loop" and value:
            self._loops[tag] = path
        self.reads.append(Read(tag, path, mode))

    def _place(self, entry: Any) -> tuple[str, ...] | None:
        """Find which entry of the facts the variable of a loop stands for."""
        if not isinstance(entry, Mapping):
            return None
        if self._places is None:
            self._places = dict(_places(self._scope, ()))
        return self._places.get(id(entry))


def _places(tree: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield id(value), (*path, name)
            yield from _places(value, (*path, name))


@pass_context
def _note(context: Context, value: Any, index: int, root: Any = None) -> Any:
    """Note a reading, and hand the value on as it is."""
    trace: _Trace = context[_TRACE]
    trace.note(index, value, root)
    return value


@cache
def _environment() -> ClauseEnvironment:
    environment = make_environment()
    environment.filters[_NOTE] = _note
    return environment


@lru_cache(_MANY)
def _traced(source: str, tags: tuple[TagPlace, ...]) -> tuple[Template, tuple[_Note, ...]]:
    """Compile the source of a text with a note at each name that it reads."""
    tree = parse(source)
    notes = _Notes(tags)
    notes.statements(tree.body)
    environment = _environment()
    return Template.from_code(environment, environment.compile(tree), {}), tuple(notes.made)


class _Notes:
    """Puts a note at each name of a template; those of conditions belong to the tags in their order."""

    def __init__(self, tags: Sequence[TagPlace]) -> None:
        self.made: list[_Note] = []
        self._conditions = iter([index for index, tag in enumerate(tags) if _is_condition(tag)])
        self._loops: list[tuple[str, int]] = []
        self._tag = 0

    # ---- statements

    def statements(self, body: Sequence[nodes.Node]) -> None:
        for node in body:
            match node:
                case nodes.Output():
                    node.nodes = [self._output(each) for each in node.nodes]
                case nodes.If():
                    self._if(node)
                case nodes.For():
                    self._for(node)
                case nodes.FilterBlock():
                    self.statements(node.body)
                case _:
                    pass

    def _if(self, node: nodes.If) -> None:
        self._tag = next(self._conditions, 0)  # the `when` of a section is its own one tag
        node.test = self._expression(cast("nodes.Expr", node.test), "test")
        self.statements(node.body)
        self.statements(node.elif_)
        self.statements(node.else_)

    def _for(self, node: nodes.For) -> None:
        guard, variable = node.iter, node.target
        if not isinstance(guard, nodes.Filter) or guard.node is None or not isinstance(variable, nodes.Name):
            return
        self._tag = tag = _index_of(guard)
        guard.node = self._expression(guard.node, "loop")
        self._loops.append((variable.name, tag))
        self.statements(node.body)
        self._loops.pop()

    def _output(self, node: nodes.Expr) -> nodes.Expr:
        if not isinstance(node, nodes.Filter) or node.node is None:
            return node
        if node.name in _SHOWN:
            self._tag = _index_of(node)
            node.node = self._expression(node.node, "print")
        elif node.name == "_url" and isinstance(node.node, nodes.List):
            for part in node.node.items:
                if isinstance(part, nodes.Filter) and part.node is not None:
                    self._tag = _index_of(part)
                    part.node = self._expression(part.node, "address")
        return node

    # ---- expressions

    def _expression(self, node: nodes.Expr, mode: Mode, *, if_true: bool = False) -> nodes.Expr:  # noqa: C901 - one case a kind of node
        match node:
            case nodes.Name() | nodes.Getattr() | nodes.Getitem() | nodes.Call():
                return self._name(node, mode, if_true=if_true)
            case nodes.Compare():
                node.expr = self._expression(node.expr, "test")
                for operand in node.ops:
                    operand.expr = self._expression(operand.expr, "test")
            case nodes.And():
                node.left = self._expression(node.left, "test")
                node.right = self._expression(node.right, mode, if_true=if_true)
            case nodes.Or():
                node.left = self._expression(node.left, mode, if_true=True)
                node.right = self._expression(node.right, mode, if_true=if_true)
            case nodes.Not():
                node.node = self._expression(node.node, "test")
            case nodes.CondExpr():
                node.test = self._expression(node.test, "test")
                node.expr1 = self._expression(node.expr1, mode, if_true=if_true)
                if node.expr2 is not None:
                    node.expr2 = self._expression(node.expr2, mode, if_true=if_true)
            case nodes.List() | nodes.Tuple():
                node.items = [self._expression(item, mode, if_true=if_true) for item in node.items]
            case nodes.Filter():
                if node.node is not None:
                    inner: Mode = "count" if node.name == "length" and mode != "test" else mode
                    node.node = self._expression(node.node, inner, if_true=if_true)
            case _:
                pass
        return node

    def _name(self, node: nodes.Expr, mode: Mode, *, if_true: bool) -> nodes.Expr:
        names: list[str] = []
        root: nodes.Node = node
        while isinstance(root, nodes.Getattr | nodes.Getitem):
            names.append(root.attr if isinstance(root, nodes.Getattr) else str(root.arg.as_const()))
            root = root.node
        names.reverse()
        if isinstance(root, nodes.Call):
            return self._call(node, root, names, mode)
        if not isinstance(root, nodes.Name) or root.name in _NO_FACTS:
            return node
        mode = "print" if mode == "address" else mode
        loop = next((tag for name, tag in reversed(self._loops) if name == root.name), None)
        if loop is not None:
            note = _Note(self._tag, tuple(names), mode, loop, if_true)
            return self._noted(node, note, nodes.Name(root.name, "load", lineno=node.lineno))
        return self._noted(node, _Note(self._tag, (root.name, *names), mode, if_true=if_true))

    def _call(self, node: nodes.Expr, call: nodes.Call, names: list[str], mode: Mode) -> nodes.Expr:
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name not in _CALLS or not call.args:
            return node
        part: Mode = "number" if names == ["number"] else "title"
        if mode == "address" and not names:
            part = "address"
        return self._noted(node, _Note(self._tag, (name, str(call.args[0].as_const())), part))

    def _noted(self, node: nodes.Expr, note: _Note, *root: nodes.Expr) -> nodes.Expr:
        index = nodes.Const(len(self.made), lineno=node.lineno)
        self.made.append(note)
        return nodes.Filter(node, _NOTE, [index, *root], [], None, None, lineno=node.lineno)


def _is_condition(tag: TagPlace) -> bool:
    return _CONDITION.match(tag.source) is not None


def _index_of(guard: nodes.Filter) -> int:
    return int(guard.args[0].as_const())
