"""Which assets of the default theme stand under a theme of one's own: those that its pages can ask for."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.releasecase import release
from tests.sitecase import SETTINGS, SiteCase, make_site

ENTITY = "name: {name}\nurl: https://{name}.example/\npolicies:\n  privacy: {{}}\n"
PLAIN = "<!doctype html><title>{{ lang }}</title>\n"
STYLED = '<!doctype html><link rel="stylesheet" href="{{ assets[\'style.css\'] }}">\n'
PAGES = ("page.html", "index.html", "404.html", "overview.html")
SITES = ("acme", "root")


def own_theme(root: Path, **templates: str) -> SiteCase:
    """Make two sites, of which `root` owns its root, in a theme whose four pages name no stylesheet."""
    files = {
        "policypages.yaml": f"{SETTINGS}theme: own\n",
        "policies/privacy.yaml": "title: Privacy\nsections: [hello]\n",
        "clauses/hello.md": "---\ntitle: Hello\n---\nHello.\n",
        "entities/acme.yaml": ENTITY.format(name="acme"),
        "entities/root.yaml": ENTITY.format(name="root") + "owns_root: true\n",
        **{f"themes/own/templates/{name}": PLAIN for name in PAGES},
    }
    files |= {f"themes/own/templates/{name.replace('_', '.')}": text for name, text in templates.items()}
    return make_site(root, files)


def styled(case: SiteCase) -> set[str]:
    """Return the folders of the output that have a stylesheet."""
    assert not case.report.failed, case.report.diagnostics
    return {path.partition("/")[0] for path in case.tree() if re.search(r"/assets/style-\w+\.css$", path)}


def linked(case: SiteCase) -> Iterator[Path]:
    """Yield the file that each stylesheet link of each page leads to."""
    for path, data in case.tree().items():
        for href in re.findall(rb'<link rel="stylesheet" href="([^"]*)"', data):
            base = case.output / path.partition("/")[0] if href.startswith(b"/") else None
            yield (base or (case.output / path).parent) / href.decode().lstrip("/")


def test_a_theme_that_names_no_asset_gets_none(tmp_path: Path) -> None:
    """The default theme's stylesheet is no file of a site whose pages do not link to it."""
    assert styled(own_theme(tmp_path).build()) == set()


@pytest.mark.parametrize(
    ("template", "folders"),
    [
        ("page_html", {"acme", "root"}),
        ("index_html", {"acme", "root"}),
        ("404_html", {"root"}),
        ("overview_html", {"_overview"}),
    ],
)
def test_a_template_that_names_an_asset_has_it_where_its_pages_are(
    tmp_path: Path, template: str, folders: set[str]
) -> None:
    """A page for what is not there is only on a site that owns its root; the overview stands by itself."""
    case = own_theme(tmp_path, **{template: STYLED}).build()
    assert styled(case) == folders
    links = list(linked(case))
    assert links
    assert all(link.is_file() for link in links)


@pytest.mark.parametrize(
    "text",
    [
        "{{ assets.values() | list | length }}",
        "{{ assets.get('style.css') }}",
        "{% set all = assets %}{{ all['style.css'] }}",
        "{% set name = 'style.css' %}{{ assets[name] }}",
        "{% for name in assets %}{{ name }}{% endfor %}",
        "{{ assets | length }}",
        "{% if 'style.css' in assets %}{{ lang }}{% endif %}",
        "{{ assets['style.css'] if assets['style.css'] is defined }}",
        "{% include 'part.html' %}",
        "{% set part = 'part.html' %}{% include part %}",
        "{% from 'macros.html' import style with context %}{{ style() }}",
        "{% extends 'policypages/page.html' %}",
    ],
)
def test_who_may_ask_for_an_asset_has_it(tmp_path: Path, text: str) -> None:
    """By name or not, in the template itself or in one that it includes, imports or extends."""
    case = own_theme(tmp_path, page_html=text)
    case.change("themes/own/templates/part.html", "{{ assets['style.css'] }}")
    case.change(
        "themes/own/templates/macros.html",
        "{% macro style() %}{{ assets['style.css'] }}{% endmacro %}",
    )
    assert styled(case.build()) == {"acme", "root"}


def test_another_name_or_another_key_is_no_request(tmp_path: Path) -> None:
    """Words that look like it in text, comments and other mappings ask for nothing."""
    text = "assets['style.css'] {# {{ assets['style.css'] }} #}{{ strings['assets'] | default('') }}"
    assert styled(own_theme(tmp_path, page_html=text).build()) == set()


def test_what_the_theme_has_itself_is_always_written(tmp_path: Path) -> None:
    """A picture that only a stylesheet names is there, and a stylesheet of the same name is its own."""
    case = own_theme(tmp_path)
    case.change("themes/own/assets/logo.svg", "<svg/>").change("themes/own/assets/style.css", "p {}").build()
    tree = case.tree()
    for folder in (*SITES, "_overview"):
        files = {path: data for path, data in tree.items() if path.startswith(f"{folder}/assets/")}
        assert sorted(files.values()) == [b"<svg/>", b"p {}"]


def test_an_asset_that_is_not_written_is_not_in_the_page(tmp_path: Path) -> None:
    """The page for what is not there may ask for all; where it is not made, no page counts the stylesheet."""
    case = own_theme(tmp_path, **{"404_html": "{{ assets | length }}"}).build()
    assert styled(case) == {"root"}
    ours = Path(__file__).parents[2] / "themes" / "default" / "assets"
    assert (case.output / "root/404.html").read_text() == str(len(list(ours.iterdir())))


def test_the_default_theme_writes_its_stylesheet_everywhere(tmp_path: Path) -> None:
    """As it always did."""
    case = own_theme(tmp_path).change("policypages.yaml", SETTINGS).build()
    assert styled(case) == {*SITES, "_overview"}
    sheets = {path.partition("/")[0] for path in case.tree() if re.search(r"/overview-\w+\.css$", path)}
    assert sheets == {"_overview"}, "what is for the house alone is sent by no site"


def test_the_longest_page_is_small_with_all_it_can_have(tmp_path: Path) -> None:
    """Released twice, with an address, a feed and a notice: under 40 kB with its stylesheet.

    What only the pages of versions need is in a file of theirs, and no page of a policy asks for that.
    """
    root = Path(__file__).parents[2]
    kept = ("kaiser-permanente.yaml", "kp-careers.yaml")
    files = {
        str(path.relative_to(root)): path.read_text("utf-8")
        for path in (root / "policypages.yaml", *(root / "content").rglob("*.*"))
        if path.parent.name != "entities" or path.name in kept
    }
    case = SiteCase(tmp_path, {**files})
    careers = "content/entities/kp-careers.yaml"
    case.change(careers, f"url: https://careers.kaiserpermanente.example/legal/\n{files[careers]}")
    release(case, "2026-01-02", summary="The first statement that we publish in this way.")
    limits = "content/clauses/limits.md"
    case.change(limits, f"{files[limits]}\nNobody else may ask us for it.\n")
    release(case, "2026-02-03", summary="We say more about who may ask for information.", material=True)
    case.build(as_of=datetime.date(2026, 2, 4))
    folder = case.output / "kp-careers"
    page = (folder / "privacy/index.html").read_text("utf-8")
    for words in ('type="application/ld+json"', 'rel="canonical"', "feed.xml", "version-note", "2026-02-03"):
        assert words in page
    [style] = re.findall(r'rel="stylesheet" href="\.\./([^"]*)"', page)
    assert len(page.encode()) + (folder / style).stat().st_size < 40_000
    changes = (folder / "privacy/versions/2026-02-03/changes/index.html").read_text("utf-8")
    assert '<bdi class="day" dir="ltr">2026-01-02 → 2026-02-03</bdi>' in changes, "read so in any language"
    [_, marks] = re.findall(r'rel="stylesheet" href="(?:\.\./)*([^"]*)"', changes)
    assert "ins.redline" in (folder / marks).read_text("utf-8")
    assert "redline" not in (folder / style).read_text("utf-8")


def test_a_template_that_begins_to_name_an_asset_gets_it_with_the_next_build(tmp_path: Path) -> None:
    """And loses it when it names it no more; each time the output is that of a clean build."""
    case = own_theme(tmp_path).build()
    for page, folders in ((STYLED, {"acme", "root"}), (PLAIN, set())):
        case.change("themes/own/templates/page.html", page)
        case.rebuilds("/acme/privacy/", "/root/privacy/")
        assert styled(case) == folders
        clean = SiteCase(tmp_path / f"clean-{len(folders)}", case.files)
        clean.root.mkdir()
        assert case.tree() == clean.build().tree()


def test_a_page_for_what_is_not_there_that_begins_to_name_an_asset_touches_no_other(tmp_path: Path) -> None:
    """The other pages of the site cannot ask for it, so they stay as they are."""
    case = own_theme(tmp_path).build()
    case.change("themes/own/templates/404.html", STYLED).rebuilds()
    assert styled(case) == {"root"}
    assert any(path == "root/404.html" for path, _ in case.report.stale)


def test_an_edited_asset_touches_the_pages_that_link_to_it_and_no_other(tmp_path: Path) -> None:
    """Its name tells its content, so these pages change; the list of policies does not name it."""
    case = own_theme(tmp_path, page_html=STYLED)
    case.change("themes/own/assets/style.css", "p {}").build()
    case.change("themes/own/assets/style.css", "p { color: red }").rebuilds(
        "/acme/privacy/", "/root/privacy/"
    )
    links = list(linked(case))
    assert {link.read_text() for link in links} == {"p { color: red }"}
