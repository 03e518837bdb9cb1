from __future__ import annotations

from pathlib import Path

import pytest
from tests.sitecase import SiteCase, make_site

from policypages.checks.kinds import Choice

IDS = Choice(frozenset({"duplicate-id"}))
SETTINGS = "schema_version: 1\ntitle: T\ntheme: own\n"
LAYOUT = '{% extends "policypages/layout.html" %}\n'
ENTITY = "name: Acme\nurl: https://acme.example/legal/\npolicies: {privacy: {}, cookies: {}}\n"


def _site(root: Path, blocks: str, *, page: str = "layout.html") -> SiteCase:
    layout = LAYOUT if page == "layout.html" else f'{{% extends "policypages/{page}" %}}\n'
    return make_site(
        root,
        {
            "policypages.yaml": SETTINGS,
            f"themes/own/templates/{page}": layout + blocks,
            "entities/acme.yaml": ENTITY,
            "policies/privacy.yaml": "title: Privacy\nsections: [opening, contact]\n",
            "policies/cookies.yaml": "title: Cookies\nsections: [opening]\n",
            "clauses/opening.md": "---\ntitle: Opening\n---\nWords.\n",
            "clauses/contact.md": "---\ntitle: Contact\n---\nWrite.\n",
        },
    )


def _places(case: SiteCase) -> list[tuple[str, int, int]]:
    case.check(IDS)
    assert {one.code for one in case.report.diagnostics} <= {"duplicate-id"}, case.report
    return [(one.span.file, one.span.line, one.span.column) for one in case.report.diagnostics if one.span]


def test_a_section_and_the_theme_with_one_id_are_told_at_the_theme(tmp_path: Path) -> None:
    """The template is named, the outline beside it: of the two ids that of the section is public."""
    case = _site(tmp_path, '{% block site_name %}\n<p id="contact">x</p>\n{% endblock %}\n')
    assert _places(case) == [("themes/own/templates/layout.html", 3, 8)]
    (one,) = case.report.diagnostics
    assert one.message == "two elements of this page have the id `contact`"
    assert one.hint == "give this another `id`: that of a section is public"
    (label,) = one.labels
    span = label.span
    assert (span.file, span.line, span.column) == ("content/policies/privacy.yaml", 2, 21)
    assert one.chain[1:] == ("policy `privacy`", "section `contact`")
    assert one.entities == ("acme",)


def test_a_section_and_what_a_theme_works_out_are_told_at_the_outline(tmp_path: Path) -> None:
    """Where no template has the id as it is, the section's place is the one there is."""
    case = _site(
        tmp_path,
        '{% block main %}<p id="{{ page.policy }}">x</p>{{ page.article }}{% endblock %}\n',
        page="page.html",
    )
    case.change(
        "policies/privacy.yaml", "title: Privacy\nsections: [opening, {clause: contact, id: privacy}]\n"
    )
    assert _places(case) == [("content/policies/privacy.yaml", 2, 21)]
    assert (
        case.report.diagnostics[0].hint == "give the section an `id:` of its own: `page.html` makes the other"
    )


@pytest.mark.parametrize(
    ("blocks", "places"),
    [
        ('{% block site_name %}<p id="a">x</p><p id="a">y</p>{% endblock %}\n', [(2, 29)]),
        ("{% block site_name %}<p id=\"a\">x</p><p id='a'>y</p>{% endblock %}\n", [(2, 29)]),
        ('{% block site_name %}{% for _ in "ab" %}<p id="a">x</p>{% endfor %}{% endblock %}\n', [(2, 48)]),
        ('{% block site_name %}<p id="page-main">x</p>{% endblock %}\n', [(2, 29)]),
        ('{% block site_name %}<p id="a">x</p><p id="A">y</p>{% endblock %}\n', []),
        ('{% block site_name %}<p id="a">x</p><!-- <p id="a">y</p> -->{% endblock %}\n', []),
        ('{% block site_name %}<p id="a" data-id="a">x</p>{% endblock %}\n', []),
        (
            '{% block site_name %}{% if site.url %}<p id="a">{% else %}<p id="a">{% endif %}{% endblock %}\n',
            [],
        ),
    ],
)
def test_a_theme_with_one_id_twice_is_told_at_its_template(
    tmp_path: Path, blocks: str, places: list[tuple[int, int]]
) -> None:
    """Once for all pages; what is a comment, another attribute or not on the page is no second element."""
    found = _places(_site(tmp_path, blocks))
    assert found == [("themes/own/templates/layout.html", *place) for place in places]


def test_ids_that_the_theme_works_out_name_page_and_template(tmp_path: Path) -> None:
    """Without a literal there is no line; page and template are told."""
    case = _site(
        tmp_path,
        '{% block site_name %}{% for _ in "ab" %}<p id="{{ page.title }}">x</p>{% endfor %}{% endblock %}\n',
        page="page.html",
    ).check(IDS)
    messages = [(one.message, one.span) for one in case.report.diagnostics]
    assert messages == [
        ("two elements of the page `cookies/` have the id `Cookies`", None),
        ("two elements of the page `privacy/` have the id `Privacy`", None),
    ]
    assert all("`page.html`" in str(one.hint) for one in case.report.diagnostics)


def test_two_sections_with_one_anchor_are_told_once(tmp_path: Path) -> None:
    """The outline is refused by the build already, as `duplicate-anchor`, and nothing follows from it."""
    case = _site(tmp_path, "")
    case.change(
        "policies/privacy.yaml", "title: Privacy\nsections: [opening, {clause: contact, id: opening}]\n"
    )
    assert [one.code for one in case.check().errors()] == ["duplicate-anchor"]


def test_an_allow_silences_it(tmp_path: Path) -> None:
    """A reason at the section is enough."""
    case = _site(tmp_path, '{% block site_name %}\n<p id="contact">x</p>\n{% endblock %}\n')
    adjust = "privacy: {adjust: {contact: {allow: {duplicate-id: the theme changes next week}}}}"
    case.change("entities/acme.yaml", ENTITY.replace("privacy: {}", adjust))
    assert case.check().report.diagnostics == []
