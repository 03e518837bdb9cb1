"""One mistake is told once: what only follows from it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sitecase import make_site

ENTITY = """\
name: Acme
url: https://acme.example/legal/
policies:
  privacy: {}
"""
POLICY = "title: Privacy Statement\nsections:\n  - opening\n"
CLAUSE = "---\ntitle: Opening\n---\n{{ name }} says what it does.\n"


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("entities/group.yaml", "name: Group\n", "name: The: group\n", "yaml-syntax"),
        ("entities/acme.yaml", "extends: group", "extends: grupp", "unknown-entity"),
        ("policies/privacy.yaml", "title: Privacy Statement", "title: Privacy: a statement", "yaml-syntax"),
    ],
)
def test_what_only_follows_from_a_mistake_is_not_told(
    tmp_path: Path, path: str, old: str, new: str, code: str
) -> None:
    """A parent or an outline that cannot be read takes policies and sections with it, and is one problem."""
    files = {
        "entities/group.yaml": "name: Group\npublish: false\npolicies:\n  cookies: {}\n",
        "entities/acme.yaml": ENTITY.replace(
            "  privacy: {}", "  privacy: {adjust: {opening: {title: First}}}"
        )
        + "extends: group\n",
        "policies/privacy.yaml": POLICY,
        "policies/cookies.yaml": "title: Cookies\nsections: [opening]\n",
        "clauses/opening.md": CLAUSE + 'More stands in {{ link("cookies") }}.\n',
    }
    assert make_site(tmp_path, files).build().report.diagnostics == []
    assert old in files[path]
    case = make_site(tmp_path, {**files, path: files[path].replace(old, new)}).build()
    assert [one.code for one in case.report.diagnostics] == [code]


@pytest.mark.parametrize(("text", "is_front"), [(CLAUSE[4:], True), ("Title\n---\nWords.\n", False)])
def test_front_matter_without_its_first_line_is_named(tmp_path: Path, text: str, *, is_front: bool) -> None:
    """Keys above a line of dashes are front matter whose beginning was forgotten; a heading is a heading."""
    case = make_site(tmp_path, {"entities/acme.yaml": ENTITY, "clauses/opening.md": text})
    case.change(
        "policies/privacy.yaml", "title: Privacy\nsections: [{clause: opening, title: First}]\n"
    ).build()
    assert [one.code for one in case.report.diagnostics] == ["front-matter"] * is_front
