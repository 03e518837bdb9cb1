"""Fixtures over the repository's own content: the four sites, built once by the real command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import html

REPO = Path(__file__).resolve().parents[2]
SEEDS = REPO.parent / "shared" / "seeds"
PAGES = ("kp-businessnet", "kp-employees", "kp-careers", "communication-partners")
_BLOCKS = frozenset(
    "address article aside blockquote br caption dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li main nav"
    " ol p pre section table tbody td tfoot th thead tr ul".split()
)


def visible_text(element: html.HtmlElement, *, skip: frozenset[str] = frozenset()) -> str:
    """Return the text a reader sees, whitespace folded, with a space wherever a block begins or ends.

    Elements whose class or tag name is in `skip` are left out.
    """
    parts: list[str] = []
    _gather(element, parts, skip)
    return " ".join("".join(parts).split())


def _gather(element: html.HtmlElement, parts: list[str], skip: frozenset[str]) -> None:
    gap = " " if element.tag in _BLOCKS else ""
    parts.append(gap + (element.text or ""))
    for child in element:
        if isinstance(child.tag, str) and not skip & {child.tag, *child.classes}:
            _gather(child, parts, skip)
        parts.append(child.tail or "")
    parts.append(gap)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """Return the folder of the four original documents, which not every checkout has beside it."""
    if not SEEDS.is_dir():
        pytest.skip("the four original documents are not here (they belong to others): ../shared/seeds")
    return SEEDS


@pytest.fixture(scope="session")
def built_documents(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, html.HtmlElement]:
    """Build this repository's content with the real command; map entity id to its privacy page."""
    out = tmp_path_factory.mktemp("sites") / "output"
    command = [sys.executable, "-m", "policypages", "-C", str(REPO), "build", "--out", str(out)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    pages = {page: out / page / "privacy" / "index.html" for page in PAGES}
    return {page: html.fromstring(path.read_bytes()) for page, path in pages.items()}


@pytest.fixture(scope="session")
def built_articles(built_documents: Mapping[str, html.HtmlElement]) -> Mapping[str, html.HtmlElement]:
    """Map entity id to the one `<article>` of its privacy page."""
    articles = {page: document.findall(".//article") for page, document in built_documents.items()}
    assert all(len(found) == 1 for found in articles.values())
    return {page: found[0] for page, found in articles.items()}


@pytest.fixture(scope="session")
def built_pages(built_articles: Mapping[str, html.HtmlElement]) -> Mapping[str, str]:
    """Map entity id to the visible text of its privacy article, without what sections say in short."""
    brief = frozenset({"summary"})
    return {page: visible_text(article, skip=brief) for page, article in built_articles.items()}


@pytest.fixture(scope="session")
def built_sections(built_articles: Mapping[str, html.HtmlElement]) -> Mapping[str, Mapping[str, str]]:
    """Map entity id, then anchor, to the text of that section alone, without the sections inside it."""
    return {page: _sections(article) for page, article in built_articles.items()}


def _sections(article: html.HtmlElement) -> dict[str, str]:
    inner = frozenset({"section"})  # the tag of a section with a heading, and the class of one without
    return {
        element.get("id", ""): visible_text(element, skip=inner) for element in _section_elements(article)
    }


def _section_elements(article: html.HtmlElement) -> list[html.HtmlElement]:
    return [e for e in article.iter("section", "div") if e.tag == "section" or "section" in e.classes]
