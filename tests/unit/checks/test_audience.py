"""Whom a text speaks to, against whom its page is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.factcase import ACME, PRIVACY, alone, clause, house, marked

CODE = "wrong-audience"


def _marked(tmp_path: Path, audience: str, body: str, front: str = "") -> list[str]:
    files = {"entities/acme.yaml": f"audience: {audience}\n{ACME}", "clauses/opening.md": clause(body, front)}
    return marked(alone(house(tmp_path, files), CODE), CODE)


@pytest.mark.parametrize(
    ("audience", "body", "words"),
    [
        ("employees", "We care about our customers.", ["customers"]),
        ("applicants", "We care about **our valued customers**.", ["customers"]),
        ("employees", "Nobody buys information about customers.", ["customers"]),
        ("employees", "Nobody buys information\nabout the customers.", ["customers"]),
        ("applicants", "It shows what visitors and customers read.", ["customers"]),
        ("applicants", "It shows what users (including customers) read.", ["customers"]),
        ("employees", "Customers and other visitors may read it.", ["Customers"]),
        ("employees", "Customers who use this site may read it.", ["Customers"]),
        ("applicants", "Patients visiting our website may read it.", ["Patients"]),
        ("customers", "Employees who use this site may read it.", ["Employees"]),
        ("customers", "As an employee, you may read it.", ["employee"]),
        ("patients", "We never sell data about our students.", ["students"]),
        ("job seekers", "We write to our shoppers.", ["shoppers"]),
        ("customers", "- one\n- for visitors and applicants\n", ["applicants"]),
        ("customers", "| a | b |\n|---|---|\n| for our patients | x |\n", ["patients"]),
        ("customers", "> ### For our applicants\n>\n> Words.", ["applicants"]),
        ("employees", "Our customers read. Visitors and customers read.", ["customers", "customers"]),
    ],
)
def test_other_people_than_the_page_is_for_are_marked(
    tmp_path: Path, audience: str, body: str, words: list[str]
) -> None:
    """The word for the people is marked wherever the text speaks to or of its own public."""
    assert _marked(tmp_path, audience, body) == words


@pytest.mark.parametrize(
    ("audience", "body"),
    [
        ("employees", "We care about our visitors and users."),
        ("employees", "We care about our employees."),
        ("customers", "Only our employees who need to know may read it."),
        ("customers", "Information about our employees is kept elsewhere."),
        ("applicants", "A client's employees may read it."),
        ("employees", "Our customers' data is kept elsewhere."),
        ("applicants", "A covered person is a job applicant or employee."),
        ("employees", "We share totals with our customers."),
        ("employees", "We never give it to our customers."),
        ("customers", "Our clients and members may read it."),
        ("clients and their employees", "Our clients and their employees may read it."),
        ("clients and their employees", "Employees who use this site may read it."),
        ("applicants", "Visitors and applicants, unlike our customers, may read it."),
        ("employees", "Our customer service reads it."),
        ("employees", "If you have been a customer, ask there."),
        ("employees", "The customers of a bank may sue."),
        ("everybody", "Our customers read it."),
        ("employees", "Customize our site. Our memberships end."),
        ("employees", "{{ audience }} and visitors read it."),
        ("employees", "Unsere customers-Seite."),
    ],
)
def test_what_is_right_is_left_alone(tmp_path: Path, audience: str, body: str) -> None:
    """Others as third parties, everybody, the page's own people and words like theirs are no finding."""
    quoted = f"'{audience}'"
    assert _marked(tmp_path, quoted, body) == []


def test_without_an_audience_nothing_is_found(tmp_path: Path) -> None:
    """Who does not say whom a page is for is not corrected."""
    case = house(tmp_path, {"clauses/opening.md": clause("Our customers and our employees read it.")})
    assert marked(alone(case, CODE), CODE) == []


@pytest.mark.parametrize(("audience", "words"), [("customers", []), ("employees", ["customers"])])
def test_a_branch_counts_only_on_the_page_that_takes_it(
    tmp_path: Path, audience: str, words: list[str]
) -> None:
    """What another page's branch says is not said on this one."""
    body = 'Hello. {% if audience == "applicants" %}Our patients{% else %}Our customers{% endif %} read.'
    assert _marked(tmp_path, audience, body) == words


def test_blocks_in_branches_count_only_where_they_are_shown(tmp_path: Path) -> None:
    """The same holds for paragraphs round which a condition stands."""
    body = '{% if audience == "customers" %}\n\nOur customers read.\n\n{% endif %}\n\nWords.'
    assert _marked(tmp_path, "applicants", body) == []


def test_titles_and_edits_are_looked_at_and_summaries_are_not(tmp_path: Path) -> None:
    """A title is on the page, an edit, too; a summary is for lists."""
    text = "---\ntitle: For our customers\nsummary: For our patients.\n---\nWe like our visitors.\n"
    policy = "      opening: {edits: {visitors: students}, because: test}\n"
    entity = f"{ACME.replace('privacy: {}', 'privacy:')}    adjust:\n{policy}audience: applicants\n"
    case = house(tmp_path, {"clauses/opening.md": text, "entities/acme.yaml": entity})
    found = alone(case, CODE).report.diagnostics
    assert [one.message for one in found] == [
        "the text speaks of `customers`, and the page is for `applicants`",
        "the text speaks of `students`, and the page is for `applicants`",
    ]


def test_a_variant_is_judged_by_the_page_that_chose_it(tmp_path: Path) -> None:
    """Of a clause with two texts each page has the one that it chose."""
    choose = "    adjust: {opening: {variant: brief, because: test}}\n"
    files = {
        "clauses/opening@brief.md": clause("Our customers read it."),
        "entities/acme.yaml": f"audience: employees\n{ACME}",
        "entities/beta.yaml": f"audience: employees\n{ACME.replace('privacy: {}', 'privacy:')}{choose}",
    }
    case = alone(house(tmp_path, files), CODE)
    assert [(one.entities, one.span and one.span.file) for one in case.report.diagnostics] == [
        (("beta",), "content/clauses/opening@brief.md")
    ]


def test_the_page_of_a_policy_for_others_may_name_them(tmp_path: Path) -> None:
    """A customers' site may have a policy for applicants, whose title says so."""
    files = {
        "entities/acme.yaml": f"audience: customers\n{ACME}",
        "policies/privacy.yaml": PRIVACY.replace("title: Privacy", "title: Privacy of applicants"),
        "clauses/opening.md": clause("Applicants who use this site can write. Our patients cannot."),
    }
    assert marked(alone(house(tmp_path, files), CODE), CODE) == ["patients"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("On this site, kp.example, nobody pays.", ["kp.example"]),
        ("On our website (www.kp.example) nobody pays.", ["www.kp.example"]),
        ("On this web site at https://kp.example/x nobody pays.", ["kp.example"]),
        ("We do not let children open accounts on kp.example.", ["kp.example"]),
        ("You may have accounts on kp.example.", []),
        ("On this site, www.acme.example, nobody pays.", []),
        ("On our site (shop.acme.example) nobody pays.", []),
        ("Write to our site, me@kp.example.", []),
        ("Our other site is kp.example.", []),
        ("See https://kp.example/ for more.", []),
    ],
)
def test_the_address_of_another_site_is_not_this_site(tmp_path: Path, body: str, words: list[str]) -> None:
    """A text that takes a foreign host for the site of the page is told; links and names are not."""
    entity = f"site_url: https://acme.example/\n{ACME}"
    case = house(tmp_path, {"entities/acme.yaml": entity, "clauses/opening.md": clause(body)})
    assert marked(alone(case, CODE), CODE) == words


def test_another_language_is_left_alone(tmp_path: Path) -> None:
    """The words are English, and so is what is looked at."""
    files = {
        "entities/acme.yaml": f"audience: employees\n{ACME}",
        "clauses/opening.md": clause("our customers"),
    }
    case = house(tmp_path, files, "locale: de\nfallback: {de: en}\n")
    assert marked(alone(case, CODE), CODE) == []


def test_it_is_allowed_at_the_section(tmp_path: Path) -> None:
    """An `allow` with a reason silences it where it stands, and in no other section."""
    files = {
        "entities/acme.yaml": f"audience: employees\n{ACME}",
        "policies/privacy.yaml": "title: P\nsections:\n"
        "  - {clause: opening, allow: {wrong-audience: agreed}}\n  - {clause: opening, id: again}\n",
        "clauses/opening.md": clause("Our customers read it."),
    }
    found = house(tmp_path, files).check().report.diagnostics
    assert [(one.code, one.chain[-1]) for one in found] == [(CODE, "section `again`")]
