"""What sections say in short: the summaries of their clauses, where a policy asks for them."""

from __future__ import annotations

from pathlib import Path

from lxml import html
from lxml.html import HtmlElement
from tests.releasecase import release
from tests.sitecase import SiteCase, make_site

ENTITY = "name: Acme\nsample: true\nretention: {records: 7 years}\npolicies: {privacy: {}}\n"
POLICY = "title: Privacy\nsummaries: true\nsections:\n  - {clause: opening, heading: none}\n  - records\n"
RECORDS = "---\ntitle: Records\nsummary: Kept for {{ retention.records }}.\n---\nWe keep records.\n"


def case(root: Path, **files: str) -> SiteCase:
    """Make a site with a section under a heading and one without."""
    return make_site(
        root,
        {
            "entities/acme.yaml": ENTITY,
            "policies/privacy.yaml": POLICY,
            "clauses/opening.md": "---\nsummary: For lists alone.\n---\nHello.\n",
            "clauses/records.md": RECORDS,
            **files,
        },
    )


def shown(case: SiteCase) -> list[tuple[str, str]]:
    """Return what stands in the summaries of the page, by the section that each is in."""
    page: HtmlElement = html.fromstring(case.markup("/acme/privacy/"))
    return [
        (one.getparent().get("id"), " ".join(one.text_content().split()))
        for one in page.iter("details")
        if "summary" in one.classes
    ]


def test_a_section_shows_the_summary_of_its_clause(tmp_path: Path) -> None:
    """It stands under the heading, in words of the page's locale; a section without a heading has none."""
    assert shown(case(tmp_path).build()) == [("records", "In short Kept for 7 years.")]


def test_a_policy_that_does_not_ask_for_summaries_has_none(tmp_path: Path) -> None:
    """A summary may be a note of the house: it is published where somebody says so."""
    files = {"policies/privacy.yaml": POLICY.replace("summaries: true\n", "")}
    assert shown(case(tmp_path, **files).build()) == []


def test_a_page_follows_the_facts_in_its_summaries(tmp_path: Path) -> None:
    """A fact that only a summary prints is one that the page is made from."""
    site = case(tmp_path).build()
    site.change("entities/acme.yaml", ENTITY.replace("7 years", "9 years")).rebuilds("/acme/privacy/")
    assert shown(site) == [("records", "In short Kept for 9 years.")]
    site.change("policies/privacy.yaml", POLICY.replace("summaries: true\n", "")).rebuilds("/acme/privacy/")
    assert shown(site) == []


def test_a_missing_fact_is_missed_in_the_summary(tmp_path: Path) -> None:
    """The error stands at the line of the clause that states the summary."""
    site = case(tmp_path, **{"entities/acme.yaml": ENTITY.replace("retention: {records: 7 years}\n", "")})
    site.build().complains("missing-fact", "content/clauses/records.md", 3, 10)


def test_a_label_of_ones_own_stands_on_ones_own_page(tmp_path: Path) -> None:
    """Sites share what is worked out of a section, but not the words that one of them chose."""
    files = {
        "entities/acme.yaml": f"{ENTITY}strings: {{summary_label: The gist, section_link: Copy}}\n",
        "entities/beta.yaml": ENTITY,
        "clauses/records.md": RECORDS.replace("{{ retention.records }}", "long"),
    }
    site = case(tmp_path, **files).build()
    for id_, label, link in (("acme", "The gist", "Copy"), ("beta", "In short", "Link to this section")):
        page = site.markup(f"/{id_}/privacy/")
        assert f"<summary>{label}</summary>\n<p>Kept for long.</p>" in page
        assert f'<a class="anchor" href="#records" aria-label="{link}: Records"></a>' in page


def test_a_release_keeps_its_summaries(tmp_path: Path) -> None:
    """The article of a release has them as they were, and the fact is among those that it prints."""
    site = case(tmp_path, **{"entities/acme.yaml": f"{ENTITY}url: https://acme.example/\n"})
    drafted = release(site, "2026-01-02")
    assert drafted is not None
    frozen = next(text for path, text in site.files.items() if "/objects/" in path)
    assert '"retention.records"' in frozen
    site.change(
        "entities/acme.yaml", f"{ENTITY.replace('7 years', '9 years')}url: https://acme.example/\n"
    ).build()
    assert shown(site) == [("records", "In short Kept for 7 years.")]
    assert [one.code for one in site.report.diagnostics] == ["unreleased-change"]
