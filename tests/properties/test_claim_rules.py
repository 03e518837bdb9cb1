"""The rules about what a page claims of itself, on any text: none raises, and carets stand in the file."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.claimcase import look
from tests.clausecase import compiled
from tests.properties.clausegrammar import clauses
from tests.properties.test_oracle import SLOW

from policypages.checks import gaps, placeholders, promises, structure, titles
from policypages.checks.texts import read_text

RULES = (structure.RULE, titles.RULE, promises.RULE, gaps.RULE, placeholders.RULE)
PARTS = (
    "Sections 1 through 9",
    "section 4",
    "two types of cookies",
    "the following three:",
    "\n\n- a\n- b\n\n",
    "(see below)",
    "see “Opt out”",
    "under Opt Out below",
    "the address below",
    "the number in the contact section",
    "version is the date of last revision",
    "such as, , etc.",
    "at .",
    "( )",
    "[Company]",
    "TODO",
    "example.com",
    "{{ name }}",
    "{% if extra.sells %}x{% endif %}",
    "`a , b`",
    "你好。",
    "العربية,",
    "😀 ",
    "\u00a0",
    ". ",
    " ",
    "\n",
)


def judged(source: str, locale: str) -> None:
    """Run every rule over one text of a clause."""
    clause, _ = compiled(source)
    if clause is None:
        return
    text = read_text(clause, locale)
    for rule in RULES:
        for one in rule.text(text) if rule.text else ():
            assert one.span is not None
            assert 1 <= one.span.line <= len(re.split(r"\r\n?|\n", source))
        for claim in rule.claims(text) if rule.claims else ():
            assert 0 <= claim.start <= claim.end <= len(claim.passage.text)


@settings(max_examples=60, suppress_health_check=SLOW)
@given(clauses(), st.sampled_from(["en", "de"]))
def test_rules_never_raise_on_generated_clauses(source: str, locale: str) -> None:
    """Whatever branches, lists and tables a clause has."""
    judged(source, locale)


@settings(max_examples=80, suppress_health_check=SLOW)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=12), max_size=12).map("".join))
def test_rules_never_raise_on_any_words(source: str) -> None:
    """Whatever stands beside what they look for."""
    judged(source, "en")


@settings(max_examples=20, suppress_health_check=SLOW, deadline=None)
@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=10).map(" ".join))
def test_rules_never_raise_on_a_page(source: str) -> None:
    """The looks at a page, through the real pipeline."""
    look(source, facts="cookies: {a: {type: session}}\n")
