"""Pieces of Python's syntax tree: made of nodes, never of joined source, so that no content becomes code."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

LOAD: Final = ast.Load()
STORE: Final = ast.Store()
_MOST_PIECES: Final = 200
Node = TypeVar("Node", ast.expr, ast.stmt, ast.arg, ast.keyword)


def at(node: Node) -> Node:
    """Give a node the place that every node must have: of our code, nobody is shown a line."""
    node.lineno = 1
    node.col_offset = 0
    return node


def load(name: str) -> ast.expr:
    """Read a local name."""
    return at(ast.Name(name, LOAD))


def assign(name: str, value: ast.expr) -> ast.stmt:
    """Give a local name a value."""
    return at(ast.Assign([at(ast.Name(name, STORE))], value))


def call(function: str, *args: ast.expr) -> ast.expr:
    """Call what a name stands for."""
    return at(ast.Call(load(function), list(args), []))


def constant(value: str | float | None) -> ast.expr:
    """Write a value of a builtin type."""
    return at(ast.Constant(value))


def either(test: ast.expr, then: ast.expr, other: ast.expr) -> ast.expr:
    """Choose."""
    return at(ast.IfExp(test, then, other))


def is_type(value: ast.expr, kind: str) -> ast.expr:
    """Ask for the very type, since a subclass may do as it likes."""
    return at(ast.Compare(call("type", value), [ast.Is()], [load(kind)]))


def method(of: ast.expr, name: str, *args: ast.expr) -> ast.expr:
    """Call a method of a builtin type."""
    return at(ast.Call(at(ast.Attribute(of, name, LOAD)), list(args), []))


def joined(pieces: Sequence[str | ast.expr]) -> ast.expr:
    """Make one text of pieces that are all text."""
    merged: list[str | ast.expr] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    if not merged:
        return constant("")
    if len(merged) == 1:
        return constant(merged[0]) if isinstance(merged[0], str) else merged[0]
    parts = [
        constant(piece) if isinstance(piece, str) else at(ast.FormattedValue(piece, -1, None))
        for piece in merged
    ]
    return at(ast.JoinedStr(parts))


def concat(buffer: str) -> ast.expr:
    """Join a list of texts."""
    return method(constant(""), "join", load(buffer))


@dataclass(slots=True)
class Block:
    """Statements that run one after the other, and pieces of text that are still to be written.

    Whatever is in `known` has been looked up once when this block runs. Pieces have no effects, so
    they can be written later than they were met, until a local name that they read is set anew.
    """

    buffer: str
    statements: list[ast.stmt] = field(default_factory=list)
    pieces: list[str | ast.expr] = field(default_factory=list)
    known: dict[Any, str] = field(default_factory=dict)
    writes: bool = False

    def flush(self) -> None:
        """Write what is pending."""
        for start in range(0, len(self.pieces), _MOST_PIECES):
            text = joined(self.pieces[start : start + _MOST_PIECES])
            if isinstance(text, ast.Constant) and not text.value:
                continue
            self.statements.append(at(ast.Expr(call(f"{self.buffer}_add", text))))
            self.writes = True
        self.pieces = []

    @property
    def bare(self) -> bool:
        """Tell whether the block is nothing but a text."""
        return not self.statements and len(self.pieces) <= _MOST_PIECES

    def result(self) -> ast.expr:
        """End a block that has its buffer to itself, and give its text."""
        if not self.writes and len(self.pieces) <= _MOST_PIECES:
            return joined(self.pieces)
        self.flush()
        add = at(ast.Attribute(load(self.buffer), "append", LOAD))
        self.statements[:0] = [assign(self.buffer, at(ast.List([], LOAD))), assign(f"{self.buffer}_add", add)]
        return concat(self.buffer)


def function(name: str, parameters: Sequence[str], body: list[ast.stmt], result: ast.expr) -> ast.stmt:
    """Define a function of positional parameters."""
    arguments = ast.arguments([], [at(ast.arg(one)) for one in parameters], None, [], [], None, [])
    return at(ast.FunctionDef(name, arguments, [*body, at(ast.Return(result))], []))
