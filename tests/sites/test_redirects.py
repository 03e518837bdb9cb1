"""Addresses that moved: by content/redirects.yaml, by former ids, and those of versions with their page."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from lxml import html
from tests.releasecase import release
from tests.sitecase import SiteCase, make_site

from policypages.build.options import Options
from policypages.build.planning import read_repository
from policypages.build.watch import NOBODY
from policypages.model import Redirect
from policypages.sources import MemorySources

FILES = {
    "entities/acme.yaml": """\
        name: Acme
        url: https://acme.example/legal/
        policies: {privacy: {}, cookies: {}}
        """,
    "entities/fern.yaml": "name: Fern\npolicies: {privacy: {}}\n",
    "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "policies/cookies.yaml": "title: Cookies\nsections: [opening]\n",
    "clauses/opening.md": "---\ntitle: Opening\n---\nThis is {{ name }}.\n",
}


@pytest.fixture
def case(tmp_path: Path) -> SiteCase:
    """Make a site with an address, and one without."""
    return make_site(tmp_path, FILES)


def leads(case: SiteCase, path: str) -> str:
    """Return where the page at an old address sends its readers, by refresh and by link."""
    tree = html.fromstring((case.output / path).read_bytes())
    metas = {one.get("http-equiv") or one.get("name"): one.get("content") for one in tree.iter("meta")}
    [link] = [str(one.get("href")) for main in tree.iter("main") for one in main.iter("a")]
    assert metas["refresh"] == f"0; url={link}"
    assert metas["robots"] == "noindex"
    return link


def built(case: SiteCase) -> None:
    """Build, without an error."""
    case.build()
    assert not case.errors(), case.errors()


def test_an_old_address_sends_readers_on(case: SiteCase) -> None:
    """Within a site, to an anchor, to another site, out of the output, and over several steps."""
    case.change(
        "redirects.yaml",
        """\
        acme/privacy.html: acme/privacy/
        acme/old/deep/: acme/cookies/#opening
        acme/imprint/: https://www.acme.example/imprint
        acme/fern/: fern/privacy/
        acme/older/: acme/old/deep/
        fern/acme/: acme/privacy/
        gone/terms/: acme/
        """,
    )
    built(case)
    assert leads(case, "acme/privacy.html") == "privacy/"
    assert leads(case, "acme/old/deep/index.html") == "../../cookies/#opening"
    assert leads(case, "acme/imprint/index.html") == "https://www.acme.example/imprint"
    assert leads(case, "acme/fern/index.html") == "../../fern/privacy/"
    assert leads(case, "acme/older/index.html") == "../cookies/#opening"
    assert leads(case, "fern/acme/index.html") == "https://acme.example/legal/privacy/"
    assert leads(case, "gone/terms/index.html") == "https://acme.example/legal/"
    before = case.tree()
    case.rebuilds()
    case.build(clean=True)
    assert case.tree() == before


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("acme/privacy/: acme/cookies/", "is a page"),
        ("acme/a/: acme/privaci/", "leads to no page of this site"),
        ("acme/a/: acme/privacy/#nowhere", "no anchor"),
        ("acme/a/: nobody/privacy/", "no site of this output"),
        ("acme/a/: fern/cookies/", "no page of this output"),
        ("gone/a/: fern/cookies/", "no page of this output"),
        ("acme/a/: acme/b/\nacme/b/: acme/a/", "round in a circle: `acme/a/` → `acme/b/` → `acme/a/`"),
        ("acme/a/: acme/a/", "round in a circle: `acme/a/` → `acme/a/`"),
        ("acme/a/: acme/privacy/\nacme/A/: acme/privacy/", "stands here twice"),
        ("acme/a.html: acme/privacy/\nacme/a.html/b/: acme/privacy/", "wants it to be a folder"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_refused(case: SiteCase, line: str, words: str) -> None:
    """Nothing is written, and the line of the file is named, once."""
    case.change("redirects.yaml", f"{line}\n").build()
    assert [one.code for one in case.errors()] == ["broken-redirect"]
    [found] = case.errors()
    assert words in found.message
    assert found.span is not None
    assert found.span.file == "content/redirects.yaml"
    assert not case.output.joinpath("acme").exists()


@pytest.mark.parametrize(
    "line",
    [
        "/privacy: acme/privacy/",
        "https://acme.example/a: acme/privacy/",
        "acme/../fern/: acme/privacy/",
        "acme/privacy-old: acme/privacy/",
        "acme/a/: /privacy/",
        "acme/a/: 'javascript:alert(1)'",
        "Acme/a/: acme/privacy/",
        "_overview/a/: acme/privacy/",
        "acme/a?b/: acme/privacy/",
    ],
)
def test_what_is_no_address_of_the_output_is_refused(case: SiteCase, line: str) -> None:
    """Both sides are checked as they are read."""
    case.change("redirects.yaml", f"{line}\n").build()
    assert {one.code for one in case.errors()} == {"invalid-value"}


def test_what_was_renamed_is_found_under_its_old_addresses(case: SiteCase) -> None:
    """A policy's old id, an entity's old folder, and versions below both, with their history."""
    release(case, "2026-01-05", "acme", summary="First")
    case.files["content/policies/notice.yaml"] = (
        case.files.pop("content/policies/privacy.yaml") + "was: [privacy]\n"
    )
    for id_ in ("acme", "fern"):
        text = case.files.pop(f"content/entities/{id_}.yaml").replace("privacy", "notice")
        case.files[f"content/entities/{id_}-ltd.yaml"] = f"{text}was: [{id_}]\n"
    built(case)
    assert leads(case, "acme-ltd/privacy/index.html") == "../notice/"
    assert leads(case, "fern/privacy/index.html") == "../../fern-ltd/notice/"
    assert leads(case, "acme/privacy/index.html") == "https://acme.example/legal/notice/"
    assert leads(case, "acme/index.html") == "https://acme.example/legal/"
    old = "https://acme.example/legal/notice/versions/2026-01-05/"
    assert leads(case, "acme/privacy/versions/2026-01-05/index.html") == old
    case.change("clauses/opening.md", "---\ntitle: Opening\n---\n{{ name }} it is.\n")
    release(case, "2026-02-05", "acme-ltd", summary="Second")
    built(case)
    listed = case.text("/acme-ltd/notice/versions/")
    assert "Second" in listed
    assert "First" in listed
    assert case.output.joinpath("acme-ltd/notice/versions/2026-02-05/changes/index.html").exists()
    before = case.tree()
    case.rebuilds()
    case.build(clean=True)
    assert case.tree() == before


def test_an_address_of_a_release_never_vanishes(case: SiteCase) -> None:
    """Where its page moved, was taken away, or lost its site, a redirect must say where it is now."""
    release(case, "2026-01-05", summary="First")
    moved = case.files["content/policies/privacy.yaml"]
    case.files["content/policies/privacy.yaml"] = f"{moved}path: datenschutz\n"
    case.change("entities/fern.yaml", None)
    case.files["content/entities/acme.yaml"] = case.files["content/entities/acme.yaml"].replace(
        ", cookies: {}", ""
    )
    case.build()
    told = {(one.code, one.message.split("`")[1]) for one in case.errors()}
    assert told == {
        ("address-vanished", "acme/privacy/"),
        ("address-vanished", "acme/cookies/"),
        ("address-vanished", "fern/privacy/"),
    }
    case.change(
        "redirects.yaml",
        """\
        acme/privacy/: acme/datenschutz/
        acme/cookies/: acme/datenschutz/
        fern/privacy/: acme/datenschutz/
        """,
    )
    built(case)
    assert (
        leads(case, "acme/privacy/versions/2026-01-05/index.html")
        == "../../../datenschutz/versions/2026-01-05/"
    )
    assert leads(case, "acme/cookies/versions/2026-01-05/index.html") == "../../../datenschutz/"
    there = "https://acme.example/legal/datenschutz/"
    assert leads(case, "fern/privacy/versions/2026-01-05/index.html") == there
    # before the day of the release nothing was published
    case.change("redirects.yaml", None).build(as_of=datetime.date(2026, 1, 4))
    assert not case.errors()


def test_a_page_that_moves_there_takes_the_address_of_another_site_along(case: SiteCase) -> None:
    """A redirect into another site follows that site's address, in a build that looks at little else."""
    case.change("redirects.yaml", "fern/acme/: acme/privacy/\n")
    built(case)
    case.files["content/entities/acme.yaml"] = case.files["content/entities/acme.yaml"].replace(
        "/legal/", "/law/"
    )
    built(case)
    assert leads(case, "fern/acme/index.html") == "https://acme.example/law/privacy/"
    case.change("entities/acme.yaml", None).build()
    assert [one.code for one in case.errors()] == ["broken-redirect"]


def test_what_is_planned_can_be_read_by_what_writes_files_for_hosts(case: SiteCase) -> None:
    """Every redirect of a site stands in its plan, files that are no HTML too."""
    case.change("redirects.yaml", "acme/privacy.pdf: acme/privacy/\nacme/old/: https://acme.example/\n")
    repository, _ = read_repository(MemorySources(case.files), Options(), NOBODY, compile_all=False)
    assert repository is not None
    [(plan, _)] = repository.planner.plan([repository.loader.load("acme")[0]])
    assert plan is not None
    assert plan.redirects == (
        Redirect("acme", "privacy.pdf", "privacy/", 301),
        Redirect("acme", "old/", "https://acme.example/", 301),
    )
    assert "acme/privacy.pdf" not in {file.path for file in plan.files}
