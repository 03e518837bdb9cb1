"""Rules about words on any text: none stops, and each points at words that are there."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from tests.properties.clausegrammar import clauses, entities
from tests.sitecase import SiteCase

from policypages.checks.kinds import Choice
from policypages.diagnostics import Diagnostic

CODES: Final = frozenset(("drift", "mixed-spelling", "term-twice", "term-unused", "term-undefined"))
SETTINGS: Final = """\
schema_version: 1
title: T
names:
  wording: [site]
  extra:
    product: text
    agency: text
    tools: list of text
    places: list of text
    seats: number
    sells: yes or no
    beacons: yes or no
"""
SLOW: Final = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
PIECES: Final = (
    *("website", "web site", "Web site", "e-mail", "email", "Email", "Internet", "this privacy policy"),
    *("organise", "organize", "colour", "color", "(the “Services”)", '("we," "us")', "“Data” means"),
    *("the Services", "services", '"', "“", "”", "'", "’", "—", " -- ", "\u00a0", "7\u00a0years", "7 years"),
    *(
        "`",
        "**",
        "_",
        "[",
        "](x)",
        ".",
        ",",
        "\n",
        "\n\n",
        "- ",
        "# ",
        "| ",
        "{{ name }}",
        "{{ wording.site }}",
    ),
    *("猫は毎日", "שלום", "مرحبا", "🎉", "e\u0301", "ß", "İ", "ﬁ"),
    "we keep what you send us for as long as we need it",
)
ANY: Final = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=25).map(" ".join)


def _checked(facts: str, *bodies: str) -> tuple[SiteCase, list[Diagnostic]]:
    names = "abcd"[: len(bodies)]
    case = SiteCase(Path(tempfile.gettempdir())).change("policypages.yaml", SETTINGS)
    case.files["content/entities/acme.yaml"] = (
        "name: Acme\nurl: https://acme.example/\nwording: {site: web site}\npolicies: {privacy: {}}\n" + facts
    )
    case.change("policies/privacy.yaml", f"title: Privacy\nsections: [{', '.join(names)}]\n")
    for name, body in zip(names, bodies, strict=True):
        case.files[f"content/clauses/{name}.md"] = f"---\ntitle: Part\n---\n{body}\n"
        note(f"{name}: {body!r}")
    case.check(Choice(CODES))
    return case, [one for one in case.report.diagnostics if one.code in CODES]


def _points_at_words(case: SiteCase, found: list[Diagnostic]) -> None:
    for one in found:
        for span in (one.span, *(label.span for label in one.labels)):
            assert span is not None
            line = case.files[span.file].replace("\r\n", "\n").replace("\r", "\n").split("\n")[span.line - 1]
            assert 1 <= span.column <= len(line) + 1
            assert span.column - 1 + span.length <= len(line) + 1, (one, line)


@settings(max_examples=20, suppress_health_check=SLOW)
@given(clauses(), clauses(), entities())
def test_generated_clauses_are_read(one: str, other: str, facts: str) -> None:
    """Two clauses with statements in all places, and the second once more under another name."""
    case, found = _checked(facts, one, other, other)
    _points_at_words(case, found)


@settings(max_examples=30, suppress_health_check=SLOW)
@given(ANY, ANY, entities())
def test_any_words_in_any_script_are_read(one: str, other: str, facts: str) -> None:
    """Quotation marks that do not close, signs, tags and scripts, in any order."""
    case, found = _checked(facts, one, other, f"{one} {other}")
    _points_at_words(case, found)
