"""Templates made at random, in the language of clauses and in that of themes, and scopes to run them in."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from hypothesis import strategies as st
from markupsafe import Markup

from policypages.formats.templates.texts import LEVEL, scope_of
from policypages.model import Heading, Target
from policypages.values import Term, Worded

T = TypeVar("T")
TEXTS: Final = (
    "word",
    "Ünïcode 例",
    "<b>&amp;</b>",
    '"it\'s"',
    "{{ 7 }}",
    "a\nb",
    "https://example.org/a?b=c&d",
)
CONSTANTS: Final = ('"word"', '"<i>"', "3", "0", "none", "true", "[]", '["word", 3]')
REFERENCES: Final = ('ref("there")', 'link("there").title', 'ref("nowhere")', 'ref("there").number')
CLAUSE_FILTERS: Final = ("date", 'series("or")', "series", "words", "spelled", "lines", "upfirst", "markdown")
THEME_FILTERS: Final = (
    *("title", "trim", 'replace("o", "<")', "tojson", "escape", 'default("x")', "list", "safe"),
)
CALLS: Final = (
    *('{% include "part.html" %}', "{{ shout(plain) }}", "{{ shout(other, word=plain) }}", "{{ shout() }}"),
)
KEYS: Final = ("one", "two", "three")


@dataclass
class Grammar:
    """One template in the making; `draw` chooses. `names` are those of the scope and of loops round here."""

    draw: Callable[[st.SearchStrategy[object]], object]
    facts: bool
    names: tuple[str, ...] = ("plain", "other", "group", "deep", "items", "entries", "nothing", "number")
    blocks: tuple[str, ...] = ()
    tags: int = 0
    looped: bool = False
    recursive: bool = False

    def pick(self, choices: Sequence[T]) -> T:
        return choices[cast("int", self.draw(st.integers(0, len(choices) - 1)))]

    def often(self) -> bool:
        return self.pick((True, True, False))

    def tag(self) -> int:
        self.tags += 1
        return self.tags - 1

    # ---- expressions

    def path(self) -> str:
        likely = ("plain", "other", "group.one", "deep.one.two", "number", *self.names[8:])
        if self.often():
            return self.pick(likely)
        name = self.pick(self.names)
        for _ in range(self.pick((0, 0, 1, 2))):
            name += self.pick(("", '["one"]', *(f".{key}" for key in KEYS)))
        return name

    def expression(self, depth: int) -> str:  # noqa: C901, PLR0911 - one line a kind
        kind = self.pick(range(12)) if depth else 0
        inner = depth - 1
        match kind:
            case 0 | 1 | 2 | 3:
                return self.path()
            case 4:
                return self.pick(CONSTANTS)
            case 5:
                operator = self.pick(("==", "!=", "<", ">=", "in", "not in"))
                return f"({self.expression(inner)} {operator} {self.expression(inner)})"
            case 6:
                return f"({self.expression(inner)} {self.pick(('and', 'or'))} {self.expression(inner)})"
            case 7:
                return f"(not {self.expression(inner)})"
            case 8:
                return f"({self.expression(inner)} if {self.expression(inner)} else {self.expression(inner)})"
            case 9:
                return f"({self.expression(inner)} | {self.pick(self.filters())})"
            case 10 if self.looped:
                return self.pick(("loop.index", "loop.index0", "loop.first", "loop.last", "loop.length"))
            case 11 if self.facts:
                return self.pick(
                    ('ref("there")', 'link("there").title', 'ref("nowhere")', 'ref("there").number')
                )
            case 11:
                return f"({self.expression(inner)} ~ {self.expression(inner)})"
            case _:
                return self.path()

    def filters(self) -> tuple[str, ...]:
        common = ("upper", "lower", "length", "first", "last", 'join(", ")')
        if self.facts:
            return (
                *common,
                "date",
                'series("or")',
                "series",
                "words",
                "spelled",
                "lines",
                "upfirst",
                "markdown",
            )
        return (
            *common,
            "title",
            "trim",
            'replace("o", "<")',
            "tojson",
            "escape",
            'default("x")',
            "list",
            "safe",
        )

    # ---- statements

    def body(self, depth: int) -> str:
        return "".join(self.statement(depth) for _ in range(self.pick((1, 2, 3))))

    def statement(self, depth: int) -> str:
        kinds: tuple[Callable[[int], str], ...] = (self.words, self.printed, self.printed, self.printed)
        if depth:
            kinds += (self.choice, self.loop, self.filtered)
            kinds += () if self.facts else (self.set, self.set, self.block, self.nested)
        return self.pick(kinds)(depth)

    def words(self, _: int) -> str:
        return self.pick(("<p>words</p>\n", " and ", '<a href="#x">', "\n\n  "))

    def printed(self, depth: int) -> str:
        value = self.expression(min(depth, 2))
        if not self.facts:
            return f"{{{{ {value} }}}}"
        if self.pick((0, 0, 0, 1)):
            tag = self.tag()
            return f"{{{{ ['/a', ({value})|_part({tag}), '?b']|_url({tag}) }}}}"
        return f"{{{{ ({value})|{self.pick(('_show', '_plain'))}({self.tag()}) }}}}"

    def choice(self, depth: int) -> str:
        out = f"{{% if {self.expression(2)} %}}{self.body(depth - 1)}"
        if self.often():
            out += f"{{% elif {self.expression(1)} %}}{self.body(depth - 1)}"
        if self.often():
            out += f"{{% else %}}{self.body(depth - 1)}"
        return out + "{% endif %}"

    def loop(self, depth: int) -> str:
        over = self.pick(("items", "items", "entries", "[plain, other]", "group.three", self.expression(1)))
        name = self.pick(("each", "other") if not self.facts else ("each", "item"))
        recursive = not self.facts and self.pick((False, False, True))
        before = (self.names, self.looped, self.recursive)
        self.names, self.looped, self.recursive = (*self.names, name), True, recursive
        body = self.body(depth - 1)
        self.names, self.looped, self.recursive = before
        if self.facts:
            return f"{{% for {name} in ({over})|_each({self.tag()}) %}}{body}{{% endfor %}}"
        if recursive:
            body += f"{{% if {name}.children %}}{{{{ loop({name}.children) }}}}{{% endif %}}"
            over = "page.contents"
        test = f" if {name}" if self.pick((False, False, True)) else ""
        other = f"{{% else %}}{self.body(depth - 1)}" if self.pick((False, False, True)) else ""
        return f"{{% for {name} in {over}{test}{' recursive' * recursive} %}}{body}{other}{{% endfor %}}"

    def filtered(self, depth: int) -> str:
        name = self.pick(("_filled", "_written") if self.facts else ("upper", "trim", 'replace("o", "<")'))
        return f"{{% filter {name} %}}{self.body(depth - 1)}{{% endfilter %}}"

    def set(self, _: int) -> str:
        """Bind a name that may be the scope's, and may be read before, after, further in and further out."""
        name = self.pick(("plain", "mine", "mine", "yours"))
        out = f"{{% set {name} = {self.expression(2)} %}}"
        self.names = (*self.names, name)
        return out

    def block(self, depth: int) -> str:
        if self.blocks or self.looped:
            return self.words(0)
        self.blocks = (*self.blocks, "inner")
        return f"{{% block inner %}}{self.body(depth - 1)}{{% endblock %}}"

    def nested(self, _: int) -> str:
        return self.pick(
            (
                '{% include "part.html" %}',
                "{{ shout(plain) }}",
                "{{ shout(other, word=plain) }}",
                "{{ shout() }}",
            )
        )


Draw = Callable[[st.SearchStrategy[object]], object]


@st.composite
def clause_templates(draw: Draw) -> str:
    """Make what a clause becomes before Jinja reads it."""
    return Grammar(draw, facts=True).body(3)


@st.composite
def themes(draw: Draw) -> Mapping[str, str]:
    """Make a theme: a page, a layout that it may extend and a part that it may include."""
    grammar = Grammar(draw, facts=False)
    macro = "{% macro shout(one, word='!') %}<b>{{ one }}{{ word }}{{ plain }}</b>{% endmacro %}"
    part = Grammar(draw, facts=False, blocks=("none",)).body(1).replace('{% include "part.html" %}', "")
    page = (macro if grammar.often() else "") + grammar.body(3)
    layout = "<html>{% block top %}top{% endblock %}{% block main %}{{ plain }}{% endblock %}</html>"
    if grammar.pick((False, True)):
        # blocks do not see what is set round them, but for what the root sets
        first, second = grammar.pick(("", "{% set mine = plain %}")), grammar.body(2)
        inner = (
            f"{{% block main %}}{grammar.body(2)}{{% block more %}}{second}{{% endblock %}}{{% endblock %}}"
        )
        grammar.blocks = ("none",)
        page = f'{{% extends "layout.html" %}}{first}{macro}{inner.replace("block inner", "block other")}'
    return {"page.html": page, "layout.html": layout, "part.html": part}


texts = st.sampled_from(TEXTS) | st.text(max_size=8)
usual = texts | st.integers(0, 9)
ODD: Final[tuple[Any, ...]] = (
    *(None, "", 0, True, False, Decimal("2.50"), 1.5, [], {}, (), datetime.date(2026, 11, 22)),
    *(Markup("<b>x</b>"), Markup(""), Term.of("code", "words & more")),
    Worded("seven years", {"count": 7, "unit": "years"}),
)
unusual = st.sampled_from(ODD)


def mostly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Choose something else one time in eight."""
    return st.integers(0, 7).flatmap(lambda number: strategy if number else unusual)


@st.composite
def scopes(draw: Draw, *, facts: bool) -> Mapping[str, Any]:
    """Make what a template reads: mostly what it expects, and now and then nothing or something odd."""

    def some(strategy: st.SearchStrategy[Any]) -> Any:
        return draw(mostly(strategy))

    group = {"one": some(usual), "two": some(usual), "three": some(st.lists(texts, min_size=1, max_size=3))}
    scope: dict[str, Any] = {
        "plain": some(texts),
        "other": some(usual),
        "group": some(st.just(group)),
        "deep": some(st.just({"one": {"one": some(texts), "two": some(texts)}, "two": some(texts)})),
        "items": some(st.lists(mostly(usual), min_size=1, max_size=3)),
        "entries": some(
            st.just({"first": group, "second": None, "third": {"one": "x", "two": "", "three": []}})
        ),
        "nothing": None,
        "number": some(st.integers(-3, 20)),
    }
    if facts:
        targets = {"there": Target("#there", "There & <then>", draw(st.sampled_from((None, "4"))))}  # type: ignore[arg-type]
        return {**scope_of(scope, locale="en", refs=targets, links=targets), LEVEL: 2}
    below = (Heading("1.1", draw(texts), "below"),)  # type: ignore[arg-type]
    scope["page"] = {"contents": (Heading("1", draw(texts), "one", below), Heading(None, "Two", "two"))}  # type: ignore[arg-type]
    if draw(st.booleans()):
        scope["mine"] = "of the scope"
    return scope
