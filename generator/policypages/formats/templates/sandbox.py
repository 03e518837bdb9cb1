"""The sandbox that clauses run in: facts are looked up as keys, and nothing else is reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jinja2 import Template, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from policypages.formats.templates.filters import FILTERS, GUARDS, Missing, Reference
from policypages.formats.templates.quick import Render, quick


class ClauseEnvironment(ImmutableSandboxedEnvironment):
    """Jinja without globals and tests, and with the filters of the clause language alone."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look a name up among the keys of a fact; what is under a fact that is not set is not set."""
        if isinstance(obj, Mapping):
            return obj.get(attribute)
        if obj is None:
            return None
        if isinstance(obj, Reference | Missing):
            return getattr(obj, attribute, None)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look up as `getattr` does."""
        return self.getattr(obj, argument) if isinstance(argument, str) else super().getitem(obj, argument)


def make_environment() -> ClauseEnvironment:
    """Make the environment of clauses: their filters, and no globals and tests."""
    environment = ClauseEnvironment(
        autoescape=True, keep_trailing_newline=True, undefined=Undefined, cache_size=0, auto_reload=False
    )
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    environment.filters.update(FILTERS)
    environment.filters.update(GUARDS)
    return environment


_ENVIRONMENT: Final = make_environment()
_ORDER: Final = {"lt", "lteq", "gt", "gteq"}


class _NullSafe(NodeTransformer):
    """Let a comparison with a fact that is not set be false, where Python would stop: it was only tested."""

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 - the name of Jinja's node
        guarded: list[nodes.Expr] = []
        left: nodes.Expr = node.expr
        lineno = node.lineno
        for operand in node.ops:
            right: nodes.Expr = operand.expr
            asked = [left, right] if operand.op in _ORDER else []
            if operand.op in {"in", "notin"}:
                asked = [right]
            guarded += [one for one in asked if not isinstance(one, nodes.Const | nodes.List | nodes.Tuple)]
            left = right
        out: nodes.Expr = node
        absent = len(node.ops) == 1 and node.ops[0].op == "notin"
        for one in guarded:
            none = nodes.Const(None, lineno=lineno)
            known = nodes.Compare(
                one, [nodes.Operand("eq" if absent else "ne", none, lineno=lineno)], lineno=lineno
            )
            out = nodes.Or(known, out, lineno=lineno) if absent else nodes.And(known, out, lineno=lineno)
        return out


def make_template(source: str) -> Template:
    """Compile the source of a template, made from a clause, with stock Jinja."""
    code = _ENVIRONMENT.compile(parse(source))
    return Template.from_code(_ENVIRONMENT, code, {})


def make_quick(source: str) -> Render | None:
    """Compile it to our own code, or return None where stock Jinja has to run."""
    return quick_of(parse(source))


def quick_of(tree: nodes.Template) -> Render | None:
    """Compile a template that was read to our own code, or return None where stock Jinja has to run."""
    return quick(tree, _ENVIRONMENT, facts=True)


def parse(source: str) -> nodes.Template:
    """Read the source of a template, made from a clause."""
    tree: nodes.Template = _NullSafe().visit(_ENVIRONMENT.parse(source))
    return tree
