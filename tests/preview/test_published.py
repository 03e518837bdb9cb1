"""The preview shows the sources, or what is published: then a release, its versions and what they changed."""

from __future__ import annotations

import datetime
from pathlib import Path

from tests.releasecase import release
from tests.sitecase import SiteCase, make_site

from policypages.preview.folder import list_files
from policypages.preview.state import State, first_basis

FILES = {
    "entities/acme.yaml": "name: Acme\nurl: https://acme.example/legal/\npolicies:\n  privacy: {}\n",
    "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps nothing.\n",
}
DAY = datetime.date(2026, 5, 1)


def _written(case: SiteCase) -> Path:
    for path, text in case.files.items():
        file = case.root / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="")
    return case.root / "site"


def test_what_is_published_is_what_a_build_writes(tmp_path: Path) -> None:
    """Each file of a site with two releases and a draft is the one that a build of that day makes."""
    case = make_site(tmp_path, FILES)
    release(case, "2026-01-10", summary="First")
    case.change("clauses/opening.md", FILES["clauses/opening.md"].replace("nothing", "a log"))
    release(case, "2026-03-01", summary="A log", material=True)
    case.change("clauses/opening.md", FILES["clauses/opening.md"].replace("nothing", "everything"))
    sources, found = list_files(_written(case))
    assert sources is not None
    assert not found
    state = State(0, first_basis(sources, found, DAY))
    built = case.build(as_of=DAY).tree()
    pages = [path for path in built if path.startswith("acme/")]
    assert {"acme/privacy/versions/2026-03-01/changes/index.html", "acme/feed.xml"} <= set(pages)
    for path in pages:
        assert state.make(path).data == built[path], path
    draft = State(0, first_basis(sources, found)).make("acme/privacy/index.html").data
    assert draft is not None
    assert b"everything" in draft
