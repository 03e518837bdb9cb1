"""Sitemaps as https://www.sitemaps.org/protocol.html has them."""

from __future__ import annotations

from typing import Final

from lxml import etree

from policypages.model import FixedTask
from policypages.plan.crawlers import sitemaps

SPACE: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
MOST: Final = 50_000  # "no more than 50,000 URLs"


def _read(count: int) -> dict[str, tuple[str, list[str]]]:
    """Return of each file of a site the kind of its root and the addresses in it."""
    paths = ["index.html", *[f"p{number}/index.html" for number in range(count - 1)]]
    found = {}
    for file in sitemaps("acme", "https://acme.example/legal/", paths):
        assert isinstance(file.task, FixedTask)
        root = etree.fromstring(file.task.data)
        found[file.path] = (
            str(root.tag).removeprefix(SPACE),
            [str(one.text) for one in root.iter(f"{SPACE}loc")],
        )
    return found


def test_a_site_has_one_sitemap() -> None:
    """Every page stands in it with its full address."""
    assert _read(2) == {
        "acme/sitemap.xml": ("urlset", ["https://acme.example/legal/", "https://acme.example/legal/p0/"])
    }


def test_more_pages_than_a_sitemap_holds_make_several() -> None:
    """The first lists the others, and none of the addresses is lost."""
    found = _read(MOST + 1)
    assert found["acme/sitemap.xml"] == (
        "sitemapindex",
        ["https://acme.example/legal/sitemap-1.xml", "https://acme.example/legal/sitemap-2.xml"],
    )
    assert [len(found[f"acme/sitemap-{part}.xml"][1]) for part in (1, 2)] == [MOST, 1]
    assert set(found) == {"acme/sitemap.xml", "acme/sitemap-1.xml", "acme/sitemap-2.xml"}
