"""Write the statements of a template, and of those that it extends and includes, as one Python function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from jinja2 import Environment, nodes

from policypages.formats.templates.filters import keep_filled, keep_written
from policypages.formats.templates.quick.code import (
    LOAD,
    STORE,
    Block,
    assign,
    at,
    call,
    constant,
    either,
    function,
    joined,
    load,
    method,
)
from policypages.formats.templates.quick.names import Frame, Loop, Macro, Uncovered
from policypages.formats.templates.quick.printing import Printing

_GUARDS = {"_filled": keep_filled, "_written": keep_written}
_DEEPEST: Final = 50
_NOT_INCLUDED: Final = (nodes.Block, nodes.Extends, nodes.Macro)
Load = Callable[[str], nodes.Template]


class Writer(Printing):
    """A walk over the statements, in the order in which Jinja runs them."""

    def __init__(
        self, environment: Environment, *, facts: bool, load_tree: Load | None, records: Sequence[type]
    ) -> None:
        super().__init__(environment, facts=facts, records=records)
        self.load_tree = load_tree
        self.root = self.frame
        self.overrides: dict[str, nodes.Block] = {}
        self.within: list[str] = []
        self.inheriting = False
        self.in_function = False

    def write(self, tree: nodes.Template) -> ast.stmt:
        """Write the function that renders a template."""
        self._template(tree)
        text = self.block.result()
        if not isinstance(text, ast.JoinedStr | ast.Constant):
            text = call("str", text)  # what is Markup leaves as plain text, as all else does
        return function("render", ["scope"], [*self.entry.statements, *self.block.statements], text)

    # ---- templates and blocks

    def _template(self, tree: nodes.Template) -> None:
        own = list(tree.find_all(nodes.Block))
        if len({block.name for block in own}) != len(own):
            raise Uncovered
        for block in own:
            self.overrides.setdefault(block.name, block)
        parent: nodes.Template | None = None
        for node in tree.body:
            if isinstance(node, nodes.Extends) and parent is None:
                parent = self._named_tree(node.template)
            elif parent is None or isinstance(node, nodes.Assign | nodes.Macro):
                self.statement(node)
            elif not isinstance(node, nodes.Output | nodes.Block):
                raise Uncovered
        if parent is not None:
            self._template(parent)

    def _named_tree(self, name: nodes.Node) -> nodes.Template:
        if not isinstance(name, nodes.Const) or not isinstance(name.value, str) or self.load_tree is None:
            raise Uncovered
        return self.load_tree(name.value)

    def _visit_block(self, node: nodes.Block) -> None:
        if node.scoped or node.required or self.in_function or node.name in self.within:
            raise Uncovered
        self.within.append(node.name)
        chosen = self.overrides[node.name]
        if chosen.scoped or chosen.required:
            raise Uncovered
        loop, self.loop = self.loop, None
        with self._names(Frame(self.root, self.block)):
            self.statements(chosen.body)
        self.loop = loop
        self.within.pop()

    def _visit_include(self, node: nodes.Include) -> None:
        if node.ignore_missing or not node.with_context or self.in_function:
            raise Uncovered
        tree = self._named_tree(node.template)
        if (
            any(tree.find(kind) for kind in (nodes.Block, nodes.Extends, nodes.Macro))
            or len(self.within) > _DEEPEST
        ):
            raise Uncovered
        loop, self.loop = self.loop, None
        self.within.append("")
        with self._names(Frame(self.frame, self.block)):
            self.statements(tree.body)
        self.within.pop()
        self.loop = loop

    @contextmanager
    def _names(self, frame: Frame) -> Iterator[None]:
        outer, self.frame = self.frame, frame
        yield
        self.frame = outer

    @contextmanager
    def _new_block(self, buffer: str | None = None) -> Iterator[Block]:
        outer = self.block
        self.block = Block(buffer or outer.buffer)
        self.blocks.append(self.block)
        yield self.block
        self.blocks.pop()
        self.block = outer

    # ---- statements

    def statements(self, body: Sequence[nodes.Node]) -> None:
        """Write statements into the block in hand."""
        for node in body:
            self.statement(node)

    def statement(self, node: nodes.Node) -> None:
        """Write one statement."""
        match node:
            case nodes.Output():
                self.block.pieces += [self.text(one) for one in node.nodes]
            case nodes.If():
                self._visit_if(node.test, node.body, [*node.elif_], node.else_)
            case nodes.For():
                self._visit_for(node)
            case nodes.Assign():
                self._visit_assign(node)
            case nodes.Block():
                self._visit_block(node)
            case nodes.Macro():
                self._visit_macro(node)
            case nodes.FilterBlock():
                self._visit_filter_block(node)
            case nodes.Include():
                self._visit_include(node)
            case _:
                raise Uncovered

    def _visit_if(
        self,
        test: nodes.Node,
        body: Sequence[nodes.Node],
        more: Sequence[nodes.If],
        other: Sequence[nodes.Node],
    ) -> None:
        asked = self.value(test)
        with self._new_block() as then:
            self.statements(body)
        with self._new_block() as otherwise:
            if more:
                self._visit_if(more[0].test, more[0].body, more[1:], other)
            else:
                self.statements(other)
        if then.bare and otherwise.bare:
            self.block.pieces.append(either(asked, joined(then.pieces), joined(otherwise.pieces)))
            return
        self.block.flush()
        then.flush()
        otherwise.flush()
        self.block.writes = self.block.writes or then.writes or otherwise.writes
        self.block.statements.append(
            at(ast.If(asked, then.statements or [at(ast.Pass())], otherwise.statements))
        )

    def _visit_assign(self, node: nodes.Assign) -> None:
        if not isinstance(node.target, nodes.Name):
            raise Uncovered
        name = node.target.name
        value = self.value(node.node)
        found = self.frame.names.get(name)
        if found is None:
            # a branch may not run, and a scope that read the name before means another one by it
            if self.block is not self.frame.top or name in self.read or name == "loop":
                raise Uncovered
            found = self.frame.names[name] = self.fresh("set")
            self.changing.add(found)
        elif isinstance(found, Macro) or found not in self.changing:
            raise Uncovered
        self.block.flush()
        self.block.statements.append(assign(found, value))

    def _visit_filter_block(self, node: nodes.FilterBlock) -> None:
        with self._new_block(self.fresh("out")) as inner, self._names(Frame(self.frame, inner)):
            self.statements(node.body)
            text = inner.result()
        self.block.statements += inner.statements
        guard = node.filter.name
        if self.facts and guard in _GUARDS and node.filter.node is None:
            self.globals[f"keep{guard}"] = _GUARDS[guard]
            self.block.pieces.append(call(f"keep{guard}", text))
            return
        value = self._chain(node.filter, call("Markup", text))
        self.block.pieces.append(call("text_of", value))

    def _chain(self, node: nodes.Filter, value: ast.expr) -> ast.expr:
        if isinstance(node.node, nodes.Filter):
            value = self._chain(node.node, value)
        elif node.node is not None or self.facts:
            raise Uncovered
        return self.filtered(node, value)

    def _visit_macro(self, node: nodes.Macro) -> None:
        if self.block is not self.root.top or node.name in self.read or node.name in self.root.names:
            raise Uncovered
        if any(one.name in {"caller", "kwargs", "varargs"} for one in node.find_all(nodes.Name)):
            raise Uncovered
        parameters = tuple(one.name for one in node.args)
        named = parameters[len(parameters) - len(node.defaults) :]
        if not all(isinstance(one, nodes.Const) for one in node.defaults):
            raise Uncovered
        defaults = {name: self.value(one) for name, one in zip(named, node.defaults, strict=True)}
        name = self.fresh("macro")
        self.root.names[node.name] = Macro(name, parameters, defaults)
        locals_ = {one: self.fresh("given") for one in parameters}
        with self._function() as inner, self._names(Frame(self.root, inner, {**locals_})):
            self.statements(node.body)
            text = inner.result()
        self.block.statements.append(function(name, [*locals_.values()], inner.statements, text))

    @contextmanager
    def _function(self) -> Iterator[Block]:
        outer, self.in_function = self.in_function, True
        loop, self.loop = self.loop, None
        with self._new_block(self.fresh("out")) as block:
            yield block
        self.loop = loop
        self.in_function = outer

    # ---- loops

    def _visit_for(self, node: nodes.For) -> None:
        if any(name.name == "loop" for name in node.target.find_all(nodes.Name)) or (
            isinstance(node.target, nodes.Name) and node.target.name == "loop"
        ):
            raise Uncovered
        over = self.value(node.iter)
        if not node.recursive:
            self._write_loop(node, over, None)
            return
        name = self.fresh("loop")
        with self._function() as inner, self._names(Frame(self.frame, inner)):
            self._write_loop(node, load("items"), name)
            text = inner.result()
        self.block.statements.append(function(name, ["items"], inner.statements, text))
        self.block.pieces.append(call(name, over))

    def _write_loop(self, node: nodes.For, over: ast.expr, recursive: str | None) -> None:
        """Write the loop itself; `recursive` is the function that it is in."""
        self.block.flush()
        loop = Loop(self.fresh("index"), self.fresh("length"), recursive)
        if node.test is not None:
            over = self._chosen(node, node.test, over)
        outer, self.loop = self.loop, loop
        with self._new_block() as body:
            frame = Frame(self.frame, body)
            target = self._target(node.target, frame)
            with self._names(frame):
                self.statements(node.body)
            body.flush()
        self.loop = outer
        with self._new_block() as other, self._names(Frame(self.frame, other)):
            self.statements(node.else_)
            other.flush()
        if loop.used or node.else_:
            over = self.keep(call("listed", over))
        if node.else_:
            self.block.statements.append(
                at(ast.If(at(ast.UnaryOp(ast.Not(), over)), other.statements or [at(ast.Pass())], []))
            )
        if loop.used:
            self.block.statements.append(assign(loop.length, call("len", over)))
            over = call("enumerate", over, constant(1))
            target = at(ast.Tuple([at(ast.Name(loop.index, STORE)), target], STORE))
        self.block.writes = self.block.writes or body.writes or other.writes
        self.block.statements.append(at(ast.For(target, over, body.statements or [at(ast.Pass())], [])))

    def _target(self, node: nodes.Node, frame: Frame) -> ast.expr:
        match node:
            case nodes.Name(name=name):
                local = frame.names[name] = self.fresh("each")
                return at(ast.Name(local, STORE))
            case nodes.Tuple(items=items):
                return at(ast.Tuple([self._target(one, frame) for one in items], STORE))
            case _:
                raise Uncovered

    def _chosen(self, node: nodes.For, test: nodes.Node, over: ast.expr) -> ast.expr:
        """Write a loop that takes the items for which the `if` of a `for` holds."""
        if any(
            name.name == "loop" for name in [*test.find_all(nodes.Name), test] if isinstance(name, nodes.Name)
        ):
            raise Uncovered
        chosen, one = self.fresh("chosen"), self.fresh("one")
        with self._new_block() as body:
            frame = Frame(self.frame, body)
            target = self._target(node.target, frame)
            body.statements.append(at(ast.Assign([target], load(one))))
            with self._names(frame):
                asked = self.value(test)
            add = method(load(chosen), "append", load(one))
            body.statements.append(at(ast.If(asked, [at(ast.Expr(add))], [])))
        self.block.statements += [
            assign(chosen, at(ast.List([], LOAD))),
            at(ast.For(at(ast.Name(one, STORE)), over, body.statements, [])),
        ]
        return load(chosen)
