"""Read the expressions of clause tags: which facts they test and print, and whether the language has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from policypages.diagnostics import Diagnostic, did_you_mean, problem
from policypages.formats.clauses import Place, Tag
from policypages.formats.templates.filters import FILTERS
from policypages.formats.vocabulary import (
    FLAG,
    LOOP,
    NUMBER,
    REFERENCE,
    TESTED_BY_NOBODY,
    TEXT,
    TEXTS,
    Shape,
    declared,
)
from policypages.model import Reads

_PARSER: Final = Environment(autoescape=True)
_LOOP: Final = re.compile(r"([A-Za-z_]\w*)\s+in\s+(.+)", re.DOTALL)
_CALLS: Final = {"ref": "a section id", "link": "a policy id"}
_FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("date",),
    "words": ("number", "duration"),
    "spelled": ("number", "duration"),
}
_SHAPE_OF_FILTER: Final = {"length": NUMBER}
_ORDER: Final = {"lt", "lteq", "gt", "gteq"}
_ORDERED: Final = {"number", "date", "text"}
MAX_EXPRESSION: Final = 2000


@dataclass(slots=True)
class Scope:
    """The names in force at a tag: the vocabulary, and the variables of the loops around it."""

    words: Shape
    loops: list[tuple[str, Shape, str]] = field(default_factory=list)

    def lookup(self, name: str) -> tuple[Shape | None, str]:
        """Return what a name stands for and the fact path it begins (empty for a loop variable)."""
        for variable, shape, path in reversed(self.loops):
            if variable == name:
                return shape, path
        if name == "loop" and self.loops:
            return LOOP, ""
        return declared(self.words, name), name

    def reserved(self) -> set[str]:
        """Return the names that no loop variable may hide."""
        return {*self.words.fields, *_CALLS, "loop"}

    def names(self) -> set[str]:
        """Return every name that may begin a path here."""
        return {*self.words.fields, *(variable for variable, _, _ in self.loops), *_CALLS}


@dataclass(slots=True)
class Expression:
    """What one tag reads, and what is wrong with it. `printed` are the paths whose value is shown."""

    shape: Shape | None = None
    tested: set[str] = field(default_factory=set)
    printed: list[str] = field(default_factory=list)
    reads: Reads = field(default_factory=Reads)
    found: list[Diagnostic] = field(default_factory=list)

    @property
    def facts(self) -> Reads:
        """Return the fact paths read in any way, beside sections and policies."""
        paths = {*self.tested, *self.printed}
        options = frozenset(path.removeprefix("option.") for path in paths if path.startswith("option."))
        facts = frozenset(
            p for p in paths if not p.startswith(("option.", "sections.", "policy.")) or p == "option"
        )
        sections = any(path == "sections" or path.startswith("sections.") for path in paths)
        page = frozenset(path for path in paths if path.startswith("policy."))
        return self.reads | Reads(facts | page, options, sections=sections)


def loop_parts(body: str) -> tuple[str, str] | None:
    """Cut `cookie in cookies` into its variable and what it loops over."""
    match = _LOOP.fullmatch(body.strip())
    return (match.group(1), match.group(2)) if match else None


@lru_cache(1 << 10)
def _parsed(text: str) -> nodes.Template:
    """Return the tree of an expression, which nobody changes: clauses ask for the same few facts."""
    return _PARSER.parse("{{ (" + text + "\n) }}")


def read_expression(text: str, tag: Tag, scope: Scope, place: Place, *, test: bool) -> Expression:
    """Read an expression of a tag; `test` tells a condition from what is printed or looped over."""
    reader = _Reader(text, tag, scope, place)
    if not text.strip():
        subject = "the tag" if tag.kind == "print" else f"`{tag.kind}`"
        reader.refuse("template-syntax", f"{subject} has nothing to look at", None, "write a name in it")
        return reader.out
    if len(text) > MAX_EXPRESSION:
        reader.refuse("too-large", f"an expression has more than {MAX_EXPRESSION} characters", None, None)
        return reader.out
    try:
        tree = _parsed(text)
    except TemplateSyntaxError:
        # what Jinja says speaks of its own tokens, and of brackets that nobody typed
        hint = "a tag holds one name, and filters behind a bar: `{{ audience | upfirst }}`"
        reader.refuse("template-syntax", "the tag cannot be read", None, hint)
        return reader.out
    except RecursionError:
        reader.refuse("too-large", "an expression is nested too deeply", None, None)
        return reader.out
    body = tree.body
    output = body[0] if len(body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        reader.refuse("template-syntax", "the tag holds more than one expression", None, None)
        return reader.out
    try:
        reader.out.shape = reader.visit(output.nodes[0], test=test)
    except RecursionError:
        reader.refuse("too-large", "an expression is nested too deeply", None, None)
    return reader.out


_REFUSED: Final[Mapping[str, tuple[str, str | None]]] = {
    "Add": ("arithmetic", "compute it as a fact, or use `sections.count` or `| length`"),
    "Sub": ("arithmetic", "compute it as a fact"),
    "Mul": ("arithmetic", "compute it as a fact"),
    "Div": ("arithmetic", "compute it as a fact"),
    "FloorDiv": ("arithmetic", "compute it as a fact"),
    "Mod": ("arithmetic", "compute it as a fact"),
    "Pow": ("arithmetic", "compute it as a fact"),
    "Neg": ("arithmetic", None),
    "Pos": ("arithmetic", None),
    "Concat": ("joining with `~`", "write one tag behind the other"),
    "Test": ("a test with `is`", "a fact that is not set counts as false: write `{% if fact %}`"),
    "Dict": ("a mapping", None),
    "Slice": ("a slice", None),
    "Getitem": ("a computed key", "write the key out: `contacts.privacy`"),
    "Call": ("a call", 'only `ref("section")` and `link("policy")` can be called'),
}


def _shape_of(value: object) -> Shape:
    if isinstance(value, bool):
        return FLAG
    return NUMBER if isinstance(value, int | float) else TEXT


class _Reader:
    """A walk over one expression."""

    def __init__(self, text: str, tag: Tag, scope: Scope, place: Place) -> None:
        self.text = text
        self.tag = tag
        self.scope = scope
        self.place = place
        self.out = Expression()

    def visit(self, node: nodes.Node, *, test: bool) -> Shape | None:  # noqa: C901, PLR0911 - one line a kind of node
        match node:
            case nodes.Const():
                return _shape_of(node.value)
            case nodes.TemplateData():
                return TEXT
            case nodes.Name() | nodes.Getattr() | nodes.Getitem():
                return self._path(node, test=test)
            case nodes.Compare():
                return self._compare(node)
            case nodes.And() | nodes.Or():
                left = self.visit(node.left, test=test)
                return self.visit(node.right, test=test) or left
            case nodes.Not():
                self.visit(node.node, test=True)
                return FLAG
            case nodes.CondExpr():
                return self._inline_if(node, test=test)
            case nodes.List() | nodes.Tuple():
                for item in node.items:
                    self.visit(item, test=test)
                return TEXTS
            case nodes.Filter():
                return self._filter(node, test=test)
            case nodes.Call():
                return self._call(node)
            case _:
                what, hint = _REFUSED.get(type(node).__name__, (f"`{type(node).__name__}`", None))
                self.refuse(
                    "refused-expression", f"a clause has no {what}".replace("no a ", "no "), None, hint
                )
                return None

    def _compare(self, node: nodes.Compare) -> Shape:
        left = self.visit(node.expr, test=True)
        for operand in node.ops:
            right = self.visit(operand.expr, test=True)
            kinds = {shape.kind for shape in (left, right) if shape is not None}
            if operand.op in _ORDER and (len(kinds) > 1 or not kinds <= _ORDERED):
                self.refuse(
                    "refused-expression",
                    "`<` and `>` compare two numbers, two dates or two texts",
                    None,
                    "a duration is compared by its `.count`, a list by its `| length`",
                )
            left = right
        return FLAG

    def _inline_if(self, node: nodes.CondExpr, *, test: bool) -> Shape | None:
        self.visit(node.test, test=True)
        shape = self.visit(node.expr1, test=test)
        if node.expr2 is None:
            self.refuse(
                "refused-expression", "an inline `if` without `else`", None, "add `else` and what to print"
            )
            return shape
        return self.visit(node.expr2, test=test) or shape

    # ---- paths

    def _path(self, node: nodes.Node, *, test: bool) -> Shape | None:
        names: list[str] = []
        while isinstance(node, nodes.Getattr | nodes.Getitem):
            if isinstance(node, nodes.Getattr):
                names.append(node.attr)
            elif isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
                names.append(node.arg.value)
            else:
                self.refuse(
                    "refused-expression", "a clause has no computed key", None, _REFUSED["Getitem"][1]
                )
                return None
            node = node.node
        names.reverse()
        if isinstance(node, nodes.Call):
            shape = self._call(node)
            return (
                self._below(shape, names, node.node.name)
                if shape and isinstance(node.node, nodes.Name)
                else None
            )
        if not isinstance(node, nodes.Name):
            self.refuse("refused-expression", "a name is read from something that is no fact", None, None)
            return None
        return self._named(node.name, names, test=test)

    def _named(self, root: str, names: list[str], *, test: bool) -> Shape | None:
        shape, path = self.scope.lookup(root)
        if shape is None:
            self._unknown(root, root, self.scope.names())
            return None
        for name in names:
            inner = declared(shape, name)
            if inner is None:
                self._unknown(name, ".".join((path or root, name)), set(shape.fields))
                return None
            path = f"{path}.{name}" if path else ""
            shape = inner
        if not path:
            return shape
        if test:
            if path in TESTED_BY_NOBODY:
                self.refuse(
                    "refused-expression",
                    f"a clause asks for the `{path}` of an entity",
                    path,
                    "what differs is a fact that wants a name: declare it in `names`, and ask for that",
                )
            self.out.tested.add(path)
        else:
            self.out.printed.append(path)
        return shape

    def _below(self, shape: Shape, names: list[str], call: str) -> Shape | None:
        for name in names:
            inner = shape.fields.get(name)
            if inner is None:
                self._unknown(name, f"{call}(…).{name}", set(shape.fields))
                return None
            shape = inner
        return shape

    def _unknown(self, word: str, path: str, known: set[str]) -> None:
        shown = sorted(known)
        above = path.rpartition(".")[0]
        hint = did_you_mean(word, known)
        if hint and above and "…" not in path:
            hint = hint.replace("`", f"`{above}.", 1)  # the whole path, since that is what is written
        if hint is None and shown and len(shown) <= 12:  # noqa: PLR2004 - what fits a line
            hint = "there is " + ", ".join(f"`{name}`" for name in shown)
        elif hint is None:
            hint = "a new fact is declared under `names` in policypages.yaml"
        self.refuse("unknown-fact", f"nothing is called `{path}`", path if "…" not in path else word, hint)

    # ---- filters and calls

    def _filter(self, node: nodes.Filter, *, test: bool) -> Shape | None:
        if node.name not in FILTERS:
            hint = did_you_mean(node.name, FILTERS) or "filters: " + ", ".join(
                f"`{name}`" for name in sorted(FILTERS)
            )
            self.refuse("unknown-filter", f"there is no filter `{node.name}`", node.name, hint)
        if (
            node.kwargs
            or node.dyn_args
            or node.dyn_kwargs
            or any(not isinstance(a, nodes.Const) for a in node.args)
        ):
            self.refuse(
                "refused-expression", f"`{node.name}` takes only plain text or a number", node.name, None
            )
        elif (why := self._misused(node)) is not None:
            self.refuse("refused-expression", why, node.name, None)
        if node.node is None:
            return TEXT
        shape = self.visit(node.node, test=test)
        fitting = _FITTING.get(node.name)
        if fitting is not None and shape is not None and shape.kind not in fitting:
            kinds = " and ".join(f"{kind}s" for kind in fitting)
            self.refuse("refused-expression", f"`{node.name}` is for {kinds}", node.name, None)
        if node.name in {"first", "last"} and shape is not None and shape.item is not None:
            return shape.item
        if node.name in {"lower", "upper", "upfirst", "markdown", "words", "spelled"} and shape is not None:
            # these leave what they are not for as it is
            return TEXT if shape.kind in {"text", "number", "reference", "duration"} else shape
        return _SHAPE_OF_FILTER.get(node.name, TEXT)

    @staticmethod
    def _misused(node: nodes.Filter) -> str | None:
        values = [arg.value for arg in node.args if isinstance(arg, nodes.Const)]
        if node.name == "series":
            return None if values in ([], ["or"], ["and"]) else "`series` takes 'and' or 'or'"
        if node.name == "join":
            return (
                None
                if len(values) <= 1 and all(isinstance(v, str) for v in values)
                else "`join` takes one text"
            )
        return f"`{node.name}` takes nothing in brackets" if values and node.name in FILTERS else None

    def _call(self, node: nodes.Call) -> Shape | None:
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name not in _CALLS:
            self.refuse("refused-expression", "a clause has no calls", None, _REFUSED["Call"][1])
            return None
        args = node.args
        plain = len(args) == 1 and isinstance(args[0], nodes.Const) and isinstance(args[0].value, str)
        if not plain or node.kwargs or node.dyn_args or node.dyn_kwargs:
            self.refuse("refused-expression", f"`{name}` takes {_CALLS[name]} in quotes", name, None)
            return None
        target = str(args[0].value)  # type: ignore[attr-defined]  # a Const, as just seen
        if name == "ref":
            self.out.reads |= Reads(refs=frozenset({target}))
        else:
            self.out.reads |= Reads(links=frozenset({target}))
        return REFERENCE

    def refuse(self, code: str, message: str, name: str | None, hint: str | None) -> None:
        """Point at `name` within the tag, or at the whole tag."""
        span = self.place.span(self.tag.offset, len(self.tag.source))
        if name:
            for wanted in (name, name.rsplit(".", 1)[-1]):
                found = re.search(
                    rf"(?<![\w.]){re.escape(wanted)}(?!\w)|(?<=\.){re.escape(wanted)}(?!\w)", self.tag.body
                )
                if found:
                    span = self.place.span(self.tag.body_offset + found.start(), len(wanted))
                    break
        self.out.found.append(problem(code, message, span, hint=hint))
