"""Write the expressions of a template as Python expressions."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, Final

from jinja2 import Environment, nodes
from jinja2.nodes import EvalContext
from jinja2.runtime import markup_join
from markupsafe import Markup

from policypages.formats.templates.markup import escaped
from policypages.formats.templates.quick import values
from policypages.formats.templates.quick.code import (
    LOAD,
    STORE,
    Block,
    assign,
    at,
    call,
    constant,
    either,
    is_type,
    load,
    method,
)
from policypages.formats.templates.quick.names import Frame, Loop, Macro, Uncovered

_COMPARISONS: Final[Mapping[str, type[ast.cmpop]]] = {
    "eq": ast.Eq,
    "ne": ast.NotEq,
    "lt": ast.Lt,
    "lteq": ast.LtE,
    "gt": ast.Gt,
    "gteq": ast.GtE,
    "in": ast.In,
    "notin": ast.NotIn,
}
_CALLS: Final = {"ref", "link"}
_NOT_TWICE: Final = {"random"}
_PLAIN: Final = (str, int, bool, type(None))
_DICT_NAMES: Final = frozenset(dir(dict))


def names_of(kind: Any) -> frozenset[str]:
    """Return the fields of a dataclass that a template may read."""
    return frozenset(one.name for one in fields(kind) if not one.name.startswith("_"))


class Expressions:
    """One method a kind of node; each returns code without effects, and steps aside by an exception."""

    def __init__(self, environment: Environment, *, facts: bool, records: Sequence[type]) -> None:
        self.environment = environment
        self.facts = facts
        self.records = {f"record_{kind.__name__}": names_of(kind) for kind in records}
        self.globals: dict[str, Any] = {
            "escaped": escaped,
            "text_of": values.text_of,
            "listed": values.listed,
            "fact": values.fact,
            "attribute": values.attribute,
            "item": values.item,
            "shown": values.shown,
            "shown_plain": values.shown_plain,
            "entries": values.entries,
            "part_of": values.part_of,
            "linked": values.linked,
            "markup_join": markup_join,
            "Markup": Markup,
            "environment": environment,
            "eval_context": EvalContext(environment),
            "type": type,
            "str": str,
            "dict": dict,
            "enumerate": enumerate,
            "len": len,
            "list": list,
            **{f"record_{kind.__name__}": kind for kind in records},
        }
        self.entry = Block("out_0")
        self.block = Block("out_0")
        self.blocks: list[Block] = [self.entry, self.block]
        self.frame = Frame(None, self.block)
        self.loop: Loop | None = None
        self.changing: set[str] = set()
        self.read: set[str] = set()
        self._lazy = 0
        self._made = 0

    def fresh(self, kind: str) -> str:
        """Return a local name that nothing else has."""
        self._made += 1
        return f"{kind}_{self._made}"

    # ---- what is looked up once

    def _known(self, key: Any) -> ast.expr | None:
        for block in reversed(self.blocks):
            if key in block.known:
                return load(block.known[key])
        return None

    def keep(self, value: ast.expr, key: Any = None, block: Block | None = None) -> ast.expr:
        """Keep a value in a local, which later code of this block reads when it wants the same `key`."""
        into = block or self.block
        name = self.fresh("v")
        into.statements.append(assign(name, value))
        if key is not None:
            into.known[key] = name
        return load(name)

    @contextmanager
    def lazily(self) -> Iterator[None]:
        """Write code that may not run: what it looks up may not be there, so nothing is kept."""
        self._lazy += 1
        yield
        self._lazy -= 1

    def path(self, node: nodes.Node) -> tuple[Any, ...] | None:
        """Return what tells one looked-up value from another, or None if it may change."""
        match node:
            case nodes.Name(name=name):
                found = self.frame.find(name)
                if isinstance(found, Macro) or found in self.changing or (name == "loop" and self.loop):
                    return None
                return (found,) if found else ("scope", name)
            case nodes.Getattr(node=base, attr=name):
                path = self.path(base)
                return path and (*path, "attribute", name)
            case nodes.Getitem(node=base, arg=nodes.Const(value=str() as name)):
                path = self.path(base)
                return path and (*path, "item", name)
            case _:
                return None

    def named(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """Return code that is run first, and code that gives the same value again."""
        if isinstance(value, ast.Name):
            return value, value
        if not self._lazy:
            name = self.keep(value)
            return name, name
        temporary = self.fresh("t")
        target = ast.Name(temporary, STORE)
        at(target)
        return at(ast.NamedExpr(target, value)), load(temporary)

    # ---- values

    def value(self, node: nodes.Node) -> ast.expr:
        """Write any expression."""
        write: Callable[[Any], ast.expr] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if write is None:
            raise Uncovered
        return write(node)

    def _const(self, node: nodes.Const) -> ast.expr:
        if type(node.value) is float and math.isfinite(node.value):
            return constant(node.value)
        if type(node.value) not in _PLAIN:
            raise Uncovered
        return constant(node.value)

    def _templatedata(self, node: nodes.TemplateData) -> ast.expr:
        return call("Markup", constant(node.data))

    def _name(self, node: nodes.Name) -> ast.expr:
        if node.name == "loop" and self.loop is not None:
            raise Uncovered
        found = self.frame.find(node.name)
        if isinstance(found, Macro):
            raise Uncovered
        if found is not None:
            return load(found)
        if node.name in self.environment.globals or node.name in {"self", "super", "caller", "loop"}:
            raise Uncovered
        self.read.add(node.name)
        key = ("scope", node.name)
        fetched = at(ast.Subscript(load("scope"), constant(node.name), LOAD))
        return self._known(key) or self.keep(fetched, key, self.entry)

    def _getattr(self, node: nodes.Getattr) -> ast.expr:
        if isinstance(node.node, nodes.Name) and node.node.name == "loop" and self.loop is not None:
            return self._of_loop(self.loop, node.attr)
        return self._look_up(node, node.node, node.attr, "attribute")

    def _getitem(self, node: nodes.Getitem) -> ast.expr:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._look_up(node, node.node, node.arg.value, "item")
        if self.facts or isinstance(node.arg, nodes.Slice):
            raise Uncovered
        first, again = self.named(self.value(node.node))
        _, key = self.named(self.value(node.arg)) if not self._lazy else (None, self.value(node.arg))
        short = at(ast.Subscript(again, key, LOAD))
        return either(is_type(first, "list"), short, call("item", load("environment"), again, key))

    def _look_up(self, node: nodes.Node, base: nodes.Node, name: str, how: str) -> ast.expr:
        if name.startswith("_") or (how == "attribute" and not self.facts and name in _DICT_NAMES):
            raise Uncovered
        path = self.path(node)
        known = path and self._known(path)
        if known:
            return known
        # a fact is there or null, so to look it up early does no harm
        early = self.facts and path is not None and path[0] == "scope"
        first, again = self.named(self.value(base))
        key = constant(name)
        if self.facts:
            short = method(again, "get", key)
            other = call("fact", again, key)
        else:
            short = at(ast.Subscript(again, key, LOAD))
            other = self._by_kind(again, name, call(how, load("environment"), again, key))
        found = either(is_type(first, "dict"), short, other)
        if early:
            return self.keep(found, path, self.entry)
        return found if self._lazy or path is None else self.keep(found, path)

    def _by_kind(self, value: ast.expr, name: str, other: ast.expr) -> ast.expr:
        """Read a field of the core's own dataclasses."""
        for kind, names in self.records.items():
            if name in names:
                other = either(is_type(value, kind), at(ast.Attribute(value, name, LOAD)), other)
        return other

    def _of_loop(self, loop: Loop, name: str) -> ast.expr:
        loop.used = True
        index, length, one = load(loop.index), load(loop.length), constant(1)
        match name:
            case "index":
                return index
            case "index0":
                return at(ast.BinOp(index, ast.Sub(), one))
            case "first":
                return at(ast.Compare(index, [ast.Eq()], [one]))
            case "last":
                return at(ast.Compare(index, [ast.Eq()], [length]))
            case "length":
                return length
            case "revindex0":
                return at(ast.BinOp(length, ast.Sub(), index))
            case _:
                raise Uncovered

    def _compare(self, node: nodes.Compare) -> ast.expr:
        left = self.value(node.expr)
        with self.lazily():
            right = [self.value(operand.expr) for operand in node.ops]
        return at(ast.Compare(left, [_COMPARISONS[operand.op]() for operand in node.ops], right))

    def _and(self, node: nodes.And) -> ast.expr:
        return self._choice(ast.And(), node)

    def _or(self, node: nodes.Or) -> ast.expr:
        return self._choice(ast.Or(), node)

    def _choice(self, operator: ast.boolop, node: nodes.And | nodes.Or) -> ast.expr:
        left = self.value(node.left)
        with self.lazily():
            return at(ast.BoolOp(operator, [left, self.value(node.right)]))

    def _not(self, node: nodes.Not) -> ast.expr:
        return at(ast.UnaryOp(ast.Not(), self.value(node.node)))

    def _condexpr(self, node: nodes.CondExpr) -> ast.expr:
        if node.expr2 is None:
            raise Uncovered
        test = self.value(node.test)
        with self.lazily():
            return either(test, self.value(node.expr1), self.value(node.expr2))

    def _list(self, node: nodes.List) -> ast.expr:
        return at(ast.List([self.value(one) for one in node.items], LOAD))

    def _tuple(self, node: nodes.Tuple) -> ast.expr:
        return at(ast.Tuple([self.value(one) for one in node.items], LOAD))

    def _dict(self, node: nodes.Dict) -> ast.expr:
        pairs = [(self.value(pair.key), self.value(pair.value)) for pair in node.items]
        return at(ast.Dict([key for key, _ in pairs], [value for _, value in pairs]))

    def _concat(self, node: nodes.Concat) -> ast.expr:
        self._refuse_constant(node)
        return call("markup_join", at(ast.Tuple([self.value(one) for one in node.nodes], LOAD)))

    def _refuse_constant(self, node: nodes.Expr) -> None:
        """Leave to Jinja what it works out when it compiles: to join markup, it has another rule there."""
        try:
            node.as_const(self.globals["eval_context"])
        except nodes.Impossible:
            return
        raise Uncovered

    def _add(self, node: nodes.Add) -> ast.expr:
        return at(ast.BinOp(self.value(node.left), ast.Add(), self.value(node.right)))

    def _sub(self, node: nodes.Sub) -> ast.expr:
        return at(ast.BinOp(self.value(node.left), ast.Sub(), self.value(node.right)))

    def _filter(self, node: nodes.Filter) -> ast.expr:
        match node.name:
            case "_each" if self.facts and node.node is not None:
                return call("entries", self.value(node.node))
            case "_show" | "_plain" | "_url" | "_part" | "_filled" | "_written" if self.facts:
                raise Uncovered
        if node.node is None:
            raise Uncovered
        self._refuse_constant(node)
        return self.filtered(node, self.value(node.node))

    def filtered(self, node: nodes.Filter, value: ast.expr) -> ast.expr:
        """Call a filter of the environment."""
        found = self.environment.filters.get(node.name)
        if found is None or node.dyn_args or node.dyn_kwargs or node.name in _NOT_TWICE:
            raise Uncovered
        asks = getattr(getattr(found, "jinja_pass_arg", None), "name", None)
        # the filters of clauses want nothing of a context but the locale, which is in the scope
        given = {
            None: [],
            "context": [load("scope")],
            "eval_context": [load("eval_context")],
            "environment": [load("environment")],
        }[asks]
        if asks == "context" and not self.facts:
            raise Uncovered
        self.globals[f"filter_{node.name}"] = found
        keywords = [at(ast.keyword(str(one.key), self.value(one.value))) for one in node.kwargs]
        arguments = [*given, value, *(self.value(one) for one in node.args)]
        return at(ast.Call(load(f"filter_{node.name}"), arguments, keywords))

    # ---- calls

    def _call(self, node: nodes.Call) -> ast.expr:
        text = self.call_text(node)
        if text is not None:
            return call("Markup", text)
        match node:
            case nodes.Call(
                node=nodes.Name(name=name),
                args=[nodes.Const(value=str() as target)],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ) if self.facts and name in _CALLS and self.frame.find(name) is None:
                key = ("scope", name, "call", target)
                called = at(ast.Call(self.value(node.node), [constant(target)], []))
                return self._known(key) or (called if self._lazy else self.keep(called, key))
            case _:
                raise Uncovered

    def call_text(self, node: nodes.Node) -> ast.expr | None:
        """Write a call of a macro or of `loop`, which gives text that is HTML; None if it is another."""
        if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
            return None
        if node.dyn_args or node.dyn_kwargs:
            return None
        name = node.node.name
        if name == "loop" and self.loop is not None:
            if self.loop.function is None or len(node.args) != 1 or node.kwargs:
                raise Uncovered
            return call(self.loop.function, self.value(node.args[0]))
        macro = self.frame.find(name)
        if not isinstance(macro, Macro):
            return None
        given = dict(zip(macro.parameters, map(self.value, node.args), strict=False))
        named = {one.key: self.value(one.value) for one in node.kwargs}
        if len(node.args) > len(macro.parameters) or given.keys() & named.keys():
            raise Uncovered
        given = {**macro.defaults, **given, **named}
        if given.keys() != set(macro.parameters):
            raise Uncovered
        return call(macro.function, *(given[one] for one in macro.parameters))
