"""A house of one clause on one page, or of more files, and what rules find in it, with the words marked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.sitecase import SiteCase, make_site

from policypages.checks.kinds import Choice

ACME = "name: Acme\nurl: https://acme.example/legal/\npolicies:\n  privacy: {}\n"
PRIVACY = "title: Privacy\nsections:\n  - opening\n"


def house(root: Path, files: Mapping[str, str], settings: str = "") -> SiteCase:
    """Make a site of an entity `acme` with one policy of one clause, and of these files over those."""
    base = {
        "policypages.yaml": f"title: Test\n{settings}",
        "entities/acme.yaml": ACME,
        "policies/privacy.yaml": PRIVACY,
        "clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} says this.\n",
    }
    return make_site(root, {**base, **files})


def clause(body: str, front: str = "") -> str:
    """Write a clause."""
    return f"---\ntitle: Opening\n{front}---\n{body}\n"


def codes(case: SiteCase) -> list[str]:
    """Return the codes that were found, in the order of their places."""
    return [one.code for one in case.report.diagnostics]


def marked(case: SiteCase, code: str) -> list[str]:
    """Return the words under the marks of what was found of one code."""
    out = []
    for one in case.report.diagnostics:
        if one.code == code:
            assert one.span is not None
            line = case.files[one.span.file].split("\n")[one.span.line - 1]
            out.append(line[one.span.column - 1 : one.span.column - 1 + one.span.length])
    return out


def alone(case: SiteCase, *wanted: str, ignore: tuple[str, ...] = ()) -> SiteCase:
    """Check for some codes alone."""
    return case.check(Choice(frozenset(wanted), frozenset(ignore)))
