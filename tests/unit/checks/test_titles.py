"""Sections that texts cite by a title, and what they say is above or below."""

from __future__ import annotations

import pytest
from tests.claimcase import OUTLINE, in_clause, look

PAGE = OUTLINE.replace(
    "[opening]",
    "[opening, {id: opt-out, title: Opt Out}, {id: contact, title: Contact us},"
    ' {id: q, title: "Who, and why"}]',
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("See “Opt out” for more.", "Opt out"),
        ('See the section "Contact Us" for more.', "Contact Us"),
        ('As the section entitled "Contacting us" says.', "Contacting us"),
        ('More than the "Opt out" section offers.', "Opt out"),
        ("Stop it under Opting Out below.", "Opting Out"),
        ("See the Your Choices section.", "Your Choices"),
        ("As listed in the section Contact Us.", "Contact Us"),
        ("It is described in ‘Your choices’.", "Your choices"),
        ("- See “Opt out”.", "Opt out"),
        ("| See “Opt out” |\n|---|\n| a |", "Opt out"),
        ("{% if extra.sells %}See “Opt Out”.{% else %}See “Opt out”.{% endif %}", "Opt out"),
        ("See “Opt out” and “Contact us” sections.", "Opt out"),
    ],
)
def test_a_cited_title_that_no_heading_bears_is_an_error(text: str, words: str) -> None:
    """The caret stands under the title alone."""
    assert ("dangling-title", words) in in_clause(text, outline=PAGE)
    assert {code for code, _ in in_clause(text, outline=PAGE)} == {"dangling-title"}


@pytest.mark.parametrize(
    "text",
    [
        "See “Opt Out” for more.",
        'See "Opt Out," which is new.',
        "Stop it under Opt Out below.",
        "See the Opt Out section.",
        "As listed in the section Contact us.",
        "As listed in the section Contact us and nowhere else.",
        "See the section “Who, and why” and more.",
        "See the section {{ ref('contact') }}.",
        "See “{{ name }}”.",
        "See the section “Privacy”.",
        "We call it “personal data”.",
        "The word “Opt out” is used here.",
        'The "unsubscribe" directions stand at the end of each message.',
        "Email falls under the definition of “Internet access”.",
        "See the “Rights” section of our Terms.",
        "See the “Rights” and “Duties” sections of our Terms.",
        "See “Billing” in your account.",
        "See the “Privacy” tab.",
        "See the Install section in the documentation.",
        "It can be found in “/usr/share/licenses”, and does not read “unstable”.",
        "Delete any section “Endorsements”, and see section VI.",
        "See no section Entitled so.",
        "Close it from the “Account” section.",
        "Click on “Stop” in the “Mail” section.",
        "Go to “Account & Billing” and select “Cancel”.",
        "See below.\n\nMore.",
        "Section 230 of the Act protects.",
        "See the section on cookies.",
        "See our Terms above all.",
        "In the section that follows we say more.",
        "A section of the page is yours.",
    ],
)
def test_right_citations_and_plain_quotations_say_nothing(text: str) -> None:
    """A heading that reads so, another text, a screen, or a word in quotation marks."""
    assert in_clause(text, outline=PAGE) == []


def test_headings_inside_clauses_are_headings_of_the_page() -> None:
    """What a tag prints in a heading may be anything."""
    assert in_clause("See “Your rights”.\n\n# Your rights\n\nMany.") == []
    assert in_clause("See “Your rights”.\n\n# Your {{ name }}\n\nMany.") == []
    assert in_clause("See “Your rights”.\n\n**Your rights.** There are many.") == []
    assert in_clause("See “Your Rights”.\n\n# Your rights\n\nMany.") == [("dangling-title", "Your Rights")]


def test_a_title_is_what_the_entity_makes_of_it() -> None:
    """Titles are compared as this page has them."""
    outline = PAGE.replace("title: Contact us", 'title: "Contact {{ name }}"')
    assert in_clause("See “Contact Acme”.", outline=outline) == []
    assert in_clause("See “Contact us”.", outline=outline) == [("dangling-title", "Contact us")]


def test_the_hint_names_the_section() -> None:
    """The nearest title is shown where it is stated, and its id is in the tag to write."""
    [one] = look("See “Opt out”.", outline=PAGE)
    assert one.message == "the heading reads `Opt Out`, not `Opt out`"
    assert '`{{ ref("opt-out") }}`' in str(one.hint)
    [label] = one.labels
    assert (label.span.file, label.span.line) == ("content/policies/privacy.yaml", 3)
    [other] = look("See “Opting out”.", outline=PAGE)
    assert other.message == "no heading of this page reads `Opting out`"
    assert '`{{ ref("opt-out") }}`' in str(other.hint)
    [far] = look("See “Zzz”.", outline=PAGE)
    assert far.labels == ()


def test_a_heading_that_is_not_shown_cannot_be_found() -> None:
    """A section without a heading bears no title."""
    outline = PAGE.replace("title: Opt Out", "title: Opt Out, heading: none")
    assert in_clause("See “Opt Out”.", outline=outline) == [("dangling-title", "Opt Out")]


def test_a_branch_that_is_not_shown_cites_nothing() -> None:
    """Only what stands on the page is judged."""
    text = "Words. {% if extra.sells %}See “Opt out”.{% endif %}"
    assert in_clause(text, outline=PAGE) == []
    assert in_clause(text, outline=PAGE, facts="extra: {sells: yes}\n") == [("dangling-title", "Opt out")]


# ------------------------------------------------------- see below


def test_what_is_said_to_be_below_has_to_be_there() -> None:
    """A term is looked for behind its place; the warning about the place is not shown beside the error."""
    assert in_clause("We use a web beacon (see below).") == [("dangling-title", "beacon (see below)")]
    assert in_clause("We use web beacons (see below).\n\nA beacon is tiny.") == []
    assert in_clause("We use a web beacon (see below). A beacon is tiny.") == []
    assert in_clause("A beacon is tiny.\n\nWe use beacons (see above).") == []
    assert in_clause("We use beacons (see above).\n\nA beacon is tiny.") == [
        ("dangling-title", "beacons (see above)")
    ]


def test_another_section_may_speak_of_it() -> None:
    """There it is right today, and the place is told by hand."""
    outline = OUTLINE.replace("[opening]", "[opening, {id: b, title: Web beacons}]")
    assert in_clause("We use a web beacon (see below).", outline=outline) == [
        ("structure-claim", "see below")
    ]
