"""What somebody meant to replace: in texts, titles, facts and outlines."""

from __future__ import annotations

import pytest
from tests.claimcase import ENTITY, OUTLINE, in_clause, look

from policypages.diagnostics import Span

SAMPLE = ENTITY + "sample: true\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TODO: say more.", "TODO"),
        ("We keep it for TBD years.", "TBD"),
        ("FIXME later.", "FIXME"),
        ("XXX is our name.", "XXX"),
        ("[Company] cares.", "[Company]"),
        ("Write to [Your Name].", "[Your Name]"),
        ("Write to [your email address].", "[your email address]"),
        ("[COMPANY NAME] cares.", "[COMPANY NAME]"),
        ("[Insert date here]", "[Insert date here]"),
        ("[Date] is the day.", "[Date]"),
        ("Write to [email protected].", "[email protected]"),
        ("We, <company name>, care.", "<company name>"),
        ("We, {company}, care.", "{company}"),
        ("We, {company_name}, care.", "{company_name}"),
        ("Lorem ipsum dolor sit amet.", "Lorem ipsum"),
        ("Please insert the address here.", "Please insert the address here"),
        ("Since xx/xx/xxxx we care.", "xx/xx/xxxx"),
        ("We keep it for XX days.", "XX days"),
        ("- TODO", "TODO"),
        ("# TODO\n\nWords.", "TODO"),
        ("{% if extra.sells %}We sell.{% else %}TODO{% endif %}", "TODO"),
    ],
)
def test_what_was_to_be_replaced_is_an_error(text: str, words: str) -> None:
    """On a sample, too: no text is meant to say this."""
    assert in_clause(text) == [("placeholder", words)]
    assert in_clause(text, entity=SAMPLE) == [("placeholder", words)]


@pytest.mark.parametrize(
    "text",
    [
        "He said [sic] that [t]he page [...] is new [emphasis added].",
        "[T]he page, [1], […], [Reserved], [Intentionally omitted].",
        "[Company](/about) and [contact us](/contact).",
        "[Company][c] and [c].\n\n[c]: /about",
        "![Company](/logo.png)",
        "Write {{ name }} and [{{ name }}].",
        "Write to privacy {at} acme {dot} example, [ADD] [_].",
        "Your todo list and your to-do list are yours.",
        "The TODOs of the app. The XXL size. The number XXX-XX-1234 is hidden.",
        "The address `/users/{id}` and {a, b}.",
        "You can insert a card. Click here. Insert your card.",
        "Prices < 5 and > 3, and <https://acme.example/>.",
        "The format is mm/dd/yyyy.",
        "Phone 541-323-1207, 555-1234.",
        "Hosts acme.example, test.org, mytest.com, testing, latest.",
        "A domain (for instance example.com, or such as www.example.org).",
        "你好 😀 العربية",
    ],
)
def test_legal_editing_links_and_words_say_nothing(text: str) -> None:
    """Square brackets have other uses."""
    assert in_clause(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Write to privacy@example.com.", "example.com"),
        ("See www.example.org.", "www.example.org"),
        ("See https://acme.test/page.", "acme.test"),
        ("Call 800-555-0100.", "800-555-0100"),
        ("Call (212) 555-0199.", "212) 555-0199"),
        ("[See](https://example.net/a).", "example.net"),
    ],
)
def test_example_hosts_and_numbers_are_right_on_a_sample_alone(text: str, words: str) -> None:
    """They lead nowhere, which is what a sample wants."""
    [(code, at)] = in_clause(text)
    assert (code, words in at) == ("placeholder", True)
    assert in_clause(text, entity=SAMPLE) == []


def test_todo_is_a_word_in_spanish() -> None:
    """In capitals it says `everything`."""
    files = {"policypages.yaml": "schema_version: 1\ntitle: T\nlocale: es\nfallback: {es: en}\n"}
    assert look("TODO es posible.", files=files) == []
    assert [one.code for one in look("FIXME.", files=files)] == ["placeholder"]


def _places(entity: str) -> list[tuple[str, str, int, int, int]]:
    found = look("Words.", entity=entity)
    return [
        (one.code, one.span.file, one.span.line, one.span.column, one.span.length)
        for one in found
        if one.span
    ]


def test_facts_are_looked_at_where_they_stand() -> None:
    """The caret stands under the part of the value that is meant."""
    file = "content/entities/acme.yaml"
    entity = (
        ENTITY.replace("acme.example", "www.example.com") + "controller: '[Company], Inc.'\naudience: TODO\n"
    )
    assert sorted(_places(entity)) == [
        ("placeholder", file, 2, 14, 15),
        ("placeholder", file, 4, 14, 9),
        ("placeholder", file, 5, 11, 4),
    ]


def test_a_sample_may_have_example_facts() -> None:
    """But nothing that was to be replaced."""
    contact = "contacts:\n  privacy: {phone: 800-555-0100, email: a@example.com}\n"
    assert [line for _, _, line, _, _ in _places(ENTITY + contact)] == [5, 5]
    assert _places(SAMPLE + contact) == []
    assert len(_places(SAMPLE + contact.replace("800-555-0100", "TBD"))) == 1


def test_what_no_page_shows_may_wait() -> None:
    """A reason on the record is for the house."""
    entity = ENTITY.replace(
        "{privacy: {}}", "{privacy: {adjust: {opening: {because: 'TODO: ask [Company]'}}}}"
    )
    assert _places(entity) == []


def test_titles_of_outlines_and_clauses_are_looked_at() -> None:
    """They stand on the page as any text does."""
    [one] = look("Words.", outline=OUTLINE.replace("Privacy", "Privacy of [Company]"))
    assert (one.code, one.span) == ("placeholder", Span("content/policies/privacy.yaml", 1, 19, 9))
    [one] = look("Words.", title="What TBD does")
    assert (one.code, one.span and (one.span.line, one.span.column)) == ("placeholder", (2, 13))
