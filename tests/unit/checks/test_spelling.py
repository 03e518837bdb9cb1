"""One page spells a word, and sets a sign, in one way."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sitecase import SiteCase
from tests.wordcase import ENTITY, clause, found, page_of, told

CODE = "mixed-spelling"
# what one text has, what another has, and where it is told: what is less usual, and what is usual
MIXED = [
    ("Our website and this website.", "On our web site.", ("web site", "website")),
    ("Our website and this website.", "On our Web site.", ("Web site", "website")),
    ("Our website and this website.", "On our Website.", ("Website", "website")),
    ("Web site owners. The web site and a web site.", "A website.", ("website", "web site")),
    ("We email you. Your email.", "Send an e-mail.", ("e-mail", "email")),
    ("We email you. Your email.", "E-mails are kept.", ("E-mail", "email")),
    ("We email you. Your email.", "Send an Email to us.", ("Email", "email")),
    ("Over the internet, on the internet.", "Over the Internet.", ("Internet", "internet")),
    ("A cookie, then cookies.", "We set Cookies on it.", ("Cookie", "cookie")),
    ("It is online. Be online.", "It is on-line.", ("on-line", "online")),
    ("For third parties, by third parties.", "To third-parties.", ("third-part", "third part")),
    ("A third-party service, third-party tools.", "A third party service.", ("third party", "third-party")),
    ("You may log in to it. We log in with it.", "You may login to it.", ("login", "log in")),
    ("You may opt out of it, and you opt out.", "You may opt-out of it.", ("opt-out", "opt out")),
    ("We organise and recognise.", "We customize it.", ("customize", "organise")),
    ("The colour, its behaviour.", "The center of it.", ("center", "colour")),
    ("A licence and a cancelled order.", "Your behavior.", ("behavior", "licence")),
    (
        "In this privacy policy and this privacy policy.",
        "In this Privacy Policy.",
        ("Privacy Policy", "privacy policy"),
    ),
    ("Sub-processors and a sub-processor.", "A subprocessor.", ("subprocessor", "Sub-processor")),
]
# what stands beside these says nothing of how the page is spelled
NO_EVIDENCE = [
    ("Our website.", "They say “web site” there."),
    ("Our website.", 'They call it a "Web site" there.'),
    ("Our website.", "See https://example.org/web-site and web-site.example.org for it."),
    ("Our website.", "Run `web-site --check` for it."),
    ("Our website.", "Website owners know. A website."),
    ("Our website.", "## Website data"),
    ("Our website.", "WEBSITE TERMS APPLY."),
    ("Our website.", "This is the Acme Website Company."),
    ("Your email.", "Email is fine."),
    ("Your email.", "Write to e-mail@acme.example for it."),
    ("Your email.", "- Email: as you gave it"),
    ("Over the internet.", "We name Internet Explorer there."),
    ("Over the internet.", "The Internet Services Group answers."),
    ("A cookie.", "See Advertising and Cookies there."),
    ("A cookie.", "The Cookie Policy says so."),
    ("With third parties.", "A third-party may see it; third-party cookies."),
    ("With a third party.", "A third-party service."),
    ("You log in to it.", "Your login is kept, and a login page."),
    ("You opt out of it.", "The opt-out link, an opt-out."),
    ("We recognise it.", "The World Health Organization."),
    ("We organise it.", "The size of a prize, and to advise."),
    ("Its behaviour.", "You license it; a program; a check."),
    ("Its behavior.", "Our analyses of it."),
    ("In this privacy policy.", "In our Privacy Policy, and their Privacy Policy."),
    ("Of this (the “Website”), the Website.", "On other websites, a website."),
    ("一つのウェブサイト", "🎉 網站 web-"),
]
SIGNS = [
    ("It's and it's.", "It’s.", ("’", "'")),
    ("So “it” is. So “it” is.", 'So "it" is.', ('"', "“")),
    ("One—two, one—two.", "One — two.", ("—", "—")),
    ("It is – so. It is – so.", "It is -- so.", ("--", "–")),
    ("On this site we are.", "On\u00a0this site we are.", ("On\u00a0this", "site we")),
    ("For 7 years and 8 years.", "For 9\u00a0years.", ("\u00a0", " ")),
]
NO_SIGNS = [
    ("It's.", "Run `it’s` now."),
    ('A 5" disk.', "So “it” is."),
    ("The years 2010–2020, one—two.", "A well-known, ever - green."),
    ("For 7\u00a0years.", "For 9\u00a0years, in 2 months."),
    ("The users' wish.", "It’s so, ‘they’ say."),
]


@pytest.mark.parametrize(("usual", "other", "marks"), MIXED + SIGNS)
def test_a_page_that_writes_one_thing_in_two_ways_is_told_once(
    tmp_path: Path, usual: str, other: str, marks: tuple[str, str]
) -> None:
    """The caret is at the less usual way, the label at the usual one, whichever comes first."""
    assert told(page_of(tmp_path, usual, other), CODE) == [marks]
    assert told(page_of(tmp_path, other, usual), CODE) == [marks]


@pytest.mark.parametrize(("usual", "other"), NO_EVIDENCE + NO_SIGNS)
def test_names_quotations_addresses_and_code_are_no_evidence(tmp_path: Path, usual: str, other: str) -> None:
    """What others call a thing, and what is spelled so for its place, is not how the page spells."""
    assert told(page_of(tmp_path, usual, other), CODE) == []


def test_branches_items_edits_and_headings_count(tmp_path: Path) -> None:
    """Every way a page may read is looked at: a branch that hides it, an item, a heading, an edit."""
    usual = "Our website, a website."
    for body in (
        "{% if wording.site %}Text.{% else %}On a web site.{% endif %}",
        "{% if wording.site %}\n\nOn a web site.\n\n{% endif %}",
        "- one\n- on a web site",
        "## Of a web site",
        "| a | b |\n|---|---|\n| c | a web site |",
    ):
        assert told(page_of(tmp_path, usual, body), CODE) == [("web site", "website")]
    case = page_of(tmp_path, usual, "On our pages.")
    edits = "adjust: {b: {because: agreed, edits: {our pages: a web site}}}"
    case.change("entities/acme.yaml", ENTITY.replace("privacy: {}", f"privacy: {{{edits}}}"))
    (one,) = found(case, CODE)
    assert one.message == "one page has `web site` here and `website` elsewhere"
    assert one.span is not None
    assert one.span.file == "content/clauses/b.md"


def test_what_a_wording_says_is_the_usual_way(tmp_path: Path) -> None:
    """A word that is typed beside a tag that prints it in another spelling is to be that tag."""
    case = page_of(tmp_path, "Our {{ wording.site }}.", "A web site, the web site, one web site.")
    (one,) = found(case, CODE)
    assert one.message == "one page has `web site` here and `website` elsewhere"
    assert one.hint == "write `{{ wording.site }}` here"
    assert one.labels[0].text == "here a wording says `website`"
    case.change("entities/acme.yaml", ENTITY.replace("website", "web site"))
    assert found(case, CODE) == []


def test_a_title_that_no_page_shows_is_no_evidence(tmp_path: Path) -> None:
    """A section without a heading keeps the title of its clause to itself."""
    case = page_of(tmp_path, "Our website, a website.", "Text.")
    case.files["content/clauses/b.md"] = clause("Text.", title="Of a web site")
    assert told(case, CODE) == [("web site", "website")]
    case.change("policies/privacy.yaml", "title: Privacy\nsections: [a, {clause: b, heading: none}]\n")
    assert told(case, CODE) == []


def _two_sites(root: Path, *bodies: str) -> SiteCase:
    return page_of(root, *bodies).change(
        "entities/beta.yaml", ENTITY.replace("acme", "beta").replace("Acme", "Beta")
    )


def test_pages_of_many_sites_with_the_same_texts_are_one_diagnostic(tmp_path: Path) -> None:
    """What stands in two clauses is told once, with all sites whose page has both."""
    (one,) = found(_two_sites(tmp_path, "Our website, a website.", "A web site."), CODE)
    assert one.entities == ("acme", "beta")


def test_two_pages_may_differ(tmp_path: Path) -> None:
    """A house has no spelling of its own: each page is looked at by itself."""
    case = page_of(tmp_path, "Our website.")
    case.files["content/clauses/other.md"] = clause("Our web site.")
    case.change("policies/cookies.yaml", "title: Cookies\nsections: [other]\n")
    case.change("entities/acme.yaml", ENTITY.replace("{privacy: {}}", "{privacy: {}, cookies: {}}"))
    assert found(case, CODE) == []


def test_a_section_may_allow_it(tmp_path: Path) -> None:
    """The section with the less usual way says on the record that it is to stay."""
    case = page_of(tmp_path, "Our website, a website.", "A web site.")
    allowed = "adjust: {b: {allow: {mixed-spelling: as the law has it}}}"
    case.change("entities/acme.yaml", ENTITY.replace("privacy: {}", f"privacy: {{{allowed}}}"))
    assert found(case, CODE) == []


def test_other_languages_are_looked_at_for_signs_alone(tmp_path: Path) -> None:
    """The table of words is English."""
    case = page_of(tmp_path, "Die Website, das Email.", "Eine website, das E-Mail; it’s, it's.")
    case.change("policypages.yaml", "schema_version: 1\ntitle: T\nlocale: de\nnames: {wording: [site]}\n")
    assert told(case, CODE) == [("’", "'")] or told(case, CODE) == [("'", "’")]
