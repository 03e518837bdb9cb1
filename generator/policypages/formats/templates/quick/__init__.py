"""Make our own Python code from Jinja's syntax tree, or say that stock Jinja has to run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jinja2 import Environment, TemplateError, nodes

from policypages.formats.templates.quick.names import Uncovered
from policypages.formats.templates.quick.statements import Load, Writer

Render = Callable[[Mapping[str, Any]], str]


def quick(
    tree: nodes.Template,
    environment: Environment,
    *,
    facts: bool = False,
    load_tree: Load | None = None,
    records: Sequence[type] = (),
) -> Render | None:
    """Return a function that renders a template, or None where the template has what we do not cover.

    The function gives the bytes of stock Jinja or raises, whatever; it changes nothing, so that
    stock Jinja can then run as if nothing had been tried. `facts` tells the language of clauses,
    where names are looked up as keys alone, from that of themes. `load_tree` gives the trees of
    templates that this one extends or includes. `records` are frozen dataclasses whose fields it may read.
    """
    try:
        writer = Writer(environment, facts=facts, load_tree=load_tree, records=records)
        written = writer.write(tree)
        code = compile(ast.Module([written], []), "<template>", "exec")
    except (Uncovered, TemplateError, RecursionError, SyntaxError, ValueError, LookupError, MemoryError):
        return None
    space: dict[str, Any] = {**writer.globals, "__builtins__": {}}
    exec(code, space)  # noqa: S102 - made of nodes just above: no text of a template is read as code
    render: Render = space["render"]
    return render
