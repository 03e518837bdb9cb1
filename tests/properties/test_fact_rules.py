"""The rules on facts, audience and words look at any clause and any fact without falling over."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factcase import ACME, house
from tests.sitecase import DAY

from policypages.checks.dead_term import RULE as DEAD
from policypages.checks.kinds import FactsFile, leaves
from policypages.checks.secret_value import what_secret
from policypages.diagnostics import has_errors
from policypages.formats.unseen import unseen
from policypages.model import SourceFile

PIECES = st.sampled_from(
    [
        *("our customers", "Visitors and employees", "SSL", "anonymous data", "Internet Explorer"),
        *("{{ audience }}", "{{ extra.note }}", "{% if short_name %}", "{% else %}", "{% endif %}"),
        *(
            "\n\n",
            "\n- ",
            "**",
            "[x](/y)",
            ". ",
            ", ",
            "| a |\n|---|\n",
            "# ",
            "`",
            "’s",
            "this site, a.example",
        ),
        *("個人情報", "שלום", "👩\u200d💻", "\u202e", "The latest law, the CCPA."),
    ]
)
NAMES = "names:\n  extra: {note: text}\nchecks: {dead_terms: {x.y: gone}, contradictions: [[a, b]]}\n"


@given(
    st.lists(PIECES, max_size=12), st.text(max_size=40), st.sampled_from(["customers", "employees", "誰か"])
)
@settings(max_examples=30)
def test_no_clause_is_too_odd_for_a_rule(pieces: list[str], words: str, audience: str) -> None:
    """Whatever compiles is looked at; whatever does not is told, and nothing is raised."""
    body = " ".join(pieces) + words.encode("utf-8", "ignore").decode()
    with tempfile.TemporaryDirectory() as folder:
        files = {
            "clauses/opening.md": f"---\ntitle: O\ntags: [identifies, a]\n---\n{body}\n",
            "clauses/more.md": "---\ntitle: M\ntags: [anonymous, b]\n---\nWe keep anonymous data.\n",
            "policies/privacy.yaml": "title: P\nsections: [opening, more]\n",
            "entities/acme.yaml": f"audience: {audience}\nextra: {{note: n}}\n{ACME}",
        }
        report = house(Path(folder), files, NAMES).check().report
    codes = {one.code for one in report.diagnostics}
    broken = has_errors(one for one in report.diagnostics if one.code != "contradiction")
    assert "contradiction" in codes or broken


@given(st.text(max_size=200))
def test_no_fact_is_too_odd_for_a_rule(value: str) -> None:
    """Any text may be a fact; a place is found for whatever is told of it."""
    data = yaml.safe_dump({"extra": {"note": value}}, allow_unicode=True).encode("utf-8", "ignore")
    values = {"extra": {"note": value}}
    file = SourceFile("acme", "content/entities/acme.yaml", data, values)
    facts = FactsFile(file, dict(leaves(values)), sample=False, today=DAY)
    assert DEAD.facts is not None
    assert all(one.span is not None and one.span.line >= 1 for one in DEAD.facts(facts))
    what = what_secret(value)
    assert what is None or what not in value
    assert all(match.group() in value for match in unseen(value))
