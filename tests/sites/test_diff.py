"""`policypages diff`: which pages change, in which ways, why, and what readers see of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.diffrepo import FILES, OPENING, PRIVACY, begin, change, commit, data, diff, git, told, write
from tests.releasecase import release
from tests.sitecase import SiteCase

from policypages.diagnostics import Diagnostic
from policypages.history import compare
from policypages.model import Article, PageTask
from policypages.render import render_article


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository once."""
    return begin(tmp_path_factory.mktemp("diff") / "site")


@pytest.fixture
def site(repository: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return Path(shutil.copytree(repository, tmp_path / "site"))


def test_a_typo_in_a_shared_clause_is_one_group_with_its_line(site: Path) -> None:
    """Every page that has the clause is named, in one way, and the cause is at its line."""
    change(site, OPENING, "recieve", "receive")
    commit(site)
    found = data(site)
    assert told(found) == [(PRIVACY, [f"clause opening {OPENING}:7"], [("recieve", "receive")])]
    assert found["pages"] == {
        "total": 4, "changed": 3, "added": 0, "removed": 0, "moved": 0, "not_compared": 0
    }  # fmt: skip
    text = diff(site).stdout
    assert "3 of 4 pages change, in 1 way" in text
    assert f"clause `opening`  {OPENING}:7" in text
    assert "opening: We [-recieve-]{+receive+} what" in text
    assert "main (" in text
    assert "the files here, all of them committed" in text


def test_a_changed_number_is_only_of_that_entity(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the entity that states it is named, with the line of the fact; no other is rendered."""
    made: list[str] = []

    def rendering(task: PageTask) -> tuple[Article, list[Diagnostic]]:
        made.append(task.entity.id)
        return render_article(task)

    monkeypatch.setattr(compare, "render_article", rendering)
    change(site, "content/entities/gamma.yaml", "0199", "0198")
    found = data(site)
    fact = "fact contacts.privacy.phone content/entities/gamma.yaml:4"
    assert told(found) == [(["gamma/privacy"], [fact], [("800-555-0199", "800-555-0198")])]
    assert set(made) == {"gamma"}


def test_a_number_of_a_parent_is_of_all_that_extend_it(site: Path) -> None:
    """The cause is the line of the parent's file."""
    change(site, "content/entities/house.yaml", "0100", "0101")
    (group,) = told(data(site))
    assert group[:2] == (PRIVACY[:2], ["fact contacts.privacy.phone content/entities/house.yaml:4"])


@pytest.mark.parametrize(
    ("path", "old", "new", "pages", "cause"),
    [
        ("policies/privacy.yaml", "  - contact\n", "", PRIVACY,
         "outline contact content/policies/privacy.yaml:5"),
        ("policies/privacy.yaml", "  - opening", "  - {clause: opening, with: {about: us}}", PRIVACY,
         "option about content/policies/privacy.yaml:3"),
        ("policies/privacy.yaml", "title: Privacy", "title: Your data", PRIVACY,
         "policy title content/policies/privacy.yaml:1"),
        ("entities/acme.yaml", "{shop: yes}", "{shop: no}", ["acme/privacy"],
         "fact extra.shop content/entities/acme.yaml:4"),
        ("entities/beta.yaml", "privacy: {}",
         "privacy: {adjust: {opening: {edits: {little: much}, because: so}}}", ["beta/privacy"],
         "edit opening content/entities/beta.yaml:4"),
        ("entities/beta.yaml", "privacy: {}",
         "privacy: {adjust: {opening: {title: Begin}}}", ["beta/privacy"],
         "outline opening content/entities/beta.yaml:4"),
        ("entities/gamma.yaml", "name: Gamma\n", "name: Gamma\nextends: house\n", [], ""),
    ],
)  # fmt: skip
def test_the_cause_is_what_was_edited(
    site: Path, path: str, old: str, new: str, pages: list[str], cause: str
) -> None:
    """An outline, an option, a title, a fact that a condition asks for, an edit: each at its own line."""
    if "- contact" in old:
        change(site, OPENING, " See {{ ref('contact') }}.", "")
        git(site, "commit", "-qam", "no reference")
        change(site, f"content/{path}", old, new)
        groups = told(data(site, "HEAD"))
    else:
        change(site, f"content/{path}", old, new)
        groups = told(data(site))
    assert sorted(page for group in groups for page in group[0]) == pages
    assert {line for group in groups for line in group[1]} == ({cause} if cause else set())


def test_pages_come_and_go(site: Path) -> None:
    """A page that is new, and one that is gone, are named; so is the exit code."""
    change(site, "content/entities/acme.yaml", ", cookies: {}", "")
    change(site, "content/entities/beta.yaml", "privacy: {}", "privacy: {}, cookies: {}")
    found = data(site)
    assert [page["address"] for page in found["added"]] == ["beta/cookies"]
    assert [page["address"] for page in found["removed"]] == ["acme/cookies"]
    assert diff(site, "--exit-code", code=1).stdout.count("1 page ") == 2
    git(site, "checkout", "-q", ".")
    assert "no page changes its words" in diff(site, "--exit-code").stdout


def test_a_renamed_entity_is_followed(site: Path) -> None:
    """With `was` its page is the same at another address; without it one is gone and one new, with a hint."""
    git(site, "mv", "content/entities/gamma.yaml", "content/entities/delta.yaml")
    ran = diff(site)
    assert "1 page new\n  delta/privacy" in ran.stdout
    assert "`delta` holds what `gamma` held: if it was renamed, say `was: [gamma]`" in ran.stderr
    change(site, "content/entities/delta.yaml", "name: Gamma\n", "name: Gamma\nwas: [gamma]\n")
    found = data(site)
    assert found["moved"] == [{"before": "gamma/privacy", "after": "delta/privacy"}]
    assert (found["groups"], found["added"], found["removed"]) == ([], [], [])
    change(site, "content/entities/delta.yaml", "0199", "0198")
    (group,) = data(site)["groups"]
    assert [(page["address"], page["address_before"]) for page in group["pages"]] == [
        ("delta/privacy", "gamma/privacy")
    ]


def test_a_renamed_clause_is_followed(site: Path) -> None:
    """With `was` its section and what refers to it are the same; an edit beside it is told where it is."""
    git(site, "mv", "content/clauses/contact.md", "content/clauses/reach.md")
    change(site, "content/clauses/reach.md", "title: Contact\n", "title: Contact\nwas: [contact]\n")
    change(site, "content/policies/privacy.yaml", "- contact", "- reach")
    assert data(site)["groups"] == []
    change(site, "content/clauses/reach.md", "Write to us.", "Write or call us.")
    ((pages, causes, words),) = told(data(site))
    assert (pages, causes) == (PRIVACY, ["clause reach content/clauses/reach.md:6"])
    assert words == [("to", "or call")]


# ---------------------------------------------------------------- errors


def test_an_error_here_is_told_as_by_a_build(site: Path) -> None:
    """Nothing is compared while the files have errors on pages that differ."""
    change(site, OPENING, "little", "{{ nothing }}")
    ran = diff(site, code=1)
    assert ran.stdout == ""
    assert f"--> {OPENING}:5" in ran.stderr
    assert "nothing was compared" in ran.stderr


def test_an_error_of_the_old_state_says_of_which(site: Path) -> None:
    """It is a warning with the revision in its place; pages that it hits are listed, the others compared."""
    change(site, "content/clauses/orders.md", "keep", "{{ nothing }}")
    broken = commit(site)[:10]
    git(site, "checkout", "-q", "main", "--", "content")
    change(site, "content/entities/gamma.yaml", "0199", "0198")
    ran = diff(site, "HEAD")
    assert f"--> {broken}:content/clauses/orders.md:4" in ran.stderr
    assert f"warning[unknown-fact]: at HEAD ({broken})" in ran.stderr
    assert f"1 page not compared: the sources of HEAD ({broken}) have errors\n  acme/privacy" in ran.stdout
    assert "gamma/privacy" in ran.stdout
    ran = diff(site, "main", "HEAD", code=1)
    assert f"{broken}:content/clauses/orders.md:4" in ran.stderr


# ---------------------------------------------------------------- releases


def test_a_released_page_changes_when_it_is_released(site: Path) -> None:
    """Its sources are compared, and that readers see the release is said; a release that is new is told."""
    case = SiteCase(site, dict(FILES))
    release(case, "2026-01-10", "acme", "beta", summary="First")
    write(site, case.files)
    commit(site)
    change(site, OPENING, "recieve", "receive")
    found = data(site)
    (group,) = found["groups"]
    assert [(page["released"], page["changes_when_released"]) for page in group["pages"]] == [
        ("2026-01-10", True),
        ("2026-01-10", True),
        (None, False),
    ]
    assert [(one["version"], one["pages"]) for one in found["releases"]] == [("2026-01-10", 3)]
    text = diff(site, "HEAD").stdout
    assert "released: 2 pages of them show 2026-01-10 until `policypages release`" in text
    case.files[OPENING] = (site / OPENING).read_text("utf-8")
    release(case, "2026-03-01", "acme", summary="Second")
    write(site, case.files)
    pages = data(site, "HEAD")["groups"][0]["pages"]
    assert [page["changes_when_released"] for page in pages] == [False, True, False]


def test_a_theme_is_not_compared_and_that_is_said(site: Path) -> None:
    """A template changes no article; a word that the theme gives an article does, where it stands in one."""
    write(site, {"themes/default/templates/part.html": "<p>Hello</p>"})
    ran = diff(site)
    assert "no page changes its words" in ran.stdout
    assert "a theme changed: what stands round the articles is not compared" in ran.stderr
    assert "1 source file differs" in ran.stderr
