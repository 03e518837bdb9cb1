"""Themes that would let a fact out of its place, run for ever, or name what is not there."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tests.faults.case import SETTINGS, build, pages, places, problems, write

from policypages.formats.templates.theme import ThemeEngine
from policypages.formats.templates.theme_lint import SAFE_ALLOWED, lint_templates

ROOT = Path(__file__).resolve().parents[2]
FINE = (
    '<a href="{{ page.canonical }}" title="{{ page.title }}">{{ page.title }}</a>',
    "<a href=\"#{{ page.policy }}\" class='{{ lang }}'{% if lang %} hidden{% endif %}>x</a>",
    '<link href="{{ assets[\'style.css\'] }}"><a href="{{ site.url or site.home }}">x</a>',
    "<script>const title = {{ page.title | tojson }};</script>",
    '<script type="application/ld+json">{{ {"name": page.title} | tojson }}</script>',
    "<p data-page='{{ page.title | tojson }}' onclick='go({{ page.title | tojson }})'>x</p>",
    "{% set names = site.policies | map(attribute='title') | map('upper') | join(', ') %}<p>{{ names }}</p>",
    "<style>p::after { content: {{ page.title | tojson }} }</style>",
    "<!-- {{ page.title }} <a href= --><p>{{ page.article }}</p>",
    '<p class="{% if lang %}a{% else %}b{% endif %}">{{ page.title }}</p>',
    '{% set a = 1 %}<p class="a">{% set b %}<b>{{ page.title }}</b>{% endset %}{{ b }}</p>',
)
BAD = (
    ("<a href={{ page.canonical }}>", "`href` has no quotes"),
    ("<p class=note>", "`class` has no quotes"),
    ("<p class=a{{ lang }}>", "`class` has no quotes"),
    ("<p {{ page.title }}>", "name"),
    ("<{{ page.title }}>", "name"),
    ("<script>let a = '{{ page.title }}'</script>", "tojson"),
    ("<script>let a = {{ page.title | upper }}</script>", "tojson"),
    ("<SCRIPT\n>{{ page.title }}</SCRIPT>", "tojson"),
    ('<script type="application/ld+json">{"name": "{{ page.title }}"}</script>', "tojson"),
    ("<style>p { color: {{ page.title }} }</style>", "tojson"),
    ("<p onclick=\"go('{{ page.title }}')\">", "tojson"),
    ('<p style="color: {{ page.title }}">', "tojson"),
    ('<p data-x="{{ page.title | tojson }}">', "single ones"),
    ("<p>{{ page.title | safe }}</p>", "`safe`"),
    ("<p>{{ (page.title | upper | safe) ~ 'x' }}</p>", "`safe`"),
    ("{{ [page.title] | map('safe') | first }}", "`safe`"),
    ("{{ [page.title] | map(page.filter) | first }}", "`safe`"),
    ("{% with x = page.title | safe %}{{ x }}{% endwith %}", "`safe`"),
    ("{% for x in [page.title|safe] %}{{ x }}{% endfor %}", "`safe`"),
    ("{% macro m(a=page.title|safe) %}{{ a }}{% endmacro %}{{ m() }}", "`safe`"),
    ("{% set x = [page.title] | map('sa\\x66e') | first %}{{ x }}", "`safe`"),
    ("{% set x = [page.title] | map(page.filter) | first %}{{ x }}", "`safe`"),
    ("{% print page.title | safe %}", "`print`"),
    ("{% print page.title %}", "`print`"),
    ("{% filter safe %}{{ page.title }}{% endfilter %}", "markup"),
    ("{% autoescape false %}{{ page.title }}{% endautoescape %}", "markup"),
    ('<a href="{{ page.title }}">', "address of the core"),
    ('<a href="{{ site.url or page.title }}">', "address of the core"),
    ('<form action="{{ site.name }}">', "address of the core"),
    ('<a href="javascript:go()">', "would run"),
    ('<p title="{{ page.article }}">', "the article is markup"),
    ("<script>{% include 'part.html' %}</script>", "between elements"),
    ('<p class="{% if lang %}a{% else %}" {{ lang }}{% endif %}">', "name"),
    ("{% print lang %}<p {{ page.title }}>", "name"),
)


def found_in(templates: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """Return what the lint says of templates."""
    environment = ImmutableSandboxedEnvironment(autoescape=True)
    found = list(lint_templates(environment, templates, {}, parse=environment.parse))
    assert found == list(lint_templates(environment, templates, {}, parse=unreadable)), "print by print"
    return found


def unreadable(_: str) -> nodes.Template:
    """Parse nothing, so that each print is looked at by itself."""
    message = "somewhere else in the template"
    raise TemplateSyntaxError(message, 1)


@pytest.mark.parametrize("template", FINE)
def test_row_21_a_fact_in_text_in_quotes_or_as_json_is_fine(template: str) -> None:
    """What autoescaping and `tojson` protect is no problem."""
    assert found_in({"page.html": template}) == []


@pytest.mark.parametrize(("template", "says"), BAD)
def test_row_21_a_fact_where_nothing_protects_it_is_found(template: str, says: str) -> None:
    """Unquoted attributes, names, scripts, styles, handlers, addresses and `safe` are told at their line."""
    found = found_in({"page.html": f"<p>\n{template}"})
    assert [(name, line) for name, line, _ in found] in (
        [("page.html", 2)],
        [("page.html", 2)] * 2,
        [("page.html", 3)],
    ), found
    assert any(says in message for _, _, message in found), found


def test_row_21_a_block_is_judged_by_where_its_parent_puts_it() -> None:
    """A block that stands in a script or a tag of the parent stands there in the child, too."""
    parent = "<script>{% block code %}{% endblock %}</script><p {% block more %}{% endblock %}>"
    child = (
        "{% extends 'layout.html' %}\n{% block code %}{{ lang }}{% endblock %}\n"
        "{% block more %}{{ lang }}{% endblock %}\n{% block other %}{{ lang }}{% endblock %}"
    )
    assert [(name, line) for name, line, _ in found_in({"child.html": child, "layout.html": parent})] == [
        ("child.html", 2),
        ("child.html", 3),
    ]


def test_row_21_our_own_themes_pass_and_nothing_is_excepted() -> None:
    """The default theme has no such place, and the list of exceptions for `safe` is empty."""
    folder = ROOT / "themes" / "default" / "templates"
    templates = {file.name: file.read_text("utf-8") for file in folder.glob("*.html")}
    assert len(templates) == 9
    assert found_in(templates) == []
    assert not SAFE_ALLOWED


def themed(site: Path, templates: Mapping[str, str]) -> Path:
    """Write a site with a theme of its own."""
    return write(
        site,
        {
            "policypages.yaml": SETTINGS + "theme: house\n",
            "themes/house/theme.yaml": "name: House\n",
            **{f"themes/house/templates/{name}": text for name, text in templates.items()},
        },
    )


def test_row_21_the_build_refuses_such_a_theme(tmp_path: Path) -> None:
    """The real command names file and line, and writes nothing."""
    site = themed(tmp_path, {"page.html": "<!doctype html>\n<a href={{ page.title }}>x</a>\n"})
    file = "themes/house/templates/page.html"
    assert places(problems(site)) == [("theme-template", file, 2, 1)]


def test_row_22_a_file_name_can_do_nothing(tmp_path: Path) -> None:
    """A template whose name would like to be code is text in a message, and cannot be reached by `..`."""
    name = "{{ 7*7 }}';import os;'.html"
    site = themed(
        tmp_path,
        {name: "{{ nothing.x }}", "page.html": "<p>\n{% include \"{{ 7*7 }}';import os;'.html\" %}"},
    )
    assert places(problems(site)) == [("theme-template", f"themes/house/templates/{name}", 1, 1)]
    site = themed(tmp_path, {"page.html": "<p>\n{% include '../../../policypages.yaml' %}"})
    assert {(one["code"], one["file"]) for one in problems(site)} == {
        ("theme-template", "themes/house/templates/page.html")
    }


def test_row_23_a_greedy_template_stays_within_its_memory(tmp_path: Path) -> None:
    """Loops, repeats and circles are refused in a process that may have one GiB, and soon."""
    greedy = (
        "{% for x in range(10**9) %}x{% endfor %}",
        "{{ 'a' * 10**10 }}",
        "{% include 'page.html' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    )
    program = textwrap.dedent("""
        import resource, sys
        from policypages.cli import main
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        main(["-C", sys.argv[1], "build", "--format", "short"])
    """)
    for number, code in enumerate(greedy):
        site = themed(tmp_path / str(number), {"page.html": f"<p>\n{code}\n"})
        told = [sys.executable, "-c", program, str(site)]
        done = subprocess.run(told, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1, (code, done.stderr[-500:])
        assert "themes/house/templates/page.html:" in done.stderr, code
        assert "error[theme-template]" in done.stderr, code
        assert pages(site / "output") == {}


def test_row_24_a_missing_variable_names_line_entity_and_chain(tmp_path: Path) -> None:
    """Three includes deep: the innermost line, the site that is hit, and the way that leads there."""
    site = themed(
        tmp_path,
        {
            "page.html": "<title>x</title>\n{% include 'a.html' %}",
            "a.html": "\n\n{% include 'b.html' %}",
            "b.html": "\n\n{{ page.titel }}\n",
        },
    )
    (found,) = problems(site)
    folder = "themes/house/templates"
    assert places([found]) == [("theme-template", f"{folder}/b.html", 3, 1)]
    assert "`titel`" in found["message"]
    assert found["entities"] == ["acme"]
    assert found["chain"] == [f"{folder}/page.html:2", f"{folder}/a.html:3", f"{folder}/b.html:3"]
    assert f"{folder}/b.html:3" in build(site).stderr


@pytest.mark.parametrize("inside", ["(" * 3000 + "lang" + ")" * 3000, "not " * 5000 + "lang"])
def test_row_21_a_template_nested_too_deeply_is_told(inside: str) -> None:
    """What no parser reads to its end is one problem of its file, wherever the parser gives up."""
    engine = ThemeEngine({"page.html": ("themes/mine/templates/page.html", f"<p>{{{{ {inside} }}}}</p>")})
    told = [one for one in engine.found if one.span is not None]
    assert [(one.message, one.span and one.span.file) for one in told] == [
        ("the template is nested too deeply", "themes/mine/templates/page.html")
    ]
