"""Terms that a page defines twice, never uses, or uses without defining them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.wordcase import ENTITY, clause, found, page_of, told, words

TWICE = [
    ('Our tools (the "Services").', "What we sell (our “Services”).", "Services"),
    ('Acme ("Acme," "we," and "us") runs it.', 'Acme Ltd ("we") runs it.', "we"),
    ("Sites and apps, collectively, the “Platform”.", "“Platform” means all of it.", "Platform"),
    ("“Data” shall mean all of it.", "It is hereinafter referred to as the “Data”.", "Data"),
    ("When we say “Tools”, “Apps” or “Parts”, we mean these.", "The term “Apps” refers to those.", "Apps"),
    ('- {{ name }} ("{{ short_name }}") has it', 'It is {{ name }} ("{{ short_name }}").', "{"),
]
ONCE = [
    ("Our tools (the “Services”).", "The Services, and again “Services” as a word."),
    ("It is sold (see “Services” below).", "It is sold (such as “Services”)."),
    ("Press the button (“Send”).", "Press the button (“Send”)."),
    ("A plan (“changing priorities”).", "A plan (“changing priorities”)."),
    # which of two branches a page shows is not known from the text
    ("{% if wording.site %}A (the “Data”){% else %}B (the “Data”){% endif %} is it.", "The Data."),
    ("{% if wording.site %}\n\nA (the “Data”).\n\n{% else %}\n\nB (the “Data”).\n\n{% endif %}", "The Data."),
    ("Run `(the “Data”)`.", "Run `(the “Data”)`."),
]
UNUSED = [
    ("Our tools (the “Services”) are fine.", "Nothing more.", "Services"),
    ("Our tools (the “Services”) are fine.", "We have many services.", "Services"),
    ("Sites, collectively the “Platform”.", "A form.", "Platform"),
    ("The Data Act (“DA”).", "The data.", "DA"),
]
USED = [
    ("Our tools (the “Services”) are fine.", "Each Service has a price."),
    ("Our tools (the “Services”) are fine.", "THE SERVICES ARE SOLD AS THEY ARE."),
    ("Our tools (the “Services”) are fine.", "## Services"),
    ("Each firm (a “Party”).", "The Parties agree."),
    ("Our tools (the “Services”) are fine.", "{% if wording.site %}No.{% else %}The Services.{% endif %}"),
    ("Our pages (the “Website”).", "Text."),  # a wording of the site has the word, and may print it
    ("“Uptime” means that it runs.", "We promise uptime."),  # its capital is that of the sentence
    ('Acme ("we," "our," and "us").', "Nothing."),
    ("The button (“Send”).", "Nothing."),
]


def _site() -> str:
    return ENTITY.replace("website", "Website").replace("name: Acme\n", "name: Acme\nshort_name: A\n")


@pytest.mark.parametrize(("one", "other", "term"), TWICE)
def test_a_term_that_is_defined_twice_is_told_at_the_second(
    tmp_path: Path, one: str, other: str, term: str
) -> None:
    """The label is where it is first defined."""
    case = page_of(tmp_path, one, other).change("entities/acme.yaml", _site())
    assert told(case, "term-twice") == [(term, term)]


@pytest.mark.parametrize(("one", "other"), ONCE)
def test_a_use_or_a_quotation_is_no_definition(tmp_path: Path, one: str, other: str) -> None:
    """What stands in quotation marks is often a label, a word, or irony."""
    assert told(page_of(tmp_path, one, other), "term-twice") == []


@pytest.mark.parametrize(("one", "other", "term"), UNUSED)
def test_a_term_that_nobody_uses_is_told_where_it_is_defined(
    tmp_path: Path, one: str, other: str, term: str
) -> None:
    """Small letters are no use of a term; where there are such, a label shows them."""
    case = page_of(tmp_path, one, other)
    (diagnostic,) = found(case, "term-unused")
    assert words(case, diagnostic.span) == term
    assert [words(case, label.span) for label in diagnostic.labels] == ["services"] * ("services" in other)


@pytest.mark.parametrize(("one", "other"), USED)
def test_one_and_many_capitals_titles_and_facts_are_uses(tmp_path: Path, one: str, other: str) -> None:
    """Wherever the page may show the term, it is used."""
    case = page_of(tmp_path, one, other).change("entities/acme.yaml", _site())
    assert told(case, "term-unused") == []


def test_a_title_of_a_section_uses_a_term(tmp_path: Path) -> None:
    """Also one that the entity gives."""
    case = page_of(tmp_path, "Our tools (the “Services”).", "Text.")
    titled = "{privacy: {adjust: {b: {title: More on Services}}}}"
    case.change("entities/acme.yaml", ENTITY.replace("{privacy: {}}", titled))
    assert told(case, "term-unused") == []


def _house(
    root: Path, *bodies: str, defines: str = "What we sell (the “Services”), and other services."
) -> object:
    case = page_of(root, *bodies)
    case.files["content/clauses/terms.md"] = clause(f"{defines}\n\nThe Services are ours.")
    case.change("policies/terms.yaml", "title: Terms\nsections: [terms]\n")
    case.change("entities/acme.yaml", ENTITY.replace("{privacy: {}}", "{privacy: {}, terms: {}}"))
    return told(case, "term-undefined")


def test_a_term_that_only_another_page_defines_is_told(tmp_path: Path) -> None:
    """The label is at the definition that this page does not have."""
    assert _house(tmp_path, "We keep it when you use the Services.", "Of our Services.") == [
        ("Services", "Services")
    ]
    assert _house(tmp_path, "You use the Services.\n\n- all of our Services") == [("Services", "Services")]


@pytest.mark.parametrize(
    "bodies",
    [
        ("We keep it when you use the Services.",),  # once may be a slip
        ("You use the Services, our Services.", "Of any services."),  # this page does not mean a term
        ("You use the Services, our Services, as defined in our terms.",),
        ("Our tools (the “Services”): use the Services, our Services.",),
        ("You use Acme Services, and the Services of Acme. Services are fine.",),
        ("## Services\n\nServices are fine. Services are here.",),
        ("You ask the Help Desk, and the Help Desk answers.",),  # nobody defines it
    ],
)
def test_words_with_capitals_that_are_no_terms_are_left_alone(
    tmp_path: Path, bodies: tuple[str, ...]
) -> None:
    """A name, a title, the beginning of a sentence, and a word that the page also writes small."""
    assert _house(tmp_path, *bodies) == []


def test_a_name_is_no_term_though_somebody_introduces_it(tmp_path: Path) -> None:
    """What the house never writes in small letters is a name."""
    uses = "We sell Basecamp, and keep Basecamp fit."
    assert _house(tmp_path, uses, defines="Our program (“Basecamp”).") == []


def test_other_languages_are_not_read(tmp_path: Path) -> None:
    """In German every noun has a capital."""
    case = page_of(tmp_path, 'Unser Angebot (die „Dienste“, "Dienste").', "Es (the “Dienste”).")
    case.change("policypages.yaml", "schema_version: 1\ntitle: T\nlocale: de\nnames: {wording: [site]}\n")
    assert [told(case, code) for code in ("term-twice", "term-unused", "term-undefined")] == [[], [], []]
