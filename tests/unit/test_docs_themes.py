"""The contract with theme authors: the page is written from it, and every page is made by it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.releasecase import release
from tests.sitecase import SiteCase, make_site
from tests.spec import reference_themes

from policypages.formats.templates.theme import ThemeEngine
from policypages.formats.templates.theme_names import Shape, fields_of
from policypages.model import Heading
from policypages.model.contexts import TEMPLATES, Common

PAGE = Path(__file__).resolve().parents[2] / "docs" / "themes.md"
FILES = {
    "policypages.yaml": "title: Test\nnames: {contacts: [privacy]}\n",
    "policies/privacy.yaml": "title: Privacy\n"
    "sections: [{clause: hello, numbered: true, sections: [deep]}]\n",
    "clauses/hello.md": "---\ntitle: Hello\n---\nHello of {{ name }}.\n",
    "clauses/hello.de.md": "---\ntitle: Hallo\n---\nHallo von {{ name }}.\n",
    "clauses/deep.md": "---\ntitle: Deep\n---\nDeep.\n",
    "clauses/deep.de.md": "---\ntitle: Tief\n---\nTief.\n",
    "entities/acme.yaml": "name: Acme\nurl: https://acme.example/\nsite_url: https://www.acme.example/\n"
    "owns_root: true\nlocales: [en, de]\n"
    "policies:\n  privacy: {reviewed: 2026-01-02, summary: What we know}\n",
    "redirects.yaml": "acme/notice/: acme/privacy/\n",
    "entities/zeta.yaml": "name: Zeta\nsample: true\npolicies: {privacy: {updated: 2026-01-02}}\n",
}


def test_the_tables_are_current(*, regen: bool) -> None:
    """The committed tables are what the contract gives."""
    page = PAGE.read_text("utf-8")
    made = reference_themes.regenerated(page)
    if regen:
        PAGE.write_text(made, "utf-8")
    else:
        assert page == made, "run pytest with --regen"


def test_every_name_has_a_meaning_and_every_link_its_heading() -> None:
    """No name is left without a sentence, and no type without its table."""
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*) \|$", page, re.MULTILINE)
    assert len(rows) > 60
    assert [name for name, _, meaning in rows if not meaning.endswith((".", "`."))] == []
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Build a site with every kind of page, and return what each template was given."""
    case = make_site(tmp_path_factory.mktemp("contract"), FILES)
    release(case, "2026-03-01", "acme", summary="First")
    case.change("clauses/hello.md", "---\ntitle: Hello\n---\nHello again of {{ name }}.\n")
    release(case, "2026-11-01", "acme", summary="Second", material=True)
    case.change("redirects.yaml", "acme/old/: acme/privacy/\n")
    seen: dict[str, list[Mapping[str, Any]]] = {}
    patch = pytest.MonkeyPatch()
    inner = ThemeEngine.render

    def render(self: ThemeEngine, name: str, context: Mapping[str, Any]) -> Any:
        seen.setdefault(name, []).append(context)
        return inner(self, name, context)

    patch.setattr(ThemeEngine, "render", render)
    case.build()
    patch.undo()
    assert not case.report.failed, case.report.diagnostics
    return seen


def wrong(shape: Shape, value: Any, path: str) -> list[str]:  # noqa: PLR0911 - one a kind
    """Return where a value is not what the contract says."""
    if value is None:
        return [] if shape.optional else [path]
    if shape.kind == "list":
        if not isinstance(value, list | tuple):
            return [path]
        if shape.fields is None:
            return []
        return [
            one for at, item in enumerate(value) for one in wrong_group(shape.fields, item, f"{path}[{at}]")
        ]
    if shape.fields is not None:
        return wrong_group(shape.fields, value, path)
    kinds: dict[str, Any] = {"yes or no": bool, "number": int, "text by name": dict}
    kind = kinds.get(shape.kind, str)
    if shape.kind == "HTML" and not hasattr(value, "__html__"):
        return [path]
    if shape.kind.startswith("one of") and f"`{value}`" not in shape.kind:
        return [path]
    return [] if isinstance(value, kind) else [path]


def wrong_group(group: type, value: Any, path: str) -> list[str]:
    """Return the names that are missing, too many, or of another kind."""
    fields = fields_of(group)
    held = {name: getattr(value, name) for name in fields} if isinstance(value, Heading) else value
    assert isinstance(held, dict), path
    wanted = {name for name, shape in fields.items() if shape.always or name in held}
    odd = [f"{path}.{name}" for name in held.keys() ^ wanted]
    return odd + [
        one
        for name in held.keys() & fields.keys()
        for one in wrong(fields[name], held[name], f"{path}.{name}")
    ]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_given_what_the_contract_says(
    given: Mapping[str, Sequence[Mapping[str, Any]]], template: str
) -> None:
    """Every page of every kind gets each name of its tables, of its type, and no other."""
    assert given[template]
    for context in given[template]:
        roots = {name: context[name] for name in TEMPLATES[template]}
        common = {name: value for name, value in context.items() if name not in roots}
        assert wrong_group(Common, common, "") == []
        for root, group in TEMPLATES[template].items():
            assert wrong_group(group, roots[root], root) == []


def test_what_may_be_none_is_there_at_times(given: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """The pages of this test show nearly every thing at least once, so that each was looked at."""
    pages = [context["page"] for context in given["page.html"]]
    fields = fields_of(TEMPLATES["page.html"]["page"])
    assert {name for name in fields if not any(page[name] for page in pages)} == {"effective"}
    assert any(page["contents"][0].children for page in pages)


# ---- names that are not there


def themed(root: Path, templates: Mapping[str, str], **more: str) -> SiteCase:
    """Make a site in a theme of its own."""
    files = {
        **{path: text for path, text in FILES.items() if "zeta" not in path},
        "policypages.yaml": "title: Test\ntheme: house\nnames: {contacts: [privacy]}\n",
        **{f"themes/house/templates/{name}": text for name, text in templates.items()},
        **more,
    }
    return make_site(root, files)


UNKNOWN = {
    "page.html": (
        ("<p>{{ page.titel }}</p>", "there is nothing called `titel`", "title"),
        ("<p>{{ pgae.title }}</p>", "`pgae` is undefined", "page"),
        ("{% for p in site.policies %}{{ p.name }}{% endfor %}", "there is nothing called `name`", ""),
        (
            "{% set all = page.alternates %}{% for one in all %}{{ one.hreff }}{% endfor %}",
            "there is nothing called `hreff`",
            "href",
        ),
        (
            "{% if page.notice %}{{ page.notice.changes.herf }}{% endif %}",
            "there is nothing called `herf`",
            "href",
        ),
        ("{% if false %}{{ page['verison'] }}{% endif %}", "there is nothing called `verison`", "version"),
    ),
    "index.html": (("<p>{% if page.version %}{% endif %}</p>", "there is nothing called `version`", ""),),
    "layout.html": (
        (
            "<p>{% if site is defined %}{{ site.sampel }}{% endif %}</p>",
            "there is nothing called `sampel`",
            "sample",
        ),
    ),
    "changes.html": (("<p>{{ page.befor }}</p>", "there is nothing called `befor`", "before"),),
}


def test_a_name_that_a_page_does_not_have_is_told_at_its_line(tmp_path: Path) -> None:
    """Before anything is built, whether a page comes by or not; with the name that was probably meant."""
    templates = {
        name: "<title>x</title>\n" + "".join(f"{text}\n" for text, _, _ in rows)
        for name, rows in UNKNOWN.items()
    }
    case = themed(tmp_path, templates).build()
    for name, rows in UNKNOWN.items():
        for line, (_, says, meant) in enumerate(rows, 2):
            found = case.complains("theme-template", f"themes/house/templates/{name}", line, 1)
            assert found.message == says
            assert found.hint == (f"did you mean `{meant}`?" if meant else None), found
    assert len(case.errors()) == sum(map(len, UNKNOWN.values()))


KNOWN = (
    "{% for item in page.contents recursive %}{{ item.title }}{{ loop(item.children) }}{% endfor %}",
    "{% if page.nothing is defined %}x{% endif %}{{ page.nothing | default('x') }}",
    "{% macro row(one) %}{{ one.anything }}{% endmacro %}{{ row({'anything': 1}) }}",
    "{% set x = {'a': 1} %}{{ x.a }}{% for k, v in strings.items() %}{{ k }}{% endfor %}",
    "{% with y = page.title %}{{ y }}{% endwith %}{{ site.policies[0].title }}{{ strings.skip }}",
    "{% block main %}{% set z = 2 %}{{ z }}{% endblock %}{{ self.main() }}{{ range(2) | join }}",
)


def test_what_a_template_makes_or_asks_for_is_known(tmp_path: Path) -> None:
    """Names of loops, macros and `set`, and names that it only asks for, are no mistake."""
    case = themed(tmp_path, {"page.html": "<title>x</title>\n" + "\n".join(KNOWN)}).build()
    assert case.errors() == []


# ---- one part changed, and themes on themes


def test_a_block_is_changed_and_the_rest_stays(tmp_path: Path) -> None:
    """A page that extends the default theme's page has all of it, but for the block."""
    plain = themed(tmp_path / "a", {}, **{"policypages.yaml": "title: Test\nnames: {contacts: [privacy]}\n"})
    text = '{% extends "policypages/page.html" %}\n{% block about %}\n<p>House</p>\n{% endblock %}\n'
    ours = themed(tmp_path / "b", {"page.html": text})
    before, after = plain.build().markup("/acme/privacy/"), ours.build().markup("/acme/privacy/")
    assert ours.errors() == []
    gone = set(before.splitlines()) - set(after.splitlines())
    new = set(after.splitlines()) - set(before.splitlines())
    assert new == {"<p>House</p>"}
    assert all("acme" in line.lower() for line in gone)
    assert len(gone) <= 4


def test_a_layout_is_changed_on_every_page(tmp_path: Path) -> None:
    """The default theme's templates take the layout on top, which may extend theirs."""
    text = '{% extends "policypages/layout.html" %}\n{% block footer %}\n<p>Foot</p>\n{% endblock %}\n'
    text += '{% block head %}\n<link rel="stylesheet" href="{{ assets[\'house.css\'] }}">\n{% endblock %}\n'
    case = themed(tmp_path, {"layout.html": text}, **{"themes/house/assets/house.css": "p {}"})
    release(case, "2026-03-01", "acme")
    case.change("redirects.yaml", "acme/old/: acme/privacy/\n").build()
    assert case.errors() == []
    for page in ("/acme/", "/acme/privacy/", "/acme/de/", "/acme/old/", "/acme/privacy/versions/"):
        assert "<p>Foot</p>" in case.markup(page)
        assert "/house-" in case.markup(page).rpartition("stylesheet")[2], "the last word is the house's"


def test_a_theme_builds_on_another_than_the_default(tmp_path: Path) -> None:
    """`extends` puts a theme between; its templates are found under its name, its strings and assets too."""
    case = themed(
        tmp_path,
        {"page.html": '{% extends "middle/page.html" %}\n{% block b %}{{ super() }} top{% endblock %}'},
        **{
            "themes/house/theme.yaml": "name: House\nextends: middle\n",
            "themes/middle/theme.yaml": "name: Middle\n",
            "themes/middle/strings/en.yaml": "top: Up there\n",
            "themes/middle/assets/m.css": "p {}",
            "themes/middle/templates/page.html": "<!doctype html><title>x</title>{% block b %}"
            "{{ strings.top }} {{ assets['m.css'] }}{% endblock %}",
        },
    ).build()
    assert case.errors() == []
    assert re.search(r"Up there \.\./assets/m-\w+\.css top", case.markup("/acme/privacy/"))
    case.change("themes/middle/strings/en.yaml", "top: Right up\n")
    case.rebuilds("/acme/", "/acme/privacy/", "/acme/notice/")  # not the German ones, nor 404.html
    case.change("themes/middle/theme.yaml", "name: Middle\nextends: house\n").build()
    assert case.complains("unknown-theme", "themes/middle/theme.yaml", 2, 10).message.endswith(
        "extends itself"
    )
    case.change("themes/middle/theme.yaml", "name: Middle\nextends: bear\n").build()
    assert "`bare`" in (case.complains("unknown-theme", "themes/middle/theme.yaml", 2, 10).hint or "")


def test_an_edited_template_of_versions_makes_their_pages_again(tmp_path: Path) -> None:
    """The templates of versions and redlines count in the keys of their pages, as those of all others do."""
    versions = '{% extends "policypages/versions.html" %}\n{% block top %}\n<p>One</p>\n{% endblock %}\n'
    case = themed(tmp_path, {"versions.html": versions})
    case.change("entities/acme.yaml", "name: Acme\nurl: https://acme.example/\npolicies: {privacy: {}}\n")
    release(case, "2026-03-01", "acme")
    case.build()
    case.change("themes/house/templates/versions.html", versions.replace("One", "Two"))
    case.rebuilds("/acme/privacy/versions/")
    assert "<p>Two</p>" in case.markup("/acme/privacy/versions/")
