"""A small site of a few texts for rules about words, and what they find in it at which words."""

from __future__ import annotations

from pathlib import Path

from tests.sitecase import SiteCase, make_site

from policypages.checks.kinds import Choice
from policypages.diagnostics import Diagnostic, Span

ENTITY = "name: Acme\nurl: https://acme.example/legal/\nwording: {site: website}\npolicies: {privacy: {}}\n"


def clause(body: str, *, title: str = "Part") -> str:
    """Return a file of a clause."""
    return f"---\ntitle: {title}\n---\n{body}\n"


def page_of(root: Path, *bodies: str) -> SiteCase:
    """Make a site with one page; its clauses are called `a`, `b`, and so on."""
    names = "abcdefgh"[: len(bodies)]
    files = {f"clauses/{name}.md": clause(body) for name, body in zip(names, bodies, strict=True)}
    case = make_site(root, {"entities/acme.yaml": ENTITY})
    case.change("policies/privacy.yaml", f"title: Privacy\nsections: [{', '.join(names)}]\n")
    for path, text in files.items():
        case.files[f"content/{path}"] = text
    return case


def found(case: SiteCase, code: str) -> list[Diagnostic]:
    """Check a site for one code alone, and return what is found, in the order of places."""
    case.check(Choice(frozenset({code})))
    assert {one.code for one in case.report.diagnostics} <= {code}, case.report.diagnostics
    return case.report.diagnostics


def words(case: SiteCase, span: Span | None) -> str:
    """Return what stands at a place."""
    assert span is not None
    line = case.files[span.file].split("\n")[span.line - 1]
    assert span.column - 1 + span.length <= len(line)
    return line[span.column - 1 : span.column - 1 + span.length]


def told(case: SiteCase, code: str) -> list[tuple[str, str]]:
    """Return the words at which a code is found, and those of its first label."""
    return [
        (words(case, one.span), words(case, one.labels[0].span) if one.labels else "")
        for one in found(case, code)
    ]
