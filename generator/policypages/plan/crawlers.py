"""Plan the files that search engines ask for: sitemap.xml and robots.txt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Final

from policypages.diagnostics import Diagnostic, problem
from policypages.model import FileTask
from policypages.plan.keys import fixed_task

MOST_ADDRESSES: Final = 50_000  # https://www.sitemaps.org/protocol.html
_XML: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
_SCHEMA: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemaps(site: str, url: str, paths: Sequence[str]) -> Iterator[FileTask]:
    """List pages by their full addresses: paths below the site's folder, below `url`.

    One sitemap holds so many addresses; of more there are several, and `sitemap.xml` lists those.
    """
    base = escape(f"{url.rstrip('/')}/", quote=False)
    if len(paths) <= MOST_ADDRESSES:
        yield fixed_task(f"{site}/sitemap.xml", base.join(_round("urlset", "url", (*paths,))))
        return
    parts = [(*paths[at : at + MOST_ADDRESSES],) for at in range(0, len(paths), MOST_ADDRESSES)]
    names = [f"sitemap-{number}.xml" for number, _ in enumerate(parts, 1)]
    yield fixed_task(f"{site}/sitemap.xml", base.join(_round("sitemapindex", "sitemap", (*names,))))
    for name, part in zip(names, parts, strict=True):
        yield fixed_task(f"{site}/{name}", base.join(_round("urlset", "url", part)))


@lru_cache(64)
def _round(kind: str, item: str, paths: tuple[str, ...]) -> list[str]:
    """Return what stands before, between and behind the addresses of sites in a list of these paths."""
    first, last = f"  <{item}><loc>", f"</loc></{item}>\n"
    texts = [escape(path.removesuffix("index.html"), quote=False) + last for path in paths]
    head = f'{_XML}<{kind} xmlns="{_SCHEMA}">\n'
    return [head + first, *[text + first for text in texts[:-1]], f"{texts[-1]}</{kind}>\n"]


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
    return fixed_task(f"{site}/robots.txt", "\n".join(lines) + "\n")
