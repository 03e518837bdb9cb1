"""Plan the files that search engines ask for: sitemap.xml and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from policypages.model import FileTask, FixedTask
from policypages.plan.keys import file_task

_SITEMAP_PAGE: Final = 50_000  # https://www.sitemaps.org/protocol.html
_HEAD: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
"""


def sitemap(site: str, url: str, paths: Iterable[str]) -> FileTask:
    """List pages by their full addresses: paths below the site's folder, below `url`."""
    base = url.rstrip("/")
    places = [f"{base}/{path.removesuffix('index.html')}" for path in paths]
    lines = "".join(
        f"  <url><loc>{escape(place, quote=False)}</loc></url>\n" for place in places[:_SITEMAP_PAGE]
    )
    return _fixed(f"{site}/sitemap.xml", f"{_HEAD}{lines}</urlset>\n")


def robots(site: str, url: str | None, *, sample: bool) -> FileTask:
    """Let crawlers in, unless the site is a sample, and name the sitemap."""
    lines = ["User-agent: *", "Disallow: /" if sample else "Allow: /"]
    if url:
        lines.append(f"Sitemap: {url.rstrip('/')}/sitemap.xml")
    return _fixed(f"{site}/robots.txt", "\n".join(lines) + "\n")


def _fixed(path: str, text: str) -> FileTask:
    return file_task(path, {"its content": text}, FixedTask(text.encode()))
