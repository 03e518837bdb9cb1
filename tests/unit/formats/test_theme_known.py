"""What is known of the templates that we ship is what reading them finds, whatever is laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sitecase import make_site
from tests.spec import known_templates

from policypages.formats.templates import theme, theme_known, theme_table
from policypages.formats.templates.theme import ThemeEngine
from policypages.load.site import load_site
from policypages.sources import THEMES, MemorySources

SHIPPED = {name: known_templates.shipped(name) for name in THEMES}
TEXTS = {file: text for templates in SHIPPED.values() for file, text in templates.values()}
PAGE = '{% extends "policypages/page.html" %}\n'
FRAME = "<!doctype html><title>x</title>\n"
OVER: Mapping[str, Mapping[str, str]] = {
    "nothing": {},
    "a copy": {"page.html": SHIPPED["default"]["page.html"][1]},
    "a copy with the newlines of Windows": {
        "layout.html": SHIPPED["default"]["layout.html"][1].replace("\n", "\r\n")
    },
    "a copy with one word changed": {
        "page.html": SHIPPED["default"]["page.html"][1].replace("page.summary", "page.sumary")
    },
    "bad prints in blocks": {
        "page.html": PAGE + "{% block kind %}{{ page.article }}{% endblock %}\n"
        "{% block head %}<a href={{ page.title }}>{% endblock %}{% block about %}{{ 1 | safe }}{% endblock %}"
    },
    "unknown names": {"page.html": PAGE + "{% block about %}{{ nothing }}{{ page.titel }}{% endblock %}"},
    # `label` is made by our page.html alone, and `steps` by our overview.html
    "names that ours make": {"page.html": PAGE + "{% block about %}{{ label }}{{ steps }}{% endblock %}"},
    "names that a part makes": {
        "page.html": PAGE + '{% from "part.html" import made as word with context %}\n'
        "{% block about %}{{ word() }}{{ made }}{{ set_there }}{% endblock %}",
        "part.html": "{% macro made() %}{{ strings.top }}{% endmacro %}{% set set_there = 1 %}",
    },
    "an asset": {"page.html": PAGE + '{% block head %}<img src="{{ assets["a.svg"] }}">{% endblock %}'},
    "any asset": {
        "index.html": '{% extends "layout.html" %}{% block top %}{{ assets | length }}{% endblock %}'
    },
    "any part": {"page.html": PAGE + "{% block about %}{% include page.policy %}{% endblock %}"},
    "a part that is missing": {"page.html": PAGE + '{% block about %}{% include "no.html" %}{% endblock %}'},
    "a circle": {"layout.html": '{% extends "page.html" %}'},
    "a mistake": {"layout.html": FRAME + "{% if %}", "part.html": "{{ {{"},
    "a part that nobody reads": {"part.html": "<p {{ nothing.x }}>", "safe.html": "{{ page.x | safe }}"},
    "a layout that runs blocks": {
        "layout.html": FRAME + "<script>{% block main %}{% endblock %}</script>"
        '<p title="{% block meta %}{% endblock %}" {% block article %}{% endblock %}>'
    },
    "a layout that has few blocks": {"layout.html": FRAME + "<p>{% block main %}{% endblock %}</p>"},
    "a layout beside ours": {"frame.html": "<p {% block contents %}{% endblock %}>{% block main %}"},
    "pages in each other's place": {
        "index.html": SHIPPED["default"]["page.html"][1],
        "page.html": SHIPPED["default"]["overview.html"][1],
    },
    "a page as a part": {
        "part.html": SHIPPED["default"]["overview.html"][1],
        "page.html": FRAME + '{% include "part.html" %}{{ overview.title }}',
    },
    "data for machines": {"page.html": FRAME + "{{ page.title }} of {{ site.name }}"},
}
FINE = {
    *("nothing", "a copy", "a copy with the newlines of Windows", "names that ours make"),
    *("names that a part makes", "an asset", "any asset", "any part", "data for machines"),
    *("a layout that has few blocks", "a layout beside ours"),
}
SITE = {
    "policies/privacy.yaml": "title: Privacy\nsections: [hello]\n",
    "clauses/hello.md": "---\ntitle: Hello\n---\nHello of {{ name }}.\n",
    "entities/acme.yaml": "name: Acme\nowns_root: true\npolicies: {privacy: {reviewed: 2026-01-02}}\n",
    "redirects.yaml": "acme/notice/: acme/privacy/\n",
}


def laid(base: str, over: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    """Return the templates of a theme that is laid over one of ours."""
    files = {
        "policypages.yaml": "title: x\ntheme: own\n",
        "themes/own/theme.yaml": f"extends: {base}\n",
        **{f"themes/own/templates/{name}": text for name, text in over.items()},
    }
    site, _ = load_site(MemorySources(files))
    assert site is not None
    return site.theme.templates


def said(engine: ThemeEngine) -> tuple[object, ...]:
    """Return all that is read in a theme before a page is made."""
    return engine.found, engine.digests, engine.assets, engine.wants_json_ld


def unaided(templates: Mapping[str, tuple[str, str]]) -> ThemeEngine:
    """Read a theme as if nothing was known of any template."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theme_known, "TABLE", {})
        return ThemeEngine(templates)


def test_the_table_is_current(*, regen: bool) -> None:
    """The committed table is what is found in the templates as they are."""
    made = known_templates.regenerated()
    page = Path(theme_table.__file__)
    if regen:
        page.write_text(made, "utf-8")
    else:
        assert page.read_text("utf-8") == made, "run pytest with --regen"


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    """Build a site, and return what its templates were given."""
    seen: dict[str, Mapping[str, Any]] = {}
    assets = {name: name for name in ("style.css", "bare.css", "overview.css", "a.svg")}
    inner = ThemeEngine.render

    def render(self: ThemeEngine, name: str, context: Mapping[str, Any]) -> Any:
        seen[name] = {**context, "assets": assets}
        return inner(self, name, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ThemeEngine, "render", render)
        case = make_site(tmp_path_factory.mktemp("known"), SITE).build()
    assert not case.report.failed, case.report.diagnostics
    assert len(seen) == 5, "a page, a list, a page for what is missing, one that moved, and the overview"
    return seen


@pytest.mark.parametrize("base", THEMES)
@pytest.mark.parametrize("over", OVER)
def test_nothing_changes_by_what_is_known(
    base: str, over: str, contexts: Mapping[str, Mapping[str, Any]]
) -> None:
    """Findings and their order, digests, assets and pages are those of a theme that is read as a whole."""
    templates = laid(base, OVER[over])
    known, read = ThemeEngine(templates), unaided(templates)
    assert said(known) == said(read)
    assert bool(known.found) == (over not in FINE)
    for name in contexts if not known.found else ():  # a build makes pages of no other
        html, found = known.render(name, contexts[name])
        assert (html, found) == read.render(name, contexts[name])
        assert "</html>" in html or OVER[over], found


@settings(max_examples=25)
@given(
    st.sampled_from(THEMES),
    st.dictionaries(
        st.sampled_from([*theme.PAGES, "layout.html", "part.html"]),
        st.sampled_from([*(text for over in OVER.values() for text in over.values()), *TEXTS.values()]),
        max_size=5,
    ),
)
def test_nothing_changes_by_what_is_known_in_any_mixture(base: str, over: Mapping[str, str]) -> None:
    """The same, with any of these texts at any name."""
    templates = laid(base, over)
    assert said(ThemeEngine(templates)) == said(unaided(templates))


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that are parsed."""
    texts: list[str] = []
    inner = theme._parsed

    def parse(text: str) -> Any:
        texts.append(text)
        return inner(text)

    monkeypatch.setattr(theme, "_parsed", parse)
    return texts


@pytest.mark.parametrize("name", THEMES)
def test_our_own_themes_are_not_read_before_a_page_is_made(name: str, parsed: list[str]) -> None:
    """Nothing is parsed or looked at, and the parts of the page that is made alone are parsed then."""
    theme._linted.cache_clear()
    engine = ThemeEngine(SHIPPED[name])
    assert (engine.found, parsed) == ([], [])
    engine.render("404.html", {})
    assert parsed == [SHIPPED[name]["404.html"][1], SHIPPED[name]["layout.html"][1]]


def test_of_a_theme_over_ours_its_own_templates_alone_are_read(parsed: list[str]) -> None:
    """A page with one block of somebody's own is parsed; what it extends is known."""
    over = OVER["an asset"]
    engine = ThemeEngine(laid("bare", over))
    assert {*parsed} == {*over.values()}
    assert engine.assets["page.html"] == frozenset({"a.svg", "bare.css"})
    assert engine.assets["index.html"] == frozenset({"bare.css"})
