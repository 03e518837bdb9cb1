"""A theme may change all that stands round an article, and nothing of the article."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from tests.releasecase import release
from tests.sitecase import SiteCase

ARTICLE = re.compile(r"<article .*?</article>", re.DOTALL)
PLAIN = "<!doctype html><title>{{ lang }}</title><h1>Ours</h1>\n"
LOUD = {
    **dict.fromkeys(("index.html", "404.html", "overview.html", "versions.html", "changes.html"), PLAIN),
    "page.html": '<!doctype html><html lang="{{ lang }}"><title>x</title><link rel="stylesheet" '
    'href="{{ assets["style.css"] }}"><main><p>{{ strings.top }}</p>{{ page.article }}</main></html>\n',
    "version.html": "<!doctype html><title>x</title>{{ page.article }}\n",
}


def themed(root: Path, top: Path, theme: str) -> tuple[set[str], dict[str, list[str]]]:
    """Release and build a folder of sites in a theme: its objects, and a digest of each article by page."""
    case = SiteCase(root / theme)
    files = [top / "policypages.yaml", *sorted((top / "content").rglob("*"))]
    case.files = {
        path.relative_to(top).as_posix(): path.read_text("utf-8") for path in files if path.is_file()
    }
    case.files["policypages.yaml"] += f"theme: {theme}\n"
    if theme == "loud":
        case.files |= {f"themes/loud/templates/{name}": text for name, text in LOUD.items()}
        case.files["themes/loud/assets/style.css"] = "p { color: red }\n"
        case.files["themes/loud/strings/en.yaml"] = "top: UP!\ncontents: All there is\n"
    release(case, "2026-01-02")
    case.build()
    assert not case.report.failed, case.report.diagnostics
    articles = {
        path: [sha256(article.encode()).hexdigest() for article in ARTICLE.findall(data.decode())]
        for path, data in case.tree().items()
        if path.endswith("/index.html")
    }
    objects = {path for path in case.files if "/objects/" in path}
    pages = [path for path, found in articles.items() if found]
    assert (b"UP!" in b"".join(case.tree()[path] for path in pages)) is (theme == "loud")
    return objects, {path: articles[path] for path in pages}


@pytest.mark.parametrize("name", ["versions.html", "version.html", "changes.html"])
def test_an_edited_template_of_versions_makes_their_pages_again(tmp_path: Path, name: str) -> None:
    """What a page about versions is made with is part of its key, as with any other page."""
    case = SiteCase(tmp_path).change("policypages.yaml", "title: T\ntheme: own\n")
    case.change("policies/privacy.yaml", "title: Privacy\nsections: [hello]\n")
    case.change("entities/acme.yaml", "name: Acme\nsample: true\npolicies: {privacy: {}}\n")
    case.change(f"themes/own/templates/{name}", PLAIN)
    for day in ("2026-01-02", "2026-02-03"):
        case.change("clauses/hello.md", f"---\ntitle: Hello\n---\nSince {day}.\n")
        release(case, day)
    case.build()
    case.change(f"themes/own/templates/{name}", PLAIN.replace("Ours", "Others")).build()
    made = {path for path, _ in case.report.stale if path.startswith("acme/")}
    assert made
    assert all(b"Others" in case.tree()[path] for path in made)


@pytest.mark.parametrize("folder", [".", "examples/languages"])
def test_no_theme_changes_an_article(root: Path, tmp_path: Path, folder: str) -> None:
    """Another theme, in other templates, styles and strings, leaves each article and its release alone."""
    ours, theirs = (themed(tmp_path, root / folder, theme) for theme in ("default", "loud"))
    assert ours[0] == theirs[0]
    assert len(ours[0]) >= 4
    assert ours[1] == theirs[1]
    assert len(ours[1]) >= 8
