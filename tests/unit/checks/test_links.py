from __future__ import annotations

from pathlib import Path

import pytest
from tests.sitecase import DAY, SiteCase, make_site

from policypages import build as pipeline
from policypages.build.checking import check
from policypages.checks.kinds import Choice
from policypages.checks.leads import Folder, Lead
from policypages.sources import MemorySources

LINKS = Choice(frozenset({"broken-link"}))
ACME = """\
    name: Acme
    url: https://acme.example/legal/
    site_url: https://acme.example/legal/shop
    locales: [en, de]
    policies: {privacy: {}, cookies: {}}
"""
PRIVACY = """\
    title: Privacy
    sections:
      - opening
      - {clause: opt-out, sections: [{clause: bare, heading: none}]}
    in: {de: {title: Datenschutz, path: datenschutz}}
"""
COOKIES = """\
    title: Cookies
    sections: [small]
    in: {de: {title: Cookies}}
"""


def _site(root: Path, body: str = "Words.", **more: str) -> SiteCase:
    files = {
        "entities/acme.yaml": ACME,
        "policies/privacy.yaml": PRIVACY,
        "policies/cookies.yaml": COOKIES,
        "clauses/opt-out.md": "---\ntitle: Opt out\n---\nSay so.\n",
        "clauses/bare.md": "Bare words.\n",
        "clauses/small.md": "---\ntitle: Small files\n---\nThey are small.\n",
        "clauses/opening.md": f"---\ntitle: Opening\n---\n{body}\n",
        "clauses/opening.de.md": "---\ntitle: Anfang\n---\nWorte.\n",
        "clauses/opt-out.de.md": "---\ntitle: Nein sagen\n---\nWorte.\n",
        "clauses/bare.de.md": "Worte.\n",
        "clauses/small.de.md": "---\ntitle: Kleine Dateien\n---\nWorte.\n",
    }
    case = make_site(root, files)
    for path, text in more.items():
        case.change(path, text)
    return case


def _found(case: SiteCase) -> list[tuple[str, int, int, int]]:
    case.check(LINKS)
    spans = [one.span for one in case.report.diagnostics]
    assert {one.code for one in case.report.diagnostics} <= {"broken-link", "no-address"}, case.report
    return [(one.file, one.line, one.column, one.length) for one in spans if one is not None]


LOOKED_UP = "which every build looks up"
FINE = [
    "#opt-out",
    "#bare",
    "#page-main",
    "#page-top",
    "#",
    "#top",
    "#TOP",
    "#opt-out:~:text=Say",
    "./",
    "./#opt-out",
    "../",
    "..",
    "../cookies/",
    "../cookies",
    "../cookies/index.html",
    "../cookies/?from=here",
    "../cookies/#small",
    "../cookies/#page-main",
    "../privacy/#opt-out",
    "../%63ookies/#sm%61ll",
    "../de/",
    "../de/datenschutz/#opt-out",
    "../sitemap.xml",
    "/legal/cookies/",
    "/legal",
    "/legal/cookies/#small",
    "https://acme.example/legal/",
    "https://acme.example/legal",
    "https://ACME.example/legal/cookies/#small",
    "http://acme.example/legal/cookies/",
    # what is not the site's own: elsewhere on the host, other hosts, other schemes
    "/careers/",
    "../../careers/",
    "https://acme.example/careers/",
    "https://acme.example/legality/",
    "https://acme.example.org/legal/nothing",
    "https://other.example/legal/nothing/#x",
    "mailto:privacy@acme.example",
    "tel:+4712345678",
]
BROKEN = [
    "#opt-uot",
    "#Opt-out",
    "#opening2",
    "../cookis/",
    "cookies/",
    "../Cookies/",
    "../cookies.html",
    "../cookies/#smal",
    "../cookies/#opt-out",
    "../de/privacy/",
    "../datenschutz/",
    "../de/cookies/#smal",
    "../fr/",
    "/legal/cookis/",
    "/legal/cookies/#opt-out",
    "https://acme.example/legal/terms/",
    "https://acme.example/legal/cookies/#opt-out",
    "http://acme.example/legal/terms.pdf",
    "../assets/style.css",
]


@pytest.mark.parametrize("address", FINE)
def test_a_link_that_leads_somewhere_or_elsewhere_is_fine(tmp_path: Path, address: str) -> None:
    """Pages, anchors, files and folders of the site are found; what is not the site's is not judged."""
    assert _found(_site(tmp_path, f"See [this]({address}) now.")) == []


@pytest.mark.parametrize("address", BROKEN)
def test_a_link_that_leads_nowhere_is_found_at_its_address(tmp_path: Path, address: str) -> None:
    """The caret stands on the address, and nothing else is found."""
    case = _site(tmp_path, f"See [this]({address}) now.")
    assert _found(case) == [("content/clauses/opening.md", 4, 12, len(address))]
    one = case.report.diagnostics[0]
    assert (one.severity, one.entities) == ("error", ("acme",))
    assert one.chain == (
        "entity `acme` (content/entities/acme.yaml)",
        "policy `privacy`",
        "section `opening`",
    )
    assert one.message.startswith(f"`{address}` leads to no ")


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("- one\n- [two](#nope) and [three](#opt-out)\n", [(5, 9)]),
        ("| a | b |\n|---|---|\n| x | [y](#nope) |\n", [(6, 11)]),
        ("[x] is a word.\n\n[x]: #nope\n", [(6, 6)]),
        ("Look: ![a picture](../assets/photo.png).\n", [(4, 20)]),
        ("[a](#nope) and [b](#nope)\n", [(4, 5), (4, 20)]),
        ("## [Deeper](#nope)\n\nWords.\n", [(4, 13)]),
        ('{% if audience == "staff" %}[a](#other){% else %}[b](#nope){% endif %}\n', [(4, 54)]),
        ("Text `[a](#nope)` in code.\n", []),
        ("\\[a](#nope)\n", []),
        ('{{ ref("opt-out") }} and [there]({{ link("cookies#small") }}).\n', []),
    ],
)
def test_links_are_found_wherever_they_stand(
    tmp_path: Path, body: str, places: list[tuple[int, int]]
) -> None:
    """In lists, tables, definitions, pictures, headings, and in the branch that a page takes."""
    case = _site(tmp_path, body)
    case.change("entities/acme.yaml", ACME)
    assert [(line, column) for _, line, column, _ in _found(case)] == places


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("#opt-uot", 'did you mean `#opt-out`? write `{{ ref("opt-out") }}`, which every build looks up'),
        ("#bear", "did you mean `#bare`?"),  # it has no heading, so it has no name to be linked by
        ("#page-mian", "did you mean `#page-main`?"),
        (
            "../cookies/#smal",
            f'did you mean `../cookies/#small`? write `{{{{ link("cookies#small") }}}}`, {LOOKED_UP}',
        ),
        (
            "../cookis/",
            'did you mean `../cookies/`? write `{{ link("cookies") }}`, which every build looks up',
        ),
        (
            "#small",
            'it is an anchor of `cookies/`; write `{{ link("cookies#small") }}`, which every build looks up',
        ),
        ("help@acme.example", "did you mean `mailto:help@acme.example`?"),
        ("../cookies.md", f'did you mean `../cookies/`? write `{{{{ link("cookies") }}}}`, {LOOKED_UP}'),
        (
            "../cookies/index.md",
            f'did you mean `../cookies/`? write `{{{{ link("cookies") }}}}`, {LOOKED_UP}',
        ),
        ("../de/cookis/", "did you mean `../de/cookies/`?"),  # `link` leads to the page's own language
        ("../zzz/", None),
    ],
)
def test_the_hint_names_what_was_meant(tmp_path: Path, address: str, hint: str | None) -> None:
    """The nearest page or anchor is named, and how a clause links to it by name."""
    case = _site(tmp_path, f"See [this]({address}).").check(LINKS)
    assert [one.hint for one in case.report.diagnostics] == [hint]


def test_the_hint_knows_what_a_section_was_called(tmp_path: Path) -> None:
    """A link to the former id of a section is led to the present one."""
    case = _site(tmp_path, "See [this](#objections).")
    case.change("clauses/opt-out.md", "---\ntitle: Opt out\nwas: [objections]\n---\nSay so.\n").check(LINKS)
    wanted = f'did you mean `#opt-out`? write `{{{{ ref("opt-out") }}}}`, {LOOKED_UP}'
    assert [one.hint for one in case.report.diagnostics] == [wanted]


def test_a_tagged_fragment_is_the_builds_to_find(tmp_path: Path) -> None:
    """`link("privacy#x")` to a section that is not there keeps the site from being built."""
    case = _site(tmp_path, '[x]({{ link("cookies#opt-out") }}) and {{ link("cookies#small") }}').build()
    assert [(one.code, one.span.column if one.span else 0) for one in case.errors()] == [
        ("unknown-reference", 5)
    ]


def test_without_an_address_the_site_is_all_of_its_host(tmp_path: Path) -> None:
    """A site without `url` is looked at as if it stood at the root; so do browsers, which climb no higher."""
    links = "[a](/cookies/) [b](/cookis/) [c](../../cookies/) [d](../../../cookis/) [e](https://x.example/)"
    case = _site(tmp_path, links)
    case.change("entities/acme.yaml", "name: Acme\nlocales: [en, de]\npolicies: {privacy: {}, cookies: {}}\n")
    assert [column for _, _, column, _ in _found(case)] == [20, 54]


def test_one_clause_is_one_finding_however_many_sites_it_breaks(tmp_path: Path) -> None:
    """Sites that lack the page are named together, and the site that has it is not."""
    case = _site(tmp_path, "See [this](../cookies/).")
    case.change("entities/acme.yaml", "name: Acme\npolicies: {privacy: {}, cookies: {}}\n")
    for name in ("bold", "calm"):
        case.change(f"entities/{name}.yaml", f"name: {name}\npolicies: {{privacy: {{}}}}\n")
    case.check(LINKS)
    (one,) = case.errors()
    assert one.entities == ("bold", "calm")


def test_an_allow_at_the_section_silences_it(tmp_path: Path) -> None:
    """A reason on the record silences the finding there, and one that silences nothing is told."""
    case = _site(tmp_path, "See [this](#nope).")
    adjust = "privacy: {adjust: {opening: {allow: {broken-link: the anchor comes with the next version}}}}"
    case.change("entities/acme.yaml", ACME.replace("privacy: {}", adjust))
    assert case.check().report.diagnostics == []
    case.change("clauses/opening.md", "---\ntitle: Opening\n---\nWords.\n").check()
    assert [one.code for one in case.report.diagnostics] == ["unused-allow"]


# ------------------------------------------- facts and the theme


def test_a_fact_that_is_a_relative_address_is_found_at_its_line(tmp_path: Path) -> None:
    """An address that a tag prints is the fact's to mend."""
    case = _site(tmp_path, "See [this]({{ extra.product }}).")
    case.change("entities/acme.yaml", ACME + "    extra: {product: ../cookis/}\n")
    assert _found(case) == [("content/entities/acme.yaml", 6, 18, 10)]
    case.change("entities/acme.yaml", ACME + "    extra: {product: ../cookies/}\n")
    assert _found(case) == []


def test_an_address_of_words_and_tags_is_found_in_the_clause(tmp_path: Path) -> None:
    """Where a fact is part of an address, the place is the link target that prints it."""
    case = _site(tmp_path, "See [this](../{{ extra.product }}/#top).")
    case.change("entities/acme.yaml", ACME + "    extra: {product: cookis}\n")
    assert _found(case) == [("content/clauses/opening.md", 4, 12, len("../{{ extra.product }}/#top"))]


def test_a_link_in_a_fact_of_markdown_is_found_without_a_place(tmp_path: Path) -> None:
    """What neither a text nor the theme states is told with the page it stands on."""
    case = _site(tmp_path, "Words: {{ extra.product | markdown }}")
    case.change("entities/acme.yaml", ACME + "    extra: {product: 'See [x](#nope)'}\n").check(LINKS)
    (one,) = case.report.diagnostics
    assert one.message == "`#nope` leads to no anchor of this page, on the page `privacy/`"
    assert one.chain[1] == "policy `privacy`"


LAYOUT = """\
    {% extends "policypages/layout.html" %}
    {% block site_name %}
    {# <a href="#hidden">no</a> #}
    <!-- <a href="#gone">no</a> -->
    <p><a href="ATTRIBUTE">words</a></p>
    {% endblock %}
"""
OWN = "schema_version: 1\ntitle: T\ntheme: own\nnames: {contacts: [privacy], extra: {product: text}}\n"


def _themed(case: SiteCase, link: str) -> SiteCase:
    return case.change("policypages.yaml", OWN).change(
        "themes/own/templates/layout.html", LAYOUT.replace('href="ATTRIBUTE"', link)
    )


@pytest.mark.parametrize(
    ("link", "column"),
    [
        ('href="#nope"', 13),
        ("href='#nope'", 13),
        ('HREF = "#nope"', 15),
        ('title="a > b" href="#nope"', 27),
        ('href="#page-main"', 0),
        ('href="#main" id="main"', 0),
        ('data-href="#nope"', 0),
    ],
)
def test_a_link_of_the_theme_is_found_at_its_template(tmp_path: Path, link: str, column: int) -> None:
    """However the attribute is written, the template's line is named, once; comments are none."""
    found = _found(_themed(_site(tmp_path), link))
    place = ("themes/own/templates/layout.html", 5, column, 5)
    assert found == ([place] if column else [])


def test_a_link_of_the_index_page_is_followed_too(tmp_path: Path) -> None:
    """The list of policies has no policy, and its links count all the same."""
    case = _site(tmp_path).change("policypages.yaml", OWN)
    template = '{% extends "layout.html" %}\n{% block main %}<a href="prvacy/">x</a>{% endblock %}\n'
    case.change("themes/own/templates/index.html", template)
    assert _found(case) == [("themes/own/templates/index.html", 2, 26, 7)]
    one = case.report.diagnostics[0]
    assert one.hint == "did you mean `privacy/`?"
    assert one.chain == ("entity `acme` (content/entities/acme.yaml)", "page `/`")


def test_an_address_that_the_theme_works_out_names_page_and_template(tmp_path: Path) -> None:
    """Without a literal there is no line; the page and its template are told."""
    case = _themed(_site(tmp_path), 'href="{{ site.home }}{{ page.title }}/"').check(LINKS)
    assert {one.span for one in case.report.diagnostics} == {None}
    hints = {one.hint.partition(";")[0] for one in case.report.diagnostics if one.hint}
    assert hints == {"it is made in `page.html` or by a tag", "it is made in `index.html` or by a tag"}


def test_an_address_of_words_and_tags_is_found_in_the_template(tmp_path: Path) -> None:
    """Where a template adds words to an address of the core, its line is named."""
    found = _found(_themed(_site(tmp_path), 'href="{{ site.home }}imprint/"'))
    assert found == [("themes/own/templates/layout.html", 5, 13, len("{{ site.home }}imprint/"))]


def test_one_template_is_one_finding_at_whatever_depth(tmp_path: Path) -> None:
    """Pages at other depths have other addresses of one and the same line."""
    case = _themed(_site(tmp_path), 'href="{{ site.home }}cookis/"').check(LINKS)
    (one,) = case.report.diagnostics
    assert one.message == "`{{ site.home }}cookis/` leads to no page of this site"
    assert one.hint is not None
    assert one.hint.startswith("it becomes `")
    assert one.hint.endswith("cookies/`?")


# ------------------------------------------- the whole build


def test_the_target_counts_whether_its_page_is_made_again_or_not(tmp_path: Path) -> None:
    """An edit that takes an anchor away is found at the link to it, on a page that did not change."""
    case = _site(tmp_path, "See [this](../cookies/#small).").build()
    assert case.report.written
    case.change("policies/cookies.yaml", COOKIES.replace("[small]", "[{clause: small, id: files}]"))
    case.rebuilds("/acme/cookies/", "/acme/de/cookies/")  # the page with the link stays as it is
    assert _found(case) == [("content/clauses/opening.md", 4, 12, 17)]


def test_a_check_of_one_site_knows_all_pages_of_it(tmp_path: Path) -> None:
    """`--entity` leaves other sites out; a link never leads from one to another."""
    case = _site(tmp_path, "See [this](../cookies/#small) and [that](../cookies/#nope).")
    case.change("entities/bold.yaml", "name: Bold\npolicies: {privacy: {}}\n")
    options = pipeline.Options(DAY, only=("acme",))
    found = check(MemorySources(case.files), options, LINKS, DAY).diagnostics
    assert [(one.span.column if one.span else 0, one.entities) for one in found] == [(42, ("acme",))]


def test_a_page_that_cannot_be_made_still_has_its_anchors(tmp_path: Path) -> None:
    """A missing fact on the target is one problem, and the links to it are none."""
    case = _site(tmp_path, "[a](../cookies/#small) [b](../cookies/#page-main) [c](../cookies/#nope)")
    case.change("clauses/small.md", "---\ntitle: Small files\n---\nMade by {{ extra.product }}.\n").check(
        LINKS
    )
    places = [(one.code, one.span.column if one.span else 0) for one in case.report.diagnostics]
    assert places == [("broken-link", 55), ("missing-fact", 9)]


@pytest.mark.parametrize(
    ("url", "start", "address", "expected"),
    [
        ("https://a.example/x/y/", "p/index.html", "../q/", Lead("q/", "")),
        ("https://a.example/x/y", "p/index.html", "/x/y/q/", Lead("q/", "")),
        ("https://a.example/x/y/", "p/index.html", "../../z/", None),
        ("https://a.example/x/y/", "p/index.html", "//a.example/x/y/q/", Lead("q/", "")),
        ("https://a.example:8443/x/", "p/index.html", "https://a.example/x/q/", None),
        ("https://a.example/x/", "p/index.html", "https://[broken", None),
        ("https://a.example/x/", "p/index.html", "?a=b#c", Lead("p/index.html", "c")),
        ("https://a.example/x/", "index.html", "q", Lead("q", "")),
    ],
)
def test_addresses_are_followed_as_a_browser_does(
    url: str, start: str, address: str, expected: Lead | None
) -> None:
    """Relative addresses, those from the root, and full ones end in the folder or outside it."""
    assert Folder(url, frozenset()).lead(start, address) == expected
