"""Our own code from Jinja's tree against stock Jinja, on every real template and on hostile facts."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.clausecase import compiled, facts_of, options_of
from tests.properties.test_hostile import CONTEXTS, HOSTILE, TARGETS
from tests.properties.test_quick import by_stock, outcome

from policypages import build
from policypages.formats.templates import article, sandbox, texts, theme
from policypages.formats.templates.quick import Render
from policypages.formats.templates.texts import LEVEL, scope_of
from policypages.model import Target
from policypages.sources import MemorySources

ROOT = Path(__file__).resolve().parents[2]
SITES = {"examples": ".", "starter": "starter", "benchmark": None}


class Watch:
    """What our own code gives beside what stock Jinja gives, while a real site is built."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.differs: list[str] = []
        self.uncovered: list[str] = []
        self.aside: list[str] = []
        self.ran: set[str] = set()
        self.sources: set[str] = set()
        self._monkeypatch = monkeypatch
        self._text()
        self._article()
        self._theme()

    def _see(self, what: str, run: Render | None, scope: Mapping[str, Any], wanted: str) -> str:
        text, how = outcome(run, scope)
        self.ran.add(what)
        if how == "ours" and text != wanted:
            self.differs.append(what)
        if how != "ours":
            getattr(self, how).append(what)
        return wanted

    def _text(self) -> None:
        make = texts.make_text

        def make_text(source: str, *args: Any) -> Any:
            if "{{" in source or "{%" in source:
                self.sources.add(source)
            return make(source, *args)

        def make_quick(source: str) -> Render:
            run = sandbox.make_quick(source)
            return lambda scope: self._see(source, run, scope, by_stock(source, scope)[0])

        self._monkeypatch.setattr(texts, "make_text", make_text)
        self._monkeypatch.setattr(texts, "make_quick", make_quick)

    def _article(self) -> None:
        def make(source: str) -> Render:
            run = quick(source)
            return lambda scope: self._see("article", run, scope, article._template(source).render(scope))

        quick = article._quick
        self._monkeypatch.setattr(article, "_quick", make)

    def _theme(self) -> None:
        quick = theme.ThemeEngine._quick

        def make(engine: theme.ThemeEngine, name: str) -> Render:
            run = quick(engine, name)
            template = engine._environment.get_template(name)
            return lambda scope: self._see(name, run, scope, template.render(scope))

        self._monkeypatch.setattr(theme.ThemeEngine, "_quick", make)


def _files(name: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    root = ROOT / SITES[name] if SITES[name] else folder / "site"  # type: ignore[operator]
    if SITES[name] is None:
        command = [sys.executable, "-m", "benchmarks.site", "--tool", "ours", "--entities", "25"]
        subprocess.run([*command, "--out", str(root)], cwd=ROOT, check=True, capture_output=True)
    yield "policypages.yaml", (root / "policypages.yaml").read_bytes()
    for below in ("content", "themes"):
        for path in sorted((root / below).rglob("*")):
            if path.is_file():
                yield path.relative_to(root).as_posix(), path.read_bytes()


@pytest.mark.parametrize("name", SITES)
def test_a_real_site_is_what_stock_jinja_makes_of_it_and_our_code_makes_all_of_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of no clause, title, condition, article or page does our code step aside, and no byte differs."""
    files = dict(_files(name, tmp_path))
    watch = Watch(monkeypatch)
    day = datetime.date(2026, 11, 22)
    plan, found = build.plan_build(MemorySources(files), build.Previous(), build.Options(day))
    assert plan is not None, found
    report = build.carry_out(plan, None)
    assert not report.failed, report.diagnostics
    assert watch.differs == []
    assert (watch.uncovered, watch.aside) == ([], [])
    assert {"article", "page.html", "index.html"} <= watch.ran
    # a condition that asks for one fact is looked up, and runs no template
    rendered = {source for source in watch.sources if not source.endswith("yes{% endif %}")}
    assert len(watch.ran & rendered) > len(rendered) / 2
    assert [source for source in watch.sources if sandbox.make_quick(source) is None] == []


def test_each_template_of_the_default_theme_is_covered() -> None:
    """Pages that few sites have, for a missing address and over all sites, are made by our code, too."""
    folder = ROOT / "themes/default/templates"
    templates = {file.name: (file.name, file.read_text("utf-8")) for file in folder.glob("*.html")}
    engine = theme.ThemeEngine(templates)
    assert len(templates) == 9
    aside = {name for name in templates if engine._quick(name) is None}
    assert aside == {"versions.html", "redirect.html", "changes.html"}  # few are made with them
    sites = ({"name": "<One>", "href": "a/", "sample": True, "policies": []},)
    policies = ({"title": "Cookies & more", "href": "b/", "locale": "de", "current": True},)
    strings = {name: f"<{name}>" for name in ("not_found", "not_found_text", "home", "skip", "sample", "top")}
    strings |= {name: f"<{name}>" for name in ("sites", "sample_tag", "no_sites", "policies")}
    scope = {
        "strings": strings,
        "assets": {"style.css": "style.css", "overview.css": "overview.css"},
        "lang": "en",
        "dir": "ltr",
        "site": {
            "name": "A & B",
            "home": "./",
            "sample": True,
            "policies": policies,
            "logo": {"href": "logo.svg", "width": 2, "height": 1},
            "icon": None,
        },
        "page": {"alternates": ()},
        "overview": {
            "title": "All",
            "sites": ({**sites[0], "policies": policies}, *sites),
            "count": 3,
            "parts": ({"href": "2/", "first": "A", "last": "B", "current": True},),
            "before": {"href": "1/", "first": "0", "last": "9"},
            "after": None,
        },
    }
    for name in ("404.html", "overview.html"):
        html = engine._environment.get_template(name).render(scope)
        assert outcome(engine._quick(name), scope) == (html, "ours")


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_fact_comes_out_as_stock_jinja_writes_it(value: str) -> None:
    """What an attacker may put into a fact is escaped by our code where stock Jinja escapes it."""
    entity = facts_of("extra: {product: word, tools: [word], agency: word}\n")
    facts = {**entity, "extra": {**entity["extra"], "product": value, "tools": [value, value]}}
    targets = {value: Target(value, value, value)}
    aside = 0
    for source in [*CONTEXTS.values(), *TARGETS.values()]:
        clause, found = compiled(source)
        assert clause is not None, found
        scope = scope_of(facts, locale="en", refs=targets, links=targets)
        scope |= {"option": options_of(clause), "sections": {}, LEVEL: 2}
        html, findings = by_stock(clause.body.source, scope)
        text, how = outcome(sandbox.make_quick(clause.body.source), scope)
        assert how == "ours" or findings, source
        assert how != "ours" or (text, ()) == (html, findings)
        aside += how != "ours"
    assert aside <= len(TARGETS)


REACHING = (
    "{{ plain.__class__ }}",
    "{{ plain['__class__'] }}",
    "{{ group._hidden }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ plain | attr('__class__') }}",
    "{{ items.append('x') }}",
    "{{ group.update({'one': 'x'}) }}",
    "{{ plain.format(page) }}",
    "{{ [].__class__ }}",
    "{{ self.__init__ }}",
    "{{ range(10) }}",
    "{{ scope }}",
    "{{ environment }}",
    "{{ plain * 99999999 }}",
    "{% for a in group.items() %}{{ a }}{% endfor %}",
    "{{ text_of(plain) }}{{ escaped(plain) }}",
    "{{ out_0 }}{{ v_1 }}",
    "{% set environment = plain %}{{ environment.filters }}",
)


@pytest.mark.parametrize("source", REACHING)
def test_nothing_is_reached_that_the_sandbox_keeps(source: str) -> None:
    """Attributes, calls and the names of our own code are not there for a theme, in either way to render."""
    secret = {"_hidden": "SECRET", "one": "1"}
    scope = {"plain": "word", "group": secret, "items": ["a"], "page": {"title": "t"}}
    engine = theme.ThemeEngine({"page.html": ("page.html", source)})
    text, how = outcome(engine._quick("page.html"), scope)
    assert how != "ours", text
    assert scope == {"plain": "word", "group": secret, "items": ["a"], "page": {"title": "t"}}


TEXTS = ("\"\"\"'''\\", "{__import__('os')}", "{{{{x}}}}", "\x00\ud800", "\\N{BULLET}")


@pytest.mark.parametrize("text", TEXTS)
def test_text_of_a_template_is_never_code(text: str) -> None:
    """What would be code in a Python string comes out as it stands."""
    assert outcome(sandbox.make_quick(texts._literal(text) + "{{ (a)|_show(0) }}"), {"a": text}) == (
        by_stock(texts._literal(text) + "{{ (a)|_show(0) }}", {"a": text})[0],
        "ours",
    )
