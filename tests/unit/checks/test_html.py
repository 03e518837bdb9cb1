"""HTML in a clause is shown as it stands, and that is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sitecase import make_site

ENTITY = "name: Acme\nurl: https://acme.example/legal/\npolicies:\n  privacy: {}\n"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("We <b>never</b> sell it.", ["<b>"]),
        ("One line<br/>and another.", ["<br/>"]),
        (
            "{% if audience %}A <span class='x'>word{% else %}An <EM>other{% endif %}.",
            ["<span class='x'>", "<EM>"],
        ),
        ("A word</b> and <b>another</b>.", ["</b>", "<b>"]),
        ("- an item with <a href='x'>a link\n", ["<a href='x'>"]),
        ("Write `<b>` where a < b and c > d.", []),
        ("See <https://acme.example/> or a <thing>.", []),
        ("    <b>code</b>\n", []),
    ],
)
def test_tags_are_told_where_they_stand(tmp_path: Path, body: str, words: list[str]) -> None:
    """Each tag of HTML is pointed at, in every branch; code, links and brackets are what they are."""
    text = f"---\ntitle: Opening\n---\n{body}\n"
    case = make_site(
        tmp_path,
        {
            "entities/acme.yaml": ENTITY,
            "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
            "clauses/opening.md": text,
        },
    ).check()
    found = [one for one in case.report.diagnostics if one.code == "html-as-text"]
    told = []
    for one in found:
        assert one.span is not None
        line = text.splitlines()[one.span.line - 1]
        told.append(line[one.span.column - 1 :][: one.span.length])
        assert one.entities == ("acme",)
    assert told == words
