"""Many mistakes in one run, and mistakes that must leave what was published alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from tests.sitecase import SiteCase, make_site

from policypages.diagnostics import Diagnostic, Span
from policypages.load.site import load_site
from policypages.paths import PathProblem, output_path
from policypages.sources import MemorySources
from policypages.values import why_not_id

ENTITY = """\
name: Acme
url: https://acme.example/legal/
contacts:
  privacy: {email: privacy@acme.example}
policies:
  privacy: {}
"""
POLICY = "title: Privacy Statement\nsections:\n  - opening\n"
CLAUSE = "---\ntitle: Opening\n---\n{{ name }} says what it does.\n"
GOOD = {"entities/acme.yaml": ENTITY, "policies/privacy.yaml": POLICY, "clauses/opening.md": CLAUSE}


def site(root: Path, changes: Mapping[str, str] | None = None) -> SiteCase:
    """Make a site that is good but for these changes."""
    return make_site(root, {**GOOD, **(changes or {})})


def places(found: list[Diagnostic]) -> list[tuple[str, str, int]]:
    """Return code, file and line of each problem."""
    return [(one.code, one.span.file, one.span.line) for one in found if one.span]


def tree_hash(case: SiteCase) -> str:
    """Return one digest over the whole output, the manifest included."""
    parts = [
        f"{path.relative_to(case.output)}\0{sha256(path.read_bytes()).hexdigest()}\0{path.stat().st_mtime_ns}"
        for path in sorted(case.output.rglob("*"))
        if path.is_file()
    ]
    assert parts
    return sha256("\n".join(parts).encode()).hexdigest()


# ---------------------------------------------------------------- all at once


def test_row_05_eight_mistakes_in_three_files_are_eight_problems_in_one_run(tmp_path: Path) -> None:
    """Mistakes of reading, types, outlines and clauses are told together, in the order of the files."""
    case = site(
        tmp_path,
        {
            "entities/acme.yaml": ENTITY.replace("  privacy: {}", "  privacy: {updated: 2026-02-30}")
            + "kolor: red\nretention: {recrods: 7 years}\nextends: nobody\n",
            "policies/privacy.yaml": POLICY + "  - closing\n  - {clause: opening, id: again, heading: big}\n",
            "clauses/opening.md": CLAUSE + "{{ nmae }} and {{ name | upcase }}.\n",
        },
    ).build()
    assert places(case.report.diagnostics) == [
        ("unknown-fact", "content/clauses/opening.md", 5),
        ("unknown-filter", "content/clauses/opening.md", 5),
        ("invalid-value", "content/entities/acme.yaml", 6),
        ("unknown-key", "content/entities/acme.yaml", 7),
        ("undeclared-name", "content/entities/acme.yaml", 8),
        ("unknown-entity", "content/entities/acme.yaml", 9),
        ("unknown-clause", "content/policies/privacy.yaml", 4),
        ("invalid-value", "content/policies/privacy.yaml", 5),
    ]
    assert not case.output.joinpath("acme").exists()


def test_a_refused_fact_is_not_missed_as_well(tmp_path: Path) -> None:
    """A value that was refused where it is stated is not called missing where a clause prints it."""
    case = site(
        tmp_path,
        {
            "entities/acme.yaml": ENTITY + "retention: {records: for ever}\n",
            "clauses/opening.md": CLAUSE + "Kept for {{ retention.records }} by {{ audience }}.\n",
        },
    ).build()
    assert [one.code for one in case.errors()] == ["missing-fact", "invalid-value"]
    assert "`audience`" in case.errors()[0].message


def test_row_26_one_of_two_hundred_fails_and_nothing_is_written(tmp_path: Path) -> None:
    """Where one entity of many has an error, the build fails with that one error and the old output stays."""
    many = {f"entities/e{at}.yaml": ENTITY for at in range(200)}
    case = site(tmp_path, many).build()
    assert not case.report.failed
    before = tree_hash(case)
    for at in range(200):
        case.change(f"entities/e{at}.yaml", ENTITY.replace("Acme", "Changed"))
    case.change("entities/e77.yaml", ENTITY.replace("Acme", "Changed") + "kolor: red\n").build()
    assert places(case.errors()) == [("unknown-key", "content/entities/e77.yaml", 7)]
    assert tree_hash(case) == before


def test_row_26_the_command_exits_with_one(tmp_path: Path) -> None:
    """`policypages build` of content with a mistake exits with 1 and leaves no output behind."""
    for path, text in site(tmp_path, {"entities/acme.yaml": ENTITY + "kolor: red\n"}).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    command = [sys.executable, "-m", "policypages", "-C", str(tmp_path), "build", "--format", "short"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    assert "content/entities/acme.yaml:7:1: error[unknown-key]: unknown key `kolor`" in run.stderr
    assert not list((tmp_path / "output").rglob("*.html"))


# ---------------------------------------------------------------- ids and paths


def test_row_11_one_id_in_two_normal_forms_is_a_collision() -> None:
    """A file name composed and the same decomposed are one id on some file systems: an error on all."""
    twice = {f"content/entities/{name}.yaml": ENTITY for name in ("caf\u00e9", "cafe\u0301")}
    _, found = load_site(MemorySources({"policypages.yaml": "title: T\n", **twice}))
    assert "collision" in {one.code for one in found}


def test_row_12_ids_that_differ_by_case_are_a_collision(tmp_path: Path) -> None:
    """`Acme` and `acme` are one folder on some file systems: an error that shows both files."""
    case = site(tmp_path, {"entities/Acme.yaml": ENTITY}).build()
    collisions = [one for one in case.errors() if one.code == "collision"]
    assert len(collisions) == 1
    assert collisions[0].span
    files = {collisions[0].span.file, *(label.span.file for label in collisions[0].labels)}
    assert files == {"content/entities/acme.yaml", "content/entities/Acme.yaml"}


BAD_SLUGS = [
    *("CON", "con", "aux", "nul", "com1", "lpt9", "aux.html", "a.", "a ", " a", "a:b", "..", ".", "/", ""),
    *("a\0b", "../../x", "/etc/passwd", "%2e%2e", "a\\b", "é" * 128, "a" * 256, "a//b", "a/", "-a", "A"),
    *("a_b", "a/../b", "a\u202eb", "*", "a?b", "a#b"),
]


@pytest.mark.parametrize("slug", BAD_SLUGS)
def test_row_13_a_bad_slug_is_no_id(slug: str) -> None:
    """What some system takes for something else than a plain name can be no id, and so no address."""
    assert why_not_id(slug) is not None


@pytest.mark.parametrize("slug", [one for one in BAD_SLUGS if one and "\0" not in one])
def test_row_13_a_bad_slug_is_refused_as_a_path(tmp_path: Path, slug: str) -> None:
    """A policy's path that is no id is an error at its place, and nothing is written."""
    text = slug.replace("'", "''")
    case = site(
        tmp_path, {"policies/privacy.yaml": f"title: P\npath: '{text}'\nsections: [opening]\n"}
    ).build()
    assert places(case.errors()) == [("invalid-id", "content/policies/privacy.yaml", 2)] or (
        places(case.errors()) == [("suspicious-character", "content/policies/privacy.yaml", 2)]
    )
    assert not case.tree()


@pytest.mark.parametrize("name", ["Con", "a.b", "a b", "a%2eb", "é", "a\\b", "..", "-a"])
def test_row_13_a_bad_slug_is_refused_as_an_entity(tmp_path: Path, name: str) -> None:
    """A file whose name can be no id is an error, and nothing is built under that name."""
    case = site(tmp_path, {f"entities/{name}.yaml": ENTITY}).build()
    assert places(case.errors()) == [("invalid-id", f"content/entities/{name}.yaml", 1)]
    assert not case.tree()


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_row_16_no_output_path_leads_out_of_the_output(parts: list[str]) -> None:
    """Whatever the parts, a path is refused or stands below the output folder."""
    made = output_path(*parts)
    if not isinstance(made, PathProblem):
        root = Path("/srv/output")
        assert root in (root / made).parents
        assert "\\" not in made


def test_row_14_two_policies_on_one_path_are_an_error_that_names_both(tmp_path: Path) -> None:
    """Two pages cannot have one address; the output of the last build stays as it was."""
    terms = "title: Terms\npath: terms\nsections: [opening]\n"
    case = site(tmp_path, {"policies/terms.yaml": terms}).build()
    before = tree_hash(case)
    case.change("policies/terms.yaml", terms.replace("path: terms", "path: privacy"))
    case.change("entities/acme.yaml", ENTITY + "  terms: {}\n").build()
    found = case.complains("collision", "content/policies/terms.yaml", 2, 7)
    assert "`privacy` and `terms`" in found.message
    assert [label.span.file for label in found.labels] == ["content/entities/acme.yaml"]
    assert tree_hash(case) == before


# ---------------------------------------------------------------- hostile facts


HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% include 'x' %}",
    "{# gone #}",
    '" onclick="alert(1)',
    "[click](javascript:alert(1))",
    "**bold** `code`",
    "&amp; &#60;b&#62;",
    "zq0000z",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_row_20_a_fact_is_shown_as_text(tmp_path: Path, value: str) -> None:
    """Facts are data: markup, Markdown and tags in them come out on the page as they were typed."""
    quoted = "'" + value.replace("'", "''") + "'"
    case = site(
        tmp_path,
        {
            "entities/acme.yaml": ENTITY
            + f"extra: {{product: {quoted}}}\ncookies: {{sid: {{purpose: {quoted}}}}}\n",
            "clauses/opening.md": "---\ntitle: 'On {{ extra.product }}'\nshows: cookies\n---\n"
            "Of {{ extra.product }}; *{{ extra.product }}*; `{{ extra.product }}`.\n\n"
            '![{{ extra.product }}](logo.png "{{ extra.product }}")\n',
        },
    ).build()
    assert not case.report.failed, case.errors()
    tree: Any = html.fromstring(case.markup("/acme/privacy/"))
    article = tree.find(".//article")
    assert " ".join(article.text_content().split()).count(value) >= 4
    image = article.find(".//img")
    assert (image.get("alt"), image.get("title")) == (value, value)
    scripts = "//script[not(@type='application/ld+json')]"
    assert not tree.xpath(f"{scripts} | //@onclick | //*[starts-with(@href, 'javascript:')]")


@pytest.mark.parametrize("value", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", " javascript:x"])
def test_row_20_a_fact_is_no_dangerous_link(tmp_path: Path, value: str) -> None:
    """A fact in a link target that would run something is an error at the tag."""
    case = site(
        tmp_path,
        {
            "entities/acme.yaml": ENTITY + f"extra: {{product: '{value}'}}\n",
            "clauses/opening.md": CLAUSE + "\n[see]({{ extra.product }})\n",
        },
    ).build()
    assert places(case.errors()) == [("unsafe-url", "content/clauses/opening.md", 6)]


# ---------------------------------------------------------------- themes


def themed(root: Path, templates: Mapping[str, str]) -> SiteCase:
    """Build with a theme of one's own, which has these templates and leans on the default for the rest."""
    files = {f"themes/house/templates/{name}": text for name, text in templates.items()}
    case = site(root, {**files, "themes/house/theme.yaml": "name: House\n"})
    case.files["policypages.yaml"] += "theme: house\n"
    return case.build()


ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ page|attr('__class__') }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ ('%s'|attr('format'))('x') }}",
    "{{ '{0.__class__}'.format(page) }}",
    "{{ '{x.__class__}'.format_map({'x': page}) }}",
    "{{ self.__init__.__globals__ }}",
    "{{ page.article.__html__.__func__.__globals__ }}",
    "{{ site.policies.append(1) }}",
    "{{ page.update({'title': 'x'}) }}",
    "{{ joiner.__init__.__builtins__ }}",
]


@pytest.mark.parametrize("code", ESCAPES)
def test_row_22_a_theme_cannot_leave_the_sandbox(tmp_path: Path, code: str) -> None:
    """What would reach into the program is an error at its line, or prints nothing of it."""
    case = themed(tmp_path, {"page.html": f"<!doctype html>\n<title>x</title>\n{code}\n"})
    if case.report.failed:
        assert {*places(case.errors())} == {("theme-template", "themes/house/templates/page.html", 3)}
    else:
        shown = case.markup("/acme/privacy/")
        assert not any(word in shown for word in ("class", "built-in", "function", "module", "uid="))


@pytest.mark.parametrize(
    "code",
    [
        "{% for x in range(10**9) %}x{% endfor %}",
        "{{ range(999999)|list|length }}",
        "{{ 'a' * 10**10 }}",
        "{{ 'a' * 9999999999 }}",
        "{{ 9999999999 * [page] }}",
        "{{ 9 ** 9999999999 }}",
    ],
)
def test_row_23_an_endless_loop_in_a_theme_is_refused(tmp_path: Path, code: str) -> None:
    """The sandbox limits what a template may count through."""
    case = themed(tmp_path, {"page.html": f"<title>x</title>\n{code}\n"})
    assert places(case.errors()) == [("theme-template", "themes/house/templates/page.html", 2)]


@pytest.mark.parametrize(
    ("templates", "way"),
    [
        ({"page.html": "<p>\n{% include 'page.html' %}"}, "page.html → page.html"),
        (
            {
                "page.html": "{% include 'a.html' %}",
                "a.html": "{% include 'b.html' %}",
                "b.html": "{% extends 'a.html' %}",
            },
            "page.html → a.html → b.html → a.html",
        ),
    ],
)
def test_row_23_templates_that_include_each_other_are_an_error(
    tmp_path: Path, templates: dict[str, str], way: str
) -> None:
    """A circle of templates is found before anything is rendered, and named whole."""
    found = [one for one in themed(tmp_path, templates).errors() if "include each other" in one.message]
    assert len(found) == 1
    assert way in found[0].message


def test_row_24_a_variable_that_is_missing_three_includes_deep_is_shown_where_it_stands(
    tmp_path: Path,
) -> None:
    """The file and line are those of the innermost template, for all entities at once."""
    templates = {
        "page.html": "<title>x</title>\n{% include 'a.html' %}",
        "a.html": "\n{% include 'b.html' %}",
        "b.html": "\n\n{{ page.titel }}\n",
    }
    case = themed(tmp_path, templates)
    assert places(case.errors()) == [("theme-template", "themes/house/templates/b.html", 3)]
    assert "`titel`" in case.errors()[0].message


# ---------------------------------------------------------------- what is not ours, and the house


def test_row_42_a_file_of_somebody_else_in_the_output_is_kept(tmp_path: Path) -> None:
    """What a host or a person put into the output stays, through builds, changes and removals."""
    case = site(tmp_path, {"entities/beta.yaml": ENTITY}).build()
    ours = [case.output / "CNAME", case.output / "acme" / ".well-known" / "security.txt"]
    ours.append(case.output / "beta" / "note.txt")
    for path in ours:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    case.change("entities/acme.yaml", ENTITY.replace("Acme", "Changed"))
    case.change("entities/beta.yaml", None).build()
    case.build(clean=True)
    assert [path.read_text() for path in ours] == ["mine"] * 3
    assert not (case.output / "beta" / "index.html").exists()


def test_sites_without_an_address_share_one_note(tmp_path: Path) -> None:
    """Without `url` a site has no sitemap and no canonical address, and one note says so of all."""
    bare = ENTITY.replace("url: https://acme.example/legal/\n", "")
    case = site(tmp_path, {"entities/acme.yaml": bare, "entities/beta.yaml": bare}).build()
    assert [(one.code, one.severity, one.entities) for one in case.report.diagnostics] == [
        ("no-address", "note", ("acme", "beta"))
    ]
    assert 'rel="canonical"' not in case.markup("/acme/privacy/")
    assert not (case.output / "acme" / "sitemap.xml").exists()
    assert case.report.written


def test_row_53_an_unseen_character_in_a_fact_is_a_warning(tmp_path: Path) -> None:
    """A bidi override in an entity's name is told at its place, and the page is built."""
    site = make_site(
        tmp_path,
        {
            "entities/acme.yaml": "name: Ac\N{RIGHT-TO-LEFT OVERRIDE}me\npolicies: {privacy: {}}\n",
            "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
            "clauses/opening.md": "---\ntitle: Opening\n---\nWe keep nothing.\n",
        },
    ).build()
    assert site.report.written
    warned = [(one.code, one.span) for one in site.report.diagnostics if one.severity == "warning"]
    assert warned == [("suspicious-character", Span("content/entities/acme.yaml", 1, 9))]
