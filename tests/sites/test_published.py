"""What is published is what was released: by date alone, in today's theme, byte for byte."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import etree
from tests.releasecase import pages_of, release
from tests.sitecase import SiteCase, make_site

from policypages.formats import frozen
from policypages.history.acts import Act, draft, seal

FILES = {
    "entities/acme.yaml": """\
        name: Acme
        url: https://acme.example/legal/
        contacts:
          privacy: {email: privacy@acme.example}
        policies:
          privacy: {}
          cookies: {}
        """,
    "entities/beta.yaml": "name: Beta\nsample: true\npolicies:\n  privacy: {}\n",
    "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "policies/cookies.yaml": "title: Cookies\nsections: [about]\n",
    "clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps nothing.\n",
    "clauses/about.md": "---\ntitle: About\n---\nSee {{ link('privacy') }}.\n",
}
FIRST = "{{ name }} keeps nothing."
SECOND = "{{ name }} keeps a log."
THIRD = "{{ name }} keeps a log for a year."


def opening(words: str) -> str:
    """Return the clause with other words."""
    return f"---\ntitle: Opening\n---\n{words}\n"


@pytest.fixture
def case(tmp_path: Path) -> SiteCase:
    """Return a site with three releases of one page: of January, of March, and of June for July."""
    case = make_site(tmp_path, FILES)
    release(case, "2026-01-10", "acme", summary="First words")
    case.change("clauses/opening.md", opening(SECOND))
    release(case, "2026-03-01", "acme", summary="A log")
    case.change("clauses/opening.md", opening(THIRD))
    release(case, "2026-06-01", "acme", summary="For a year", effective="2026-07-01", material=True)
    return case


def article(html: str) -> str:
    """Return the article of a page."""
    return html[html.index("<article") : html.index("</article>") + len("</article>")]


def test_the_release_of_the_day_is_shown_byte_for_byte(case: SiteCase) -> None:
    """Swept day by day over every boundary, the article is the frozen one that was current then."""
    objects = {
        words: frozen.decode(data.encode())
        for path, data in case.files.items()
        if path.startswith(frozen.OBJECTS)
        for words in ("nothing", "a log.", "for a year")
        if words in data and "Privacy</h1>" in data
    }
    day = date(2026, 1, 8)
    seen: list[tuple[str, date]] = []
    while day < date(2026, 7, 5):
        html = case.build(as_of=day).markup("/acme/privacy/")
        assert not case.errors(), case.report.diagnostics
        words = next(words for words in objects if words in html)
        if day >= date(2026, 1, 10):
            shown = objects[words]
            assert shown is not None
            assert shown.html in html
        if not seen or seen[-1][0] != words:
            seen.append((words, day))
        day += timedelta(days=1)
    assert seen == [
        ("for a year", date(2026, 1, 8)),  # before the first release the sources are shown
        ("nothing", date(2026, 1, 10)),
        ("a log.", date(2026, 3, 1)),
        ("for a year", date(2026, 7, 1)),
    ]


def test_only_what_was_released_is_shown_and_the_rest_is_told(case: SiteCase) -> None:
    """An edit changes no page that has a release: it is a warning, and drafts show it."""
    case.build(as_of=date(2026, 8, 1))
    assert [one.code for one in case.report.diagnostics] == []
    case.change("clauses/opening.md", opening("{{ name }} keeps everything."))
    case.build(as_of=date(2026, 8, 1)).says("/acme/privacy/", "for a year").says(
        "/beta/privacy/", "everything"
    )
    assert [(one.code, one.entities) for one in case.report.diagnostics] == [("unreleased-change", ("acme",))]
    case.build(as_of=date(2026, 8, 1), drafts=True).says("/acme/privacy/", "everything")
    assert case.report.diagnostics == []
    release(case, "2026-08-01", "acme", summary="All of it")
    case.build(as_of=date(2026, 8, 1)).says("/acme/privacy/", "everything")
    assert case.report.diagnostics == []


def test_an_error_in_the_sources_is_an_error_though_a_release_is_shown(case: SiteCase) -> None:
    """What could not be released is said at once, and nothing is written."""
    case.change("clauses/opening.md", opening("{{ name }} at {{ contacts.privacy.phone }}."))
    case.build(as_of=date(2026, 8, 1))
    assert {one.code for one in case.errors()} == {"missing-fact"}


def test_a_theme_changes_no_article(case: SiteCase) -> None:
    """Another frame round the page leaves the words of the release as they are."""
    before = article(case.build(as_of=date(2026, 4, 1)).markup("/acme/privacy/"))
    frame = (
        '<!doctype html>\n<html lang="{{ lang }}"><title>{{ page.title }}</title>{{ page.article }}</html>\n'
    )
    case.change("themes/plain/templates/page.html", frame)
    case.change("policypages.yaml", case.files["policypages.yaml"] + "theme: plain\n")
    html = case.build(as_of=date(2026, 4, 1)).markup("/acme/privacy/")
    assert "skip" not in html
    assert article(html) == before


@pytest.mark.parametrize(
    "step",
    [
        "another day",
        "a new release",
        "a release taken away",
        "an object changed",
        "a clause changed",
        "drafts",
    ],
)
def test_an_incremental_build_equals_a_clean_one(case: SiteCase, tmp_path: Path, step: str) -> None:
    """Days, ledgers and objects are inputs as clauses are: bytes and diagnostics are as of a clean build."""
    day, drafts = date(2026, 4, 1), False
    case.build(as_of=day).build(as_of=day)
    assert case.report.made == 0
    match step:
        case "another day":
            day = date(2026, 7, 1)
        case "a new release":
            release(case, "2026-03-02", "acme", "beta")
        case "a release taken away":
            del case.files["content/releases/2026-03-01-a-log.yaml"]
        case "an object changed":
            path = next(path for path, text in case.files.items() if "a log.<" in text and "objects" in path)
            case.files[path] = case.files[path].replace("a log", "a bog")
        case "a clause changed":
            case.change("clauses/opening.md", opening(FIRST))
        case _:
            drafts = True
    case.build(as_of=day, drafts=drafts)
    found = case.report.diagnostics
    clean = SiteCase(tmp_path / "clean", dict(case.files))
    clean.root.mkdir()
    clean.build(as_of=day, drafts=drafts)
    assert found == clean.report.diagnostics
    if not clean.errors():
        assert case.tree() == clean.tree()


def test_a_page_says_its_version(case: SiteCase) -> None:
    """The dates on a page are those of its release."""
    html = case.build(as_of=date(2026, 8, 1)).markup("/acme/privacy/")
    dates = re.search(r'<dl class="dates">.*?</dl>', html, re.DOTALL)
    assert dates is not None
    assert "2026-06-01" in dates[0]
    assert "July 1, 2026" in dates[0]


# ------------------------------------------------------------ what readers see of it


def test_every_version_has_an_address_of_its_own(case: SiteCase) -> None:
    """The list has all versions with summaries; each stands as it was released, with what it changed."""
    case.build(as_of=date(2026, 6, 15))
    assert case.report.diagnostics == []
    listed = case.text("/acme/privacy/versions/")
    assert listed.index("2026-06-01") < listed.index("2026-03-01") < listed.index("2026-01-10")
    assert "For a year" in listed
    assert "upcoming" in listed
    old = case.markup("/acme/privacy/versions/2026-01-10/")
    assert '<link rel="canonical" href="https://acme.example/legal/privacy/">' in old
    assert "noindex" in old
    case.says("/acme/privacy/versions/2026-01-10/", "Acme keeps nothing.")
    case.says("/acme/privacy/versions/2026-06-01/", "for a year")
    assert not (case.output / "acme/privacy/versions/2026-01-10/changes").exists()
    changes = case.markup("/acme/privacy/versions/2026-03-01/changes/")
    assert re.search(r"<del[^>]*>\s*nothing\.?</del>\s*<ins[^>]*>\s*a log\.?</ins>", changes), changes
    assert "<script" not in changes


def test_readers_are_told_of_a_material_change_while_it_is_fresh(case: SiteCase) -> None:
    """From the day it is released until it was in effect for so many days; then the page is quiet again."""
    told = {}
    for day in (date(2026, 5, 31), date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 30), date(2026, 7, 31)):
        html = case.build(as_of=day).markup("/acme/privacy/")
        told[day.isoformat()] = (
            "will" if "This policy changes on" in html else "did" if "This policy changed on" in html else ""
        )
    assert told == {
        "2026-05-31": "",
        "2026-06-01": "will",
        "2026-07-01": "did",
        "2026-07-30": "did",
        "2026-07-31": "",
    }


def test_the_last_day_of_the_calendar_is_a_day(case: SiteCase) -> None:
    """A change that takes effect at the end of time is told until then, and ends no build."""
    case.change("clauses/opening.md", opening("{{ name }} is gone."))
    release(case, "2026-08-01", "acme", effective="9999-12-31", material=True)
    assert "This policy changes on" in case.build(as_of=date(2026, 8, 1)).markup("/acme/privacy/")
    assert case.report.diagnostics == []


@pytest.mark.parametrize("days", ["-1", "1.5", "99999", "many", "01"])
@pytest.mark.parametrize("key", ["notice_days", "minimum_notice_days"])
def test_days_of_notice_are_a_whole_number(case: SiteCase, key: str, days: str) -> None:
    """What is no number of days is an error at its line."""
    case.change("policypages.yaml", case.files["policypages.yaml"] + f"releases: {{{key}: {days}}}\n")
    case.build(as_of=date(2026, 8, 1))
    [found] = case.errors()
    assert (found.code, found.span and found.span.file) == ("invalid-value", "policypages.yaml")
    assert "a number of days" in found.message


def test_the_feed_has_every_release_of_the_site(case: SiteCase) -> None:
    """One feed a site, newest first; a site without an address has none."""
    case.build(as_of=date(2026, 6, 15))
    feed = etree.fromstring((case.output / "acme/feed.xml").read_bytes())
    atom = "{http://www.w3.org/2005/Atom}"
    links = [str(link.get("href")) for link in feed.findall(f"{atom}entry/{atom}link")]
    base = "https://acme.example/legal/privacy/versions"
    cookies = "https://acme.example/legal/cookies/versions"
    assert links == [
        f"{base}/2026-06-01/",
        f"{base}/2026-03-01/",
        f"{base}/2026-01-10/",
        f"{cookies}/2026-01-10/",
    ]
    assert feed.findtext(f"{atom}updated") == "2026-06-01T00:00:00Z"
    assert not (case.output / "beta/feed.xml").exists()


def test_a_link_to_a_released_page_has_the_titles_that_are_there(tmp_path: Path) -> None:
    """A page without a release names another by what that shows; what is frozen next, by the sources."""
    case = make_site(
        tmp_path,
        {
            "entities/acme.yaml": "name: Acme\nsample: true\npolicies: {privacy: {}, cookies: {}}\n",
            "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
            "policies/cookies.yaml": "title: Cookies\nsections: [about]\n",
            "clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps nothing.\n",
            "clauses/about.md": """\
                ---
                title: About
                ---
                {{ link('privacy') }}; {{ link('privacy#opening') }}
                """,
        },
    )
    pages = [page for page in pages_of(case) if page.policy == "privacy"]
    made, _ = draft(Act(date(2026, 1, 1), "First"), pages, {})
    seal(Act(date(2026, 1, 1), "First"), made, case.files)
    for path, data in [*made.objects.items(), made.ledger]:
        case.files[path] = data.decode()
    case.change("policies/privacy.yaml", "title: Data protection\nsections: [opening]\n")
    case.change("clauses/opening.md", "---\ntitle: What this is\n---\n{{ name }} keeps nothing.\n").build()
    case.says("/acme/cookies/", "Privacy; Opening")
    release(case, "2026-02-01", summary="Second")
    case.build().says("/acme/cookies/", "Data protection; What this is")
