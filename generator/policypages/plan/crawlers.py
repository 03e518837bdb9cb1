"""Plan the files that search engines ask for: sitemap.xml and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from policypages.diagnostics import Diagnostic, problem
from policypages.model import FileTask, FixedTask
from policypages.plan.keys import file_task

MOST_ADDRESSES: Final = 50_000  # https://www.sitemaps.org/protocol.html
_XML: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
_SCHEMA: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemaps(site: str, url: str, paths: Sequence[str]) -> Iterator[FileTask]:
    """List pages by their full addresses: paths below the site's folder, below `url`.

    One sitemap holds so many addresses; of more there are several, and `sitemap.xml` lists those.
    """
    base = url.rstrip("/")
    places = [f"{base}/{path.removesuffix('index.html')}" for path in paths]
    if len(places) <= MOST_ADDRESSES:
        yield _fixed(f"{site}/sitemap.xml", _listing("urlset", "url", places))
        return
    parts = [places[at : at + MOST_ADDRESSES] for at in range(0, len(places), MOST_ADDRESSES)]
    names = [f"sitemap-{number}.xml" for number, _ in enumerate(parts, 1)]
    index = _listing("sitemapindex", "sitemap", [f"{base}/{one}" for one in names])
    yield _fixed(f"{site}/sitemap.xml", index)
    for name, part in zip(names, parts, strict=True):
        yield _fixed(f"{site}/{name}", _listing("urlset", "url", part))


def _listing(kind: str, item: str, places: Iterable[str]) -> str:
    lines = "".join([f"  <{item}><loc>{escape(place, quote=False)}</loc></{item}>\n" for place in places])
    return f'{_XML}<{kind} xmlns="{_SCHEMA}">\n{lines}</{kind}>\n'


def without_address(site: str) -> Diagnostic:
    """Say that a site has no address, and what it lacks for that."""
    text = "no `url`: the site has no sitemap and no canonical addresses"
    hint = "`url` is the address of the folder of the policies"
    return problem("no-address", text, hint=hint, entities=(site,))


def robots(site: str, url: str | None, *, sample: bool) -> FileTask:
    """Let crawlers in, unless the site is a sample, and name the sitemap."""
    lines = ["User-agent: *", "Disallow: /" if sample else "Allow: /"]
    if url:
        lines.append(f"Sitemap: {url.rstrip('/')}/sitemap.xml")
    return _fixed(f"{site}/robots.txt", "\n".join(lines) + "\n")


def _fixed(path: str, text: str) -> FileTask:
    return file_task(path, {"its content": text}, FixedTask(text.encode()))
