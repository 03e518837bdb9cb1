"""What texts and facts name that is no more."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.factcase import ACME, alone, clause, house, marked

from policypages.checks.dead_terms import TERMS

CODE = "dead-term"
LISTS = "names:\n  extra: {browsers: list of text, note: text}\n"


def _marked(tmp_path: Path, body: str, settings: str = "") -> list[str]:
    return marked(alone(house(tmp_path, {"clauses/opening.md": clause(body)}, settings), CODE), CODE)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("Use Internet Explorer or Firefox.", "Internet Explorer"),
        ("It works in **Internet Explorer**.", "Internet Explorer"),
        ("It works in Netscape Navigator.", "Netscape Navigator"),
        ("Data is encrypted by SSL.", "SSL"),
        ("Data is encrypted by Secure Socket Layer technology.", "Secure Socket Layer"),
        ("We use SSLv3.", "SSLv3"),
        ("We use TLS 1.0.", "TLS 1.0"),
        ("We use TLS v1.1 everywhere.", "TLS v1.1"),
        ("We comply with the U.S.-EU Safe Harbor Framework.", "Safe Harbor"),
        ("We are in the Safe Harbor Program.", "Safe Harbor"),
        ("We are certified under the EU-U.S. Privacy Shield.", "Privacy Shield"),
        ("Some partners use Flash cookies.", "Flash cookies"),
        ("Some partners use local shared objects.", "local shared objects"),
        ("We need Silverlight.", "Silverlight"),
        ("We honor Do Not Track signals.", "Do Not Track"),
        ("Our site respects DNT.", "DNT"),
        ("Our P3P policy says more.", "P3P"),
        ("Follow us on Google+ and elsewhere.", "Google+"),
        ("The app runs on Symbian.", "Symbian"),
        ("We use Universal Analytics.", "Universal Analytics"),
        ("As Directive 95/46/EC asks, we keep little.", "Directive 95/46/EC"),
        ("Your rights are in the Data Protection Act 1998.", "Data Protection Act 1998"),
        ("Of these laws the latest is the CCPA.", "latest is the CCPA"),
        ("The CCPA is the latest privacy law.", "CCPA is the latest privacy law"),
        ("The newest law, the CCPA, gives rights.", "newest law, the CCPA"),
        (
            "We prepare for the new General Data Protection Regulation.",
            "new General Data Protection Regulation",
        ),
        ("- a\n- by SSL\n", "SSL"),
        ("| a |\n|---|\n| SSL |\n", "SSL"),
        ("Hello {% if short_name %}SSL{% else %}TLS{% endif %}.", "SSL"),
        ("Hello {% if short_name %}all{% else %}SSL{% endif %}.", "SSL"),
    ],
)
def test_a_dead_term_is_marked(tmp_path: Path, body: str, word: str) -> None:
    """The term is marked where it stands, in whatever branch or block."""
    assert _marked(tmp_path, body) == [word]


@pytest.mark.parametrize(
    "body",
    [
        "Explore the internet.",
        "Edge has an Internet Explorer mode.",
        "Internet Explorer is no longer supported.",
        "The browser was formerly Internet Explorer.",
        "Data is encrypted by SSL/TLS.",
        "Data is encrypted by TLS (Transport Layer Security), the successor of SSL.",
        "We renew our SSL certificate each year.",
        "See ssl.com, or SSL.com.",
        "We refuse TLS 1.0.",
        "We use TLS 1.2 or 1.3.",
        "We take part in the Data Privacy Framework, the successor to the EU-U.S. Safe Harbor.",
        "The Privacy Shield was declared invalid.",
        "The Data Privacy Framework replaced the Privacy Shield.",
        "The safe harbor of the DMCA protects us.",
        "The DMCA has a Safe Harbor for us in the U.S.",
        "This is a safe harbor for researchers.",
        "We do not respond to Do Not Track signals.",
        "We don't honor Do Not Track.",
        "There is no standard for Do Not Track, so we do not follow one.",
        "Some browsers have a Do Not Track setting.",
        "We honor Global Privacy Control and Do Not Track.",
        "Please do not track mud into the house.",
        "We use Google Analytics and Google plugs.",
        "The Data Protection Act 2018 applies.",
        "Until 2018 Directive 95/46/EC applied.",
        "The CCPA, as amended by the CPRA, applies.",
        "The latest version of this page is here.",
        "The GDPR gives you new rights under the law.",
        "Flash photography is welcome; cookies are baked at noon.",
    ],
)
def test_what_is_current_or_said_to_be_past_is_left_alone(tmp_path: Path, body: str) -> None:
    """Near misses, terms that a sentence calls past, and other senses of a word are no finding."""
    assert _marked(tmp_path, body) == []


def test_every_term_has_a_day_a_reason_and_a_source() -> None:
    """What the table says of the world says since when, and where that can be read."""
    for term in TERMS:
        assert date(2005, 1, 1) < term.since < date(2026, 11, 22)
        assert urlsplit(term.source).scheme == "https"
        assert term.why
        assert term.instead
        assert not term.why.endswith(".")
    assert {term.name for term in TERMS} >= {
        "Internet Explorer", "SSL", "Safe Harbor", "Privacy Shield", "TLS 1.0 and 1.1", "Flash cookies",
        "Do Not Track", "P3P", "Google+", "Symbian", "Universal Analytics", "Directive 95/46/EC",
        "Data Protection Act 1998",
    }  # fmt: skip


def test_days_are_those_of_the_sources() -> None:
    """Two days that are easy to look up: the W3C closed a group, and Microsoft ended a browser."""
    since = {term.name: term.since for term in TERMS}
    assert since["Do Not Track"] == date(2019, 1, 17)
    assert since["Internet Explorer"] == date(2022, 6, 15)
    assert since["Privacy Shield"] == date(2020, 7, 16)


def test_the_settings_add_terms(tmp_path: Path) -> None:
    """A house names what is past for it, and why; the case of letters does not matter."""
    settings = "checks: {dead_terms: {Acme Gold: it was sold in 2024, C++: nobody writes it}}\n"
    case = house(tmp_path, {"clauses/opening.md": clause("Acme gold and C++ and Acme Golden.")}, settings)
    assert marked(alone(case, CODE), CODE) == ["Acme gold", "C++"]
    assert "it was sold in 2024" in case.report.diagnostics[0].message


def test_a_fact_is_told_at_its_own_line_in_the_file_that_states_it(tmp_path: Path) -> None:
    """What a group hands down is told once, in the group, and where a section would print it or not."""
    files = {
        "entities/group.yaml": (
            "publish: false\nname: G\nextra:\n  browsers:\n  - Firefox\n  - Internet Explorer\n"
        ),
        "entities/acme.yaml": f"extends: group\n{ACME}",
        "entities/beta.yaml": f"extends: group\n{ACME}",
        "clauses/opening.md": clause("{{ extra.browsers | series('and') }}"),
    }
    case = alone(house(tmp_path, files, LISTS), CODE)
    assert marked(case, CODE) == ["Internet Explorer"]
    assert [one.entities for one in case.report.diagnostics] == [("group",)]


def test_only_what_a_page_may_show_is_looked_at(tmp_path: Path) -> None:
    """Reasons, permissions and reviews stay in the house; titles and options do not."""
    entity = (
        "name: Acme\nurl: https://acme.example/legal/\nallow: {secret-value: of SSL}\n"
        "review: {name: {owner: Symbian team}}\npolicies:\n  privacy:\n    adjust:\n      opening:\n"
        "        because: P3P\n        title: The P3P policy\n        with: {reach: by Symbian}\n"
    )
    options = "options:\n  reach: {default: x}\n"
    files = {"entities/acme.yaml": entity, "clauses/opening.md": clause("{{ option.reach }}", options)}
    assert marked(alone(house(tmp_path, files), CODE), CODE) == ["The P3P policy", "by Symbian"]


def test_an_allow_of_the_file_silences_its_facts_and_no_other(tmp_path: Path) -> None:
    """The one `allow` of a file is for all its facts, and for that file alone."""
    fact = "extra: {note: SSL}\n"
    files = {
        "entities/acme.yaml": f"allow: {{dead-term: kept}}\n{fact}{ACME}",
        "entities/beta.yaml": f"{fact}{ACME}",
        "clauses/opening.md": clause("{{ extra.note }}"),
    }
    case = house(tmp_path, files, "names:\n  extra: {note: text}\n").check()
    assert [(one.code, one.entities) for one in case.report.diagnostics] == [(CODE, ("beta",))]


def test_an_edit_is_told_once_in_the_text_that_it_makes(tmp_path: Path) -> None:
    """An edit that brings a dead term in is told at the edited clause, for the entity that has it."""
    edits = "    adjust: {opening: {edits: {TLS: SSL}, because: test}}\n"
    files = {
        "entities/acme.yaml": f"{ACME.replace('privacy: {}', 'privacy:')}{edits}",
        "entities/beta.yaml": ACME,
        "clauses/opening.md": clause("Encrypted by TLS."),
    }
    found = alone(house(tmp_path, files), CODE).report.diagnostics
    assert [(one.entities, one.span and one.span.file) for one in found] == [
        (("acme",), "content/clauses/opening.md")
    ]
