"""Look at where a theme prints: escaping protects text and quoted attributes, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes

from policypages.formats.templates.theme_known import Known, Place

# (template, expression) pairs that may be printed as they are: what the core hands over as markup needs none
SAFE_ALLOWED: Final[frozenset[tuple[str, str]]] = frozenset()

_ADDRESS_ATTRIBUTES: Final = frozenset("action cite data formaction href ping poster src".split())
_ADDRESS_NAMES: Final = frozenset("canonical home href site_url url".split())  # what the core has checked
_DATA: Final = "json_ld"  # the core has escaped it for a block of data
_RUNS: Final = re.compile(r"\s*(?:javascript|vbscript|data\s*:\s*text)", re.IGNORECASE)
_TAG: Final = re.compile(r"<!--|<(/?)([A-Za-z][^\s/>]*)|<$")
_IN_TAG: Final = re.compile(r"\s+|/|>|([^\s/>=\"'][^\s/>=]*)|=")
_RAW: Final = frozenset({"script", "style", "textarea", "title"})
_OPENING: Final = frozenset("if for block macro call filter set with autoescape".split())
_EXTENDS: Final = re.compile(r"\{%[-+]?\s*extends\b")
_SAFE: Final = "`safe` would print a fact as markup: what is markup is printed as it is"
# in a statement, its words with a space between them: `safe`, or `map` with it, or with what is no plain word
_NAMES_SAFE: Final = re.compile(r"\| (?:safe\b|map \( (?!['\"](?!safe\b)\w+['\"]|attribute\b))")
_QUOTES: Final = {'"': "double", "'": "single"}


class _Place(NamedTuple):
    """Where in HTML a template is: `kind` is text, comment, raw, tag, equals, bare, double or single."""

    kind: str = "text"
    element: str = ""
    attribute: str = ""
    before: str = ""


class _Walk:
    """One template while it is looked at; `blocks` says where a parent's blocks stand."""

    def __init__(
        self,
        name: str,
        environment: Environment,
        blocks: Mapping[str, Place],
        tree: nodes.Template | None,
    ) -> None:
        self.name = name
        self.environment = environment
        self.blocks = blocks
        self.tree = tree
        self.place = _Place()
        self.stack: list[tuple[str, _Place]] = []
        self.opened: dict[str, _Place] = {}
        self.found: list[tuple[int, str]] = []

    def run(self, text: str) -> None:
        """Look at the whole text, tag by tag."""
        inner: list[str] = []
        words: list[str] = []
        tokens = [*self.environment.lex(text)]
        printed = _printed(self.tree) if self.tree is not None else []
        # `{% print %}` has no place among them; then each is parsed by itself
        known = (
            iter(printed) if len(printed) == sum(kind == "variable_end" for _, kind, _ in tokens) else None
        )
        for line, kind, value in tokens:
            if kind == "data":
                self._data(value, line)
            elif kind in {"variable_begin", "block_begin"}:
                inner, words = [], []
            elif kind == "variable_end":
                source = "".join(inner).strip()
                one = _expression(self.environment, source) if known is None else next(known)
                if one is not None:  # told as a mistake of syntax
                    self._printed(one, source, line)
            elif kind == "block_end":
                self._statement(words, line)
            elif kind != "comment":
                inner.append(value)
                if kind in {"name", "string", "operator"}:
                    words.append(value)

    def _say(self, line: int, message: str) -> None:
        self.found.append((line, message))

    # ---- statements: each branch begins where its `if` stands

    def _statement(self, words: list[str], line: int) -> None:
        word = words[0] if words else ""
        if word == "print":
            self._say(line, "`print` prints what nobody looks at: write `{{ … }}`")
        if word == "autoescape" or (word in {"filter", "set"} and "safe" in words[1:]):
            self._say(line, f"`{word}` would print facts as markup")
        elif _NAMES_SAFE.search(" ".join(words)):
            self._say(line, _SAFE)  # what `with` and `for` name can be printed later
        if word == "include" and self.place.kind != "text":
            self._say(line, "a template can be included between elements alone")
        if word in _OPENING and not (word == "set" and "=" in words):
            self.stack.append((word, self.place))
            if word == "block" and len(words) > 1:
                self.opened[words[1]] = self.place
                self.place = _Place(*self.blocks.get(words[1], self.place))
        elif word in {"else", "elif"} and self.stack:
            self.place = self.stack[-1][1]
        elif word.startswith("end") and self.stack:
            opening, place = self.stack.pop()
            if opening in {"macro", "block"}:
                self.place = place

    # ---- HTML

    def _data(self, text: str, line: int) -> None:
        at = 0
        while at < len(text):
            step = getattr(self, f"_in_{self.place.kind}")
            at = step(text, at, line + text.count("\n", 0, at))

    def _in_text(self, text: str, at: int, _: int) -> int:
        match = _TAG.search(text, at)
        if match is None:
            return len(text)
        if match[0] == "<!--":
            self.place = _Place("comment")
        else:
            self.place = _Place("tag", "" if match[1] else (match[2] or "").lower())
        return match.end()

    def _in_comment(self, text: str, at: int, _: int) -> int:
        end = text.find("-->", at)
        if end < 0:
            return len(text)
        self.place = _Place()
        return end + 3

    def _in_raw(self, text: str, at: int, _: int) -> int:
        match = re.compile(rf"</{self.place.element}(?=[\s/>]|$)", re.IGNORECASE).search(text, at)
        if match is None:
            return len(text)
        self.place = _Place("tag")
        return match.end()

    def _in_tag(self, text: str, at: int, _: int) -> int:
        match = _IN_TAG.match(text, at)
        if match is None:
            return at + 1
        if match[0] == ">":
            self.place = _Place("raw", self.place.element) if self.place.element in _RAW else _Place()
        elif match[0] == "=":
            self.place = self.place._replace(kind="equals")
        elif match[1]:
            self.place = self.place._replace(attribute=match[1].lower())
        return match.end()

    def _in_equals(self, text: str, at: int, line: int) -> int:
        if text[at].isspace():
            return at + 1
        kind = _QUOTES.get(text[at])
        if kind is None:
            self._say(line, f"the value of the attribute `{self.place.attribute}` has no quotes round it")
            self.place = self.place._replace(kind="bare")
            return at
        self.place = self.place._replace(kind=kind, before="")
        return at + 1

    def _in_bare(self, text: str, at: int, _: int) -> int:
        match = re.compile(r"[\s>]").search(text, at)
        if match is None:
            return len(text)
        self.place = self.place._replace(kind="tag", attribute="")
        return match.start()

    def _in_double(self, text: str, at: int, line: int) -> int:
        return self._quoted(text, at, line, '"')

    def _in_single(self, text: str, at: int, line: int) -> int:
        return self._quoted(text, at, line, "'")

    def _quoted(self, text: str, at: int, line: int, quote: str) -> int:
        end = text.find(quote, at)
        value = text[at : end if end >= 0 else len(text)]
        before = self.place.before + value
        if self.place.attribute in _ADDRESS_ATTRIBUTES and not self.place.before and _RUNS.match(value):
            self._say(line, f"the attribute `{self.place.attribute}` would run what stands in it")
        if end < 0:
            self.place = self.place._replace(before=before)
            return len(text)
        self.place = self.place._replace(kind="tag", attribute="", before="")
        return end + 1

    # ---- what is printed

    def _printed(self, expression: nodes.Expr, source: str, line: int) -> None:
        place = self.place
        filters = _filters(expression)
        if "safe" in filters and (self.name, source) not in SAFE_ALLOWED:
            self._say(line, _SAFE)
        json = isinstance(expression, nodes.Filter) and expression.name == "tojson"
        if message := _why_not(place, expression, json=json):
            self._say(line, message)
        if place.kind == "equals":
            self.place = place._replace(kind="bare")
        elif place.kind in {"double", "single"}:
            self.place = place._replace(before=f"{place.before}…")


def lint_templates(
    environment: Environment,
    templates: Mapping[str, str],
    known: Mapping[str, Known],
    *,
    parse: Callable[[str], nodes.Template],
) -> Iterator[tuple[str, int, str]]:
    """Yield template, line and message for each place where a fact could become more than text.

    `parse` gives the tree of a text. Those that are `known` are looked at only where a parent puts their
    blocks elsewhere.
    """
    blocks: dict[str, Place] = {}
    children = {
        name: extends(text) if name not in known else known[name].within is not None
        for name, text in templates.items()
    }
    for name in sorted(templates, key=lambda name: children[name]):  # parents first
        one = known.get(name)
        if one is not None and one.stands(blocks):
            blocks.update(one.opened)
            continue
        inside = blocks if children[name] else {}
        opened, found = lint_template(environment, name, templates[name], inside, parse=parse)
        if not children[name]:
            blocks.update(opened)
        yield from ((name, line, message) for line, message in found)


def extends(text: str) -> bool:
    """Tell whether a template fills the blocks of another."""
    return _EXTENDS.search(text) is not None


def lint_template(
    environment: Environment,
    name: str,
    text: str,
    blocks: Mapping[str, Place],
    *,
    parse: Callable[[str], nodes.Template],
) -> tuple[Mapping[str, Place], Sequence[tuple[int, str]]]:
    """Return where a template's blocks stand, and line and message of what could become more than text.

    `blocks` says where blocks of its parents stand.
    """
    try:
        tree = parse(text)
    except (TemplateSyntaxError, RecursionError):
        tree = None
    walk = _Walk(name, environment, blocks, tree)
    try:
        walk.run(text)
    except TemplateSyntaxError:  # told where it is parsed
        return {}, ()
    return walk.opened, walk.found


def _why_not(place: _Place, expression: nodes.Expr, *, json: bool) -> str | None:  # noqa: PLR0911 - one a place
    """Say why nothing, or not this, may be printed here."""
    if place.kind == "tag":
        return "a tag is printed as an element's or attribute's name: write names out"
    if place.kind in {"equals", "bare"}:
        return f"the value of the attribute `{place.attribute}` has no quotes round it"
    data = isinstance(expression, nodes.Getattr) and expression.attr == _DATA
    if place.kind == "raw" and place.element == "script" and data:
        return None
    if any(one.attr == _DATA for one in _attributes(expression)):
        return (
            f'`{_DATA}` is written for `<script type="application/ld+json">`, and can be printed there alone'
        )
    if place.kind == "raw" and place.element in {"script", "style"} and not json:
        return f"in `<{place.element}>` only `| tojson` keeps a fact from being run"
    if place.kind != "text" and any(one.attr == "article" for one in _attributes(expression)):
        return "the article is markup, and can be printed between elements alone"
    return _why_not_quoted(place, expression, json=json) if place.kind in {"double", "single"} else None


def _why_not_quoted(place: _Place, expression: nodes.Expr, *, json: bool) -> str | None:
    attribute = place.attribute
    if (attribute.startswith("on") or attribute == "style") and not json:
        return f"in the attribute `{attribute}` only `| tojson` keeps a fact from being run"
    if place.kind == "double" and json:
        return f"`tojson` prints quotes: put single ones round the attribute `{attribute}`"
    if attribute in _ADDRESS_ATTRIBUTES and not place.before.strip() and not _address(expression):
        return f"the attribute `{attribute}` may begin with an address of the core alone, such as `.href`"
    return None


def _printed(tree: nodes.Template) -> list[nodes.Expr]:
    """Return what a template prints, in the order of its text."""
    every = (one for output in tree.find_all(nodes.Output) for one in output.nodes)
    return [one for one in every if not isinstance(one, nodes.TemplateData)]


@lru_cache(512)
def _expression(environment: Environment, source: str) -> nodes.Expr | None:
    try:
        output = environment.parse(f"{{{{ {source} }}}}").body[0]
    except (TemplateSyntaxError, RecursionError):
        return None
    return output.nodes[0] if isinstance(output, nodes.Output) else None


def _attributes(expression: nodes.Expr) -> Iterator[nodes.Getattr]:
    if isinstance(expression, nodes.Getattr):
        yield expression
    yield from expression.find_all(nodes.Getattr)


def _filters(expression: nodes.Expr) -> set[str]:
    filters = [*expression.find_all(nodes.Filter)]
    if isinstance(expression, nodes.Filter):
        filters.append(expression)
    return {_runs(one) for one in filters}


def _runs(one: nodes.Filter) -> str:
    """Return the filter that runs in the end: `map` takes the name of another, and may work it out."""
    if one.name != "map" or not one.args:
        return one.name
    by = one.args[0]
    return str(by.value) if isinstance(by, nodes.Const) else "safe"


def _address(expression: nodes.Node | None) -> bool:
    """Tell whether an expression gives nothing but addresses that the core made or checked."""
    match expression:
        case nodes.Getattr():
            return expression.attr in _ADDRESS_NAMES
        case nodes.Getitem():
            return isinstance(expression.node, nodes.Name) and expression.node.name == "assets"
        case nodes.Or():
            return _address(expression.left) and _address(expression.right)
        case nodes.CondExpr():
            return _address(expression.expr1) and (expression.expr2 is None or _address(expression.expr2))
        case nodes.Const():
            return not _RUNS.match(str(expression.value))
        case _:
            return False
