"""Write what a template prints: text that is HTML."""

from __future__ import annotations

import ast

from jinja2 import nodes
from markupsafe import escape

from policypages.formats.templates.quick.code import LOAD, at, call, either, is_type
from policypages.formats.templates.quick.expressions import Expressions
from policypages.formats.templates.quick.names import Uncovered


class Printing(Expressions):
    """Printing, with a short way for plain text, which facts are made of."""

    def text(self, node: nodes.Node) -> str | ast.expr:
        """Write what printing an expression gives, escaped."""
        match node:
            case nodes.TemplateData(data=data):
                return data
            case nodes.Const():
                self._const(node)
                return str(escape(node.value))
            case nodes.Filter(name="_show" | "_plain" as guard, node=nodes.Expr() as inner) if self.facts:
                other = "shown" if guard == "_show" else "shown_plain"
                return self._printed(inner, other, may_be_empty=False)
            case nodes.Filter(name="_url", node=nodes.List(items=parts)) if self.facts:
                return call("linked", at(ast.Tuple([self._part(one) for one in parts], LOAD)))
            case _:
                text = self.call_text(node)
                return text if text is not None else self._printed(node, "text_of", may_be_empty=True)

    def _printed(self, node: nodes.Node, other: str, *, may_be_empty: bool) -> ast.expr:
        path = self.path(node)
        key = path and (*path, "printed", other)
        known = key and self._known(key)
        if known:
            return known
        first, again = self.named(self.value(node))
        test = is_type(first, "str")
        if not may_be_empty:
            test = at(ast.BoolOp(ast.And(), [test, again]))
        text = either(test, call("escaped", again), call(other, again))
        if key and self.block is self.frame.top:
            # it is printed whenever this block runs, and may be again
            return self.keep(text, key)
        return text

    def _part(self, node: nodes.Node) -> ast.expr:
        match node:
            case nodes.Const(value=str()):
                return self._const(node)
            case nodes.Filter(name="_part", node=nodes.Expr() as inner):
                first, again = self.named(self.value(inner))
                plain = at(ast.BoolOp(ast.And(), [is_type(first, "str"), again]))
                return either(plain, again, call("part_of", again))
            case _:
                raise Uncovered
