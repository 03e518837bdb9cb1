"""One clause on one page, looked at by the real pipeline: which codes are found, and at which words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.sitecase import make_site

from policypages.diagnostics import Diagnostic

CLAUSE = "content/clauses/opening.md"
ENTITY = """\
name: Acme
url: https://acme.example/legal/
policies: {privacy: {}}
"""
OUTLINE = "title: Privacy\npath: privacy\nsections: [opening]\n"
SETTINGS = """\
schema_version: 1
title: Test site
names:
  contacts: [privacy]
  wording: [site]
  extra: {product: text, tools: list of text, sells: yes or no, inbox: email}
checks: {ignore: [unused-fact, unused-clause, unused-variant]}
"""


def look(
    body: str,
    *,
    facts: str = "",
    title: str = "Opening",
    outline: str = OUTLINE,
    entity: str = ENTITY,
    files: Mapping[str, str] | None = None,
) -> list[Diagnostic]:
    """Return all that is found on a page with this clause; `facts` are more lines of the entity."""
    site = {
        "policypages.yaml": SETTINGS,
        "entities/acme.yaml": entity + facts,
        "policies/privacy.yaml": outline,
        "clauses/opening.md": f"---\ntitle: {title}\n---\n{body}\n",
        **(files or {}),
    }
    return make_site(Path(), site).check().report.diagnostics


def marked(found: list[Diagnostic], body: str, *, first_line: int = 4) -> list[tuple[str, str]]:
    """Return each code found in the clause, with the words under its caret."""
    lines = ["", *[""] * (first_line - 1), *body.split("\n")]
    return [
        (one.code, lines[one.span.line][one.span.column - 1 : one.span.column - 1 + one.span.length])
        for one in found
        if one.span is not None and one.span.file == CLAUSE
    ]


def in_clause(body: str, **more: str) -> list[tuple[str, str]]:
    """Return what is found in a clause: each code, with the words under its caret."""
    return marked(look(body, **more), body)  # type: ignore[arg-type]  # all are text but `files`
