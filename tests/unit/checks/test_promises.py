"""Promises of a contact, a version or a date, and what a page has of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.claimcase import ENTITY, OUTLINE, in_clause, look
from tests.releasecase import release
from tests.sitecase import make_site

SHOWS = OUTLINE.replace(
    "[opening]",
    "[opening, {id: contact, title: Contact us, shows: contacts.privacy, when: contacts.privacy}]",
)
PHONE = "contacts:\n  privacy: {phone: 541-323-1207}\n"
POST = 'contacts:\n  privacy: {address: ["1 Main Street", "Bend, OR 97702"], email: a@acme.example}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Write to us at the address below.", "address"),
        ("Write to us at the mailing address listed in the contact section.", "mailing address"),
        ("Reach us at the postal address given here.", "postal address"),
        (
            'Use the mailing address or telephone number listed in the "Contact us" section.',
            "mailing address",
        ),
        (
            "Use the phone number or mailing address listed in the section {{ ref('contact') }}.",
            "mailing address",
        ),
        ("Email us at the address below.", "address"),
        ("Use the email address shown at the end of this page.", "email address"),
        ("Use the web form below.", "web form"),
        ("- Write to us at the address below.", "address"),
        ("{% if extra.sells %}x{% else %}Write to us at the address below.{% endif %}", "address"),
    ],
)
def test_a_channel_that_no_shown_contact_has_is_an_error(text: str, words: str) -> None:
    """The caret stands under the channel."""
    assert in_clause(text, facts=PHONE, outline=SHOWS) == [("broken-promise", words)]


@pytest.mark.parametrize(
    "text",
    [
        "Call the number below.",
        "Call us at the number in the contact section.",
        "Use the telephone number listed in the section {{ ref('contact') }}.",
        "Contact us through the contact section.",
        "We send it to the address that you gave us.",
        "We look up the IP address below.",
        "Send it to your mailing address listed above.",
        "The vendor's address listed in the contract is used.",
        "Write to us.",
        "The email address listed in your account is used.",
        "Your billing address is in one of the jurisdictions below.",
        "The mailing address listed on the label is yours.",
        "The number below 13 is low.",
    ],
)
def test_a_kept_promise_and_other_addresses_say_nothing(text: str) -> None:
    """What the contact has may be promised; what is not ours is no promise."""
    assert in_clause(text, facts=PHONE, outline=SHOWS) == []


def test_the_fact_would_stand_in_the_entity() -> None:
    """A label shows the contact that lacks it."""
    [one] = look("Write to us at the address below.", facts=PHONE, outline=SHOWS)
    assert one.message == "this promises a postal address, and the page shows none"
    assert "{{ contacts.privacy.channels | series('or') }}" in str(one.hint)
    [label] = one.labels
    assert (label.span.file, label.span.line, label.span.column) == ("content/entities/acme.yaml", 5, 3)
    assert label.text == "`address` is missing here"


def test_a_contact_that_is_printed_or_typed_keeps_a_promise() -> None:
    """Whatever way a reader finds it."""
    text = "Write to us at the address below.\n\n{{ contacts.privacy.address | lines }}"
    assert in_clause(text, facts=POST) == []
    assert in_clause("Use the email address below.\n\ninfo@acme.example") == []
    assert in_clause("Use the email address below.\n\n[Write](mailto:info@acme.example).") == []
    assert in_clause("Use the phone number below.\n\n+1 541 323 1207") == []
    assert in_clause("Write to us at the address below.\n\n1 Main Street, Bend, OR 97702") == []
    assert (
        in_clause("Use the email address below.\n\n{{ extra.inbox }}", facts="extra: {inbox: a@b.de}\n") == []
    )


def test_a_contact_that_is_stated_and_not_shown_keeps_none() -> None:
    """Readers see the page, not the facts."""
    assert in_clause("Write to us at the address below.", facts=POST) == [("broken-promise", "address")]
    assert in_clause("Write to us at the address below.", facts=POST, outline=SHOWS) == []


def test_a_contact_section_is_promised_where_none_is_shown() -> None:
    """A page without a contact cannot send its readers there."""
    for text, words in (
        ("Turn to us as listed in the contact section.", "the contact section"),
        ("Use the contact information below.", "the contact information below"),
    ):
        assert in_clause(text, outline=SHOWS) == [("broken-promise", words)]
        assert in_clause(text, outline=SHOWS, facts=PHONE) == []


# ------------------------------------------------------ versions and dates


@pytest.mark.parametrize(
    "text",
    [
        "The version number is the date of last revision shown above.",
        "The version of this statement is the date (year, month, and day) of its last revision.",
        "A version number stands here, which consists of the date on which it was last revised.",
        "See the last updated date at the top.",
        "See the “Last updated” date at the top of this page.",
        "We change the date at the top of this page.",
        "The date of last revision is shown above.",
    ],
)
def test_a_date_is_promised_and_the_page_has_none(text: str) -> None:
    """Either date of the page keeps the promise."""
    assert [code for code, _ in in_clause(text)] == ["broken-promise"]
    for key in ("updated", "reviewed"):
        dated = ENTITY.replace("{privacy: {}}", f"{{privacy: {{{key}: 2026-01-24}}}}")
        assert in_clause(text, entity=dated) == []


@pytest.mark.parametrize(
    "text",
    [
        "A new version of the app has a date picker.",
        "We may update this page to date.",
        "The last update of the app fixed a fault.",
        "Logs hold the date and time of your visit.",
        "The version of your browser is logged, and the date.",
        "Since our last review we know more. See above.\n\nMore.",
    ],
)
def test_other_versions_and_dates_are_no_promise(text: str) -> None:
    """A browser has versions, too."""
    assert in_clause(text) == []


def test_the_date_would_stand_under_the_policy() -> None:
    """The label and the hint say where, and in which file."""
    [one] = look("See the last updated date at the top.")
    assert one.message == "this promises a date or a version, and the page has neither"
    [label] = one.labels
    assert (label.span.file, label.span.line, label.span.column) == ("content/entities/acme.yaml", 3, 12)


def test_a_branch_that_is_not_shown_promises_nothing() -> None:
    """The page of an entity without a date may leave the sentence out."""
    text = "Words.\n\n{% if extra.sells %}\n\nSee the last updated date at the top.\n\n{% endif %}"
    assert in_clause(text) == []
    assert [code for code, _ in in_clause(text, facts="extra: {sells: yes}\n")] == ["broken-promise"]


def test_a_version_is_a_date(tmp_path: Path) -> None:
    """A page that was released shows its version, which is the day of the release."""
    files = {"entities/acme.yaml": ENTITY, "policies/privacy.yaml": OUTLINE}
    case = make_site(tmp_path, files)
    case.change(
        "clauses/opening.md", "---\ntitle: Opening\n---\nSee the last updated date at the top.\n"
    ).check()
    assert "broken-promise" in {one.code for one in case.report.diagnostics}
    release(case, "2026-01-01")
    assert "broken-promise" not in {one.code for one in case.check().report.diagnostics}
