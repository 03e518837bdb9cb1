from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, given, note, settings
from markdown_it import MarkdownIt
from tests.clausecase import compiled, facts_of, run
from tests.properties.clausegrammar import clauses, entities

OWN_LINE = re.compile(r"^[ >]*(?:\{%(?:(?!%\}).)*%\}[ ]*)+\n", re.MULTILINE)
BLOCK = r"(?:p|ul|ol|li|h\d|table|thead|tbody|tr|th|td|blockquote|pre)"
EDGE = re.compile(rf"\s*(</?{BLOCK}(?: [^>]*)?>)\s*")
EMPTY = re.compile(r"<blockquote></blockquote>")
PRE = re.compile(r"(<pre>.*?</pre>)", re.DOTALL)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def naive(source: str, facts: Mapping[str, Any]) -> str:
    """Read a clause the naive way: lines of statements taken away, then Jinja, then Markdown."""
    environment = jinja2.Environment(autoescape=False, keep_trailing_newline=True)  # noqa: S701 - plain words only
    text = environment.from_string(OWN_LINE.sub(lambda match: _tags(match.group()), source)).render(facts)
    return str(MarkdownIt("js-default").render(text))


def _tags(line: str) -> str:
    """Keep the tags of a line that they fill, and nothing else of it."""
    return "".join(re.findall(r"\{%.*?%\}", line))


def seen(html: str) -> str:
    """Take away white space that no reader sees."""
    parts = PRE.split(html)
    return "".join(part if part.startswith("<pre>") else _fold(part) for part in parts)


def _fold(html: str) -> str:
    return EMPTY.sub("", EDGE.sub(r"\1", re.sub(r"\s+", " ", html))).strip()


def agrees(source: str, entity: str) -> None:
    """Assert that compiling once and the naive way show the same."""
    facts = facts_of(entity)
    clause, found = compiled(source)
    expected = seen(naive(source, facts))
    note(source)
    assert clause is not None, "\n".join(f"{one.span} {one.message}" for one in found)
    outcome = run(clause, facts, level=0)
    assert not outcome.problems
    assert seen(outcome.html) == expected


@settings(max_examples=200, suppress_health_check=SLOW)
@given(clauses(), entities())
def test_compiling_once_shows_what_jinja_and_then_markdown_show(source: str, entity: str) -> None:
    """A generated clause with plain words for facts reads the same both ways."""
    agrees(source, entity)


@pytest.mark.soak
@pytest.mark.timeout(0)
@settings(max_examples=50_000, suppress_health_check=SLOW)
@given(clauses(), entities())
def test_compiling_once_shows_the_same_fifty_thousand_times(source: str, entity: str) -> None:
    """The same, for fifty thousand clauses."""
    agrees(source, entity)
