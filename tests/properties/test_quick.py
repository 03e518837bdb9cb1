"""Our own code from Jinja's tree against stock Jinja, on templates and scopes made at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from jinja2 import TemplateError
from markupsafe import Markup
from tests.properties.templategrammar import clause_templates, scopes, themes

from policypages.formats.templates import sandbox, texts, theme
from policypages.formats.templates.quick import Render
from policypages.model import Heading

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def by_stock(source: str, scope: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """Render what a clause became with stock Jinja."""
    return texts._render_stock(sandbox.make_template(source), scope, ())


def outcome(run: Render | None, scope: Mapping[str, Any]) -> tuple[str, str]:
    """Run our own code: its text and `ours`, or why it stepped aside."""
    if run is None:
        return "", "uncovered"
    try:
        return run(scope), "ours"
    except Exception:  # noqa: BLE001 - to step aside is to raise, whatever
        return "", "aside"


def test_a_clause_is_what_stock_jinja_makes_of_it_or_our_code_steps_aside() -> None:
    """Whatever a clause has and whatever the facts are, nobody can tell that stock Jinja did not run."""
    came: Counter[str] = Counter()

    @settings(max_examples=250, suppress_health_check=SLOW, database=None)
    @given(clause_templates(), scopes(facts=True))
    def agrees(source: str, scope: Mapping[str, Any]) -> None:
        note(source)
        text, how = outcome(sandbox.make_quick(source), scope)
        html, findings = by_stock(source, scope)
        if how == "ours":
            assert (text, ()) == (html, findings)
            assert type(text) is str
        came[how if not findings else "findings"] += 1

    agrees()
    assert came["ours"] > 3 * (came["aside"] + came["uncovered"]), came


def test_a_page_is_what_stock_jinja_makes_of_it_or_our_code_steps_aside() -> None:
    """Scopes, blocks, includes, macros and loops of themes mean what they mean to stock Jinja."""
    came: Counter[str] = Counter()

    @settings(max_examples=250, suppress_health_check=SLOW, database=None)
    @given(themes(), scopes(facts=False))
    def agrees(templates: Mapping[str, str], scope: Mapping[str, Any]) -> None:
        note(repr(templates))
        engine = theme.ThemeEngine({name: (name, text) for name, text in templates.items()})
        text, how = outcome(engine._quick("page.html"), scope)
        try:
            html = engine._environment.get_template("page.html").render(scope)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            assert how != "ours", "what stock Jinja refuses"
            came["refused"] += 1
            return
        if how == "ours":
            assert text == html
            assert type(text) is str
        came[how] += 1

    agrees()
    assert came["ours"] > came["aside"] + came["uncovered"], came


LAYOUT = "<{% block a %}{{ mine }}{% endblock %}|{% block b %}{{ mine }}{% endblock %}|{{ mine }}>"
PART = "[{{ mine }}{% set mine = 'part' %}{{ mine }}]"
OURS = (
    "{% set mine = 'set' %}{{ mine }}{% set mine = mine ~ '!' %}{{ mine }}",
    "{% for mine in items %}{% block c %}{{ mine }}{% endblock %}{{ mine }}{% endfor %}{{ mine }}",
    (
        "{% set mine = 'r' %}{% for each in items %}{% set mine = each %}"
        "{% block c %}{{ mine }}{% endblock %}{% endfor %}"
    ),
    "{% set mine = 'a' %}{% if plain %}{{ mine }}{% set mine = 'b' %}{% endif %}{{ mine }}",
    (
        "{% set mine = 'a' %}{% for each in items %}{{ mine }}{% set mine = each %}"
        "{{ mine }}{% endfor %}{{ mine }}"
    ),
    "{% set mine = 'a' %}{% filter upper %}{% set mine = 'b' %}{{ mine }}{% endfilter %}{{ mine }}",
    "{% set mine = 'a' %}{% block c %}{{ mine }}{% set mine = 'b' %}{{ mine }}{% endblock %}{{ mine }}",
    (
        "{% extends 'layout.html' %}{% set mine = 'child' %}{% block a %}"
        "{{ mine }}{% set mine = 'a' %}{% endblock %}"
    ),
    "{% extends 'layout.html' %}{% block a %}{% block c %}{{ mine }}{% endblock %}{% endblock %}dropped",
    "before{% extends 'layout.html' %}",
    "{% set mine = 'a' %}{% include 'part.html' %}{{ mine }}",
    (
        "{% macro m(one, mine='d') %}{{ one }}{{ mine }}{{ plain }}{% endmacro %}"
        "{{ m(1) }}{{ m(1, 2) }}{{ mine }}"
    ),
    "{% macro m(n) %}{{ n }}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}{{ m(1) | upper }}",
    "{% macro m(a) %}<i>{{ a }}{% endmacro %}{% set mine = m('<') %}{{ mine }}{{ mine ~ '<' }}",
    "{% for plain in items %}{{ plain }}{% else %}none{% endfor %}{{ plain }}",
    "{% for each in [] %}{{ each }}{% else %}{{ mine }}{% endfor %}",
    "{% for mine in items if mine == 'x' %}{{ loop.index }}{{ loop.length }}{{ mine }}{% endfor %}{{ mine }}",
    (
        "{% for a in items %}{% for b in items %}{{ loop.index }}{% endfor %}"
        "{{ loop.index }}{{ loop.last }}{% endfor %}"
    ),
    "{% for a in items %}{% for b in [loop.index, loop.first] %}{{ b }}{% endfor %}{% endfor %}",
    (
        "{% for a in tree recursive %}{{ a.n }}{% set mine = a.n %}"
        "({{ loop(a.below) }}){{ mine }}{% endfor %}{{ mine }}"
    ),
    (
        "{% for a in tree recursive %}{{ loop.index }}{% for b in items %}"
        "{{ b }}{% endfor %}{{ loop(a.below) }}{% endfor %}"
    ),
    "{% for a, b in [(plain, mine), (mine, plain)] %}{{ a }}-{{ b }};{% endfor %}",
    "{{ '<' if plain else mine }}{{ plain and mine }}{{ nothing or '<b>' }}{{ [plain, 1, none] }}{{ 1.50 }}",
    "{{ group.one }}{{ group['two'] }}{{ items[0] }}{{ items[1] }}{{ group[plain] }}",
    (
        "{{ plain }}{{ markup }}{{ markup ~ plain }}{{ markup | upper }}"
        "{{ nothing }}{{ true }}{{ 1 + 2 }}{{ markup + plain }}"
    ),
    (
        "{% set mine = 'early' %}{% macro m() %}{{ mine }}{% endmacro %}"
        "{{ m() }}{% set mine = 'late' %}{{ m() }}"
    ),
)
STOCK = (
    "{% for each in items %}{{ mine }}{% endfor %}{% set mine = 'set' %}{{ mine }}",
    "{{ mine }}{% set mine = 'set' %}{{ mine }}",
    "{% if plain %}{% set mine = 'set' %}{% endif %}{{ mine }}",
    "{% if not plain %}{% set mine = 'set' %}{% endif %}{{ mine }}",
    "{% extends 'layout.html' %}{% block a %}{{ super() }}!{% endblock %}",
    "{% extends 'layout.html' %}{% for each in items %}{{ each }}{% endfor %}",
    "{% include 'part.html' %}{{ mine }}{% for mine in items %}{% include 'part.html' %}{% endfor %}",
    "{% macro m() %}{{ mine }}{% endmacro %}{{ m() }}{% set mine = 'late' %}{{ m() }}",
    "{{ m(1) }}{% macro m(n) %}{{ n }}{% endmacro %}",
    "{% for each in items %}{% macro m() %}{{ each }}{% endmacro %}{{ m() }}{% endfor %}",
    "{{ ('<a>' | escape) ~ '<' }}{{ (('<a>' | escape) ~ '<') ~ mine }}{{ ('<a>' | escape) ~ mine }}",
)


@pytest.mark.parametrize(
    ("source", "way"), [*((s, "ours") for s in OURS), *((s, "uncovered") for s in STOCK)]
)
def test_names_stand_for_what_they_stand_for_in_stock_jinja(source: str, way: str) -> None:
    """Where a name is set, read before, hidden or left, our code says the same or leaves it alone."""
    templates = {"page.html": source, "layout.html": LAYOUT, "part.html": PART}
    engine = theme.ThemeEngine({name: (name, text) for name, text in templates.items()})
    tree = [{"n": "1", "below": [{"n": "2", "below": []}, {"n": "3", "below": []}]}, {"n": "4", "below": []}]
    scope = {
        "plain": "<p>",
        "mine": "scope",
        "items": ["x", "<y>", "x"],
        "group": {"one": "1", "two": "<2>", "<p>": "3"},
        "nothing": None,
        "markup": Markup("<b>"),
        "tree": tree,
    }
    text, how = outcome(engine._quick("page.html"), scope)
    assert how == way
    if how == "ours":
        assert text == engine._environment.get_template("page.html").render(scope)


LINES = (
    "{% for h in top %}{{ h.title }};{% endfor %}{% for h in top %}{{ h.anchor }};{% endfor %}",
    "{% for h in top %}{{ h.title }}{{ mine }};{% endfor %}",
    "{% for h in top %}{{ loop.index }}{{ h.title }};{% endfor %}",
    "{% for h in top recursive %}{{ h.title }}{% if h.number %}{{loop(h.children)}}{% endif %}{% endfor %}",
    "{% for h in top recursive %}<{{ h.title }}{{ loop(h.children) }}>{% else %}{{ mine }}{% endfor %}",
    "{% for h in top if mine == 'a' recursive %}<{{ h.title }}{{ loop(h.children) }}>{% endfor %}",
    "{% for h in top %}{% set last = h.number %}{{ last }}{{ h.title }};{% endfor %}",
    "{% for h in top recursive %}<{{ h.title }}{{ mine }}{{ loop(h.children) }}>{% endfor %}",
    "{% for h in top recursive %}<{{ loop.index }}{{ h.title }}{{ loop(h.children) }}>{% endfor %}",
    "{% set my = mine %}{% for h in top recursive %}{{ my }}{{ h.title }}{{ loop(h.children) }}{% endfor %}",
    "{% for h in top recursive %}{% set t = h.title %}{{ t | upper }}{{ loop(h.children) }}{% endfor %}",
    (
        "{% for h in top recursive %}{{ h.title }}{{ loop(h.children) }}{% endfor %}"
        "{% for h in top recursive %}{% for c in h.children %}{{ c.title }}{% endfor %}{% endfor %}"
    ),
    "{% for h in top %}{% for one in h.children %}{{ h.anchor }}{{ one.title }};{% endfor %}{% endfor %}",
)


@pytest.mark.parametrize("source", LINES)
def test_a_line_of_the_contents_that_many_pages_have_is_written_on_each_as_stock_jinja_does(
    source: str,
) -> None:
    """A heading that was met before brings its own words, and nothing of the page or loop it was met in."""
    engine = theme.ThemeEngine({"page.html": ("page.html", source)})
    low, high = Heading("1.1", "<low>", "low"), Heading(None, "High & dry", "high")
    pages = [
        (high, Heading("1", "One", "one", (low, high))),
        (low, high),
        (Heading("2", "Two", "two", (low,)),),
    ]
    for contents in [*pages, *pages]:
        for mine in ("a", "<b>"):
            scope = {"top": contents, "mine": mine}
            html = engine._environment.get_template("page.html").render(scope)
            assert outcome(engine._quick("page.html"), scope) == (html, "ours")
