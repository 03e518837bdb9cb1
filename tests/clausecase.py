"""One clause compiled by the real compiler and run with the facts of one entity, as tests want it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from policypages.compile import compile_clause
from policypages.diagnostics import Diagnostic
from policypages.formats.templates.texts import LEVEL, scope_of
from policypages.load.entity import EntityLoader
from policypages.load.site import load_site
from policypages.model import Clause, Target
from policypages.sources import MemorySources

SETTINGS = """\
schema_version: 1
title: Test site
names:
  contacts: [privacy, press]
  retention: [records, logs]
  wording: [site, mail]
  extra:
    product: text
    agency: text
    tools: list of text
    places: list of text
    seats: number
    founded: date
    sells: yes or no
    beacons: yes or no
    help: url
    inbox: email
"""
CLAUSE = "content/clauses/clause.md"
ENTITY = "content/entities/acme.yaml"
REFS = {"contact": Target("#contact", "Contact us", "4"), "web-logs": Target("#web-logs", "Web logs", "2")}
LINKS = {
    "cookies": Target("policy:cookies", "Cookie Policy"),
    "cookies#opt-out": Target("policy:cookies#opt-out", "Opting out"),
}
COUNTS = {"first": "1", "last": "3", "count": 3}


@dataclass(frozen=True)
class Outcome:
    """What came of a clause: its HTML, or what is wrong, as (code, line, column)."""

    html: str
    problems: tuple[tuple[str, int, int], ...]
    found: tuple[Diagnostic, ...] = ()


def compiled(source: str | bytes, *, check_links: bool = True) -> tuple[Clause | None, list[Diagnostic]]:
    """Load a clause as the pipeline does, and compile it."""
    data = source if isinstance(source, bytes) else source.encode()
    site, found = load_site(MemorySources({"policypages.yaml": SETTINGS, CLAUSE: data}))
    assert site is not None, found
    found = [one for one in found if one.span and one.span.file == CLAUSE]
    files = site.clauses.get("clause")
    if not files or any(one.severity == "error" for one in found):
        return None, found
    clause, more = compile_clause(files[0], site.settings.names, {}, check_links=check_links)
    return clause, found + more


@cache
def facts_of(facts: str) -> Mapping[str, Any]:
    """Load an entity as the pipeline does, and return what clauses read of it."""
    entity = facts if facts.startswith("name:") else f"name: Acme\n{facts}"
    sources = MemorySources({"policypages.yaml": SETTINGS, ENTITY: entity})
    site, found = load_site(sources)
    assert site is not None, found
    loaded, more = EntityLoader(site, sources).load("acme")
    assert not more, more
    return loaded.views[0].facts


def options_of(clause: Clause) -> dict[str, Any]:
    """Return the defaults of a clause's options."""
    return {
        name: (given or {}).get("default")
        for name, given in (clause.file.values.get("options") or {}).items()
    }


def run(clause: Clause, facts: Mapping[str, Any], *, level: int = 1) -> Outcome:
    """Run a compiled clause in a section whose heading has this level."""
    scope = scope_of(facts, locale="en", refs=REFS, links=LINKS)
    html, met = clause.body.render({**scope, "option": options_of(clause), "sections": COUNTS, LEVEL: level})
    problems = {(one.code, _at(clause, one.tag)) for one in met}
    return Outcome(html, tuple(sorted((code, *place) for code, place in problems)))


def _at(clause: Clause, tag: int) -> tuple[int, int]:
    span = clause.body.tags[tag].span
    return span.line, span.column


def outcome(source: str | bytes, facts: str = "", *, level: int = 1, check_links: bool = True) -> Outcome:
    """Compile and run a clause; facts are the YAML of an entity."""
    clause, found = compiled(source, check_links=check_links)
    errors = [one for one in found if one.severity == "error"]
    if clause is None or errors:
        places = {(one.code, one.span.line, one.span.column) for one in errors if one.span}
        return Outcome("", tuple(sorted(places, key=lambda one: (one[1], one[2], one[0]))), tuple(found))
    return run(clause, facts_of(textwrap.dedent(facts)), level=level)
