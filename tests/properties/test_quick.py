"""Our own code from Jinja's tree against stock Jinja, on templates and scopes made at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from jinja2 import TemplateError
from tests.properties.templategrammar import clause_templates, scopes, themes

from policypages.formats.templates import sandbox, texts, theme
from policypages.formats.templates.quick import Render

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

    @settings(max_examples=600, suppress_health_check=SLOW, database=None)
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

    @settings(max_examples=600, suppress_health_check=SLOW, database=None)
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
