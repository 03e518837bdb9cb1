"""The starter site: it builds without a complaint, and its pages say what its facts say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import pytest
import yaml
from lxml import html

SITES = ("acme-shop", "acme-careers")
POLICIES = ("privacy", "cookies")


def run(*words: str | Path) -> str:
    """Run the program, which must end well, and return what it said."""
    ran = subprocess.run(
        [sys.executable, "-m", "policypages", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make and build the starter site, as a newcomer does."""
    folder = tmp_path_factory.mktemp("starter") / "site"
    run("init", folder)
    said = run("-C", folder, "build")
    assert "error" not in said
    assert "warning" not in said
    return folder


def article(site: Path, entity: str, policy: str) -> Any:
    """Return the article of a page."""
    page: Any = html.fromstring((site / "output" / entity / policy / "index.html").read_bytes())
    (found,) = page.xpath("//article")
    return found


def target(site: Path, entity: str, policy: str, href: str) -> tuple[Path, str]:
    """Resolve a link of a page as a browser does with files."""
    path, anchor = urldefrag(href)
    file = (site / "output" / entity / policy / path).resolve()
    return (file / "index.html" if file.is_dir() else file), anchor


@pytest.mark.parametrize("entity", SITES)
@pytest.mark.parametrize("policy", POLICIES)
def test_there_is_a_page_for_each_policy_of_each_site(site: Path, entity: str, policy: str) -> None:
    """Both sites have both pages, with the banner and `noindex` of a sample."""
    text = (site / "output" / entity / policy / "index.html").read_text("utf-8")
    assert "<article" in text
    assert "noindex" in text
    names = {"acme-shop": "Acme Shop", "acme-careers": "Acme Careers"}
    assert names[entity] in article(site, entity, policy).text_content()


def test_nothing_else_is_made(site: Path) -> None:
    """The output holds the two sites and the overview."""
    folders = {path.name for path in (site / "output").iterdir() if not path.name.startswith(".")}
    assert folders == {*SITES, "_overview"}


@pytest.mark.parametrize("entity", SITES)
@pytest.mark.parametrize(
    ("policy", "other", "anchor"), [("privacy", "cookies", ""), ("cookies", "privacy", "contact")]
)
def test_the_two_pages_lead_to_each_other(
    site: Path, entity: str, policy: str, other: str, anchor: str
) -> None:
    """Each page has a relative link that leads to the other's file, and to a place that is there."""
    hrefs = [str(href) for href in article(site, entity, policy).xpath(".//p//a/@href")]
    links = [target(site, entity, policy, href) for href in hrefs if ":" not in href]
    wanted = (site / "output" / entity / other / "index.html").resolve()
    assert (wanted, anchor) in links
    assert wanted.is_file()
    if anchor:
        assert f'id="{anchor}"' in wanted.read_text("utf-8")


def cookies(site: Path, entity: str) -> dict[str, dict[str, str]]:
    """Read the cookies of an entity with an ordinary YAML reader, inheritance done by hand."""
    read = {
        name: yaml.safe_load((site / f"content/entities/{name}.yaml").read_text("utf-8")) for name in SITES
    }
    assert read["acme-careers"]["extends"] == "acme-shop"
    own = read[entity]["cookies"]
    merged = own if entity == "acme-shop" else {**read["acme-shop"]["cookies"], **own}
    return {name: cookie for name, cookie in merged.items() if cookie is not None}


@pytest.mark.parametrize("entity", SITES)
def test_the_table_shows_the_cookies_of_the_facts(site: Path, entity: str) -> None:
    """The rows of the cookie table are the cookies of the YAML, in order, each with all that is stated."""
    rows = article(site, entity, "cookies").xpath(".//table[contains(@class, 'cookies')]//tbody/tr")
    shown = [[cell.text_content().strip() for cell in row] for row in rows]
    facts = cookies(site, entity)
    assert [row[0] for row in shown] == list(facts)
    for row, (name, cookie) in zip(shown, facts.items(), strict=True):
        assert {cell.lower() for cell in row[1:]} == {str(value).lower() for value in cookie.values()}, name


def test_the_counts_follow_from_the_facts(site: Path) -> None:
    """The shop has a session and a persistent cookie, the careers site has the session cookie alone."""
    shop = " ".join(article(site, "acme-shop", "cookies").text_content().split())
    careers = " ".join(article(site, "acme-careers", "cookies").text_content().split())
    assert "uses two types of cookie: session and persistent." in shop
    assert "uses one type of cookie: session." in careers
