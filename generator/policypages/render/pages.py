"""Put articles, lists and notices into the pages of a theme; every address on a page is relative."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from policypages.diagnostics import Diagnostic
from policypages.formats import language
from policypages.formats.templates.markup import escaped, safe
from policypages.formats.templates.theme import ThemeEngine
from policypages.model import (
    Article,
    FileTask,
    FixedTask,
    FrozenArticle,
    IndexTask,
    MadeFile,
    MissingTask,
    OverviewTask,
    PageTask,
    ReleasedTask,
    SiteView,
)
from policypages.render.article import render_article

_MANY: Final = 4096
_LINE: Final = 40
_NO_DATES: Final[Mapping[str, str | None]] = {}
_POLICY_LINK: Final = re.compile(r'href="policy:([a-z0-9/-]+)(#[a-z0-9-]+)?"')


def render_file(file: FileTask, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
    """Make one file of the output."""
    match file.task:
        case FixedTask(data):
            return MadeFile(data), []
        case PageTask() as task:
            article, found = render_article(task)
            return (MadeFile(b""), found) if found else _page(_below_site(file.path), task, article, engine)
        case ReleasedTask() as released:
            release = released.current.release
            dates = {
                "updated": None,
                "version": release.version,
                "effective": released.effective if release.effective != release.day else None,
            }
            return _page(_below_site(file.path), released.draft, released.article, engine, dates)
        case IndexTask(site):
            path = _below_site(file.path)
            context = {**_common(path, site), "site": _site(path, site, None)}
            context["page"] = {"title": site.name, "canonical": _absolute(site, path)}
            return _themed(engine, "index.html", context)
        case MissingTask(site):
            return _missing(site, engine)
        case OverviewTask() as task:
            return _overview(file.path, task, engine)


def _below_site(path: str) -> str:
    return path.partition("/")[2]


@lru_cache(_MANY)
def relative(start: str, target: str) -> str:
    """Return the address of one file as a page at another would write it, without `index.html`."""
    address = posixpath.relpath(target, posixpath.dirname(start))
    if address == "index.html":
        return "./"
    return address.removesuffix("index.html") if address.endswith("/index.html") else address


def _absolute(site: SiteView, path: str) -> str | None:
    """Return a page's full address, where the site has one: its `url` is the folder of the policies."""
    if not site.url:
        return None
    return f"{site.url.rstrip('/')}/{path.removesuffix('index.html')}"


def _themed(engine: ThemeEngine, name: str, context: Mapping[str, Any]) -> tuple[MadeFile, list[Diagnostic]]:
    html, found = engine.render(name, context)
    return MadeFile(html.lstrip("\n").encode()), found


def _common(path: str, site: SiteView) -> dict[str, Any]:
    return {
        "strings": site.strings,
        "assets": {name: relative(path, asset) for name, asset in site.assets.items()},
        "lang": site.locale,
        "dir": language.direction(site.locale),
    }


def _site(path: str, site: SiteView, current: str | None) -> dict[str, Any]:
    return {
        "id": site.id,
        "name": site.name,
        "sample": site.sample,
        "url": site.url,
        "home": relative(path, site.home),
        "policies": [
            {"id": p.id, "title": p.title, "href": relative(path, p.path), "current": p.id == current}
            for p in site.policies
        ],
    }


def _page(
    path: str,
    task: PageTask,
    article: Article | FrozenArticle,
    engine: ThemeEngine,
    dates: Mapping[str, str | None] = _NO_DATES,
) -> tuple[MadeFile, list[Diagnostic]]:
    """Put an article into the frame of its page; one that was released says what it said then."""
    site = task.site
    html = article.html
    if article.linked:
        addresses = {policy.id: relative(path, policy.path) for policy in site.policies}

        def address(match: re.Match[str]) -> str:
            known = addresses.get(match.group(1))
            if known is None:  # a policy that the site had when this was released
                return f'href="{escaped(relative(path, site.home))}"'
            return f'href="{escaped(known + (match.group(2) or ""))}"'

        html = _POLICY_LINK.sub(address, html)
    context = {
        **_common(path, site),
        "site": _site(path, site, task.policy),
        "page": {
            "policy": task.policy,
            "title": article.title,
            "summary": article.summary if isinstance(article, FrozenArticle) else task.summary,
            "article": safe(html),
            "contents": article.contents,
            "updated": task.updated,
            "reviewed": task.reviewed,
            "version": None,
            "effective": None,
            **dates,
            "canonical": _absolute(site, path),
            "alternates": [
                {
                    "locale": locale,
                    "name": language.locale_name(locale),
                    "href": relative(path, other),
                    "canonical": _absolute(site, other),
                }
                for locale, other in task.alternates
            ],
            "site_url": task.facts.get("site_url"),
        },
    }
    page, found = engine.render("page.html", context)
    return MadeFile(_encoded(page.lstrip("\n"), html)), found


def _encoded(page: str, article: str) -> bytes:
    """Encode a page; letters of a theme that are not ASCII do not make its article slow to encode."""
    if not page.isascii() and article.isascii():
        at = page.find(article[:_LINE])
        if at >= 0 and page.startswith(article, at):
            end = at + len(article)
            return page[:at].encode() + article.encode() + page[end:].encode()
    return page.encode()


def _missing(site: SiteView, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
    """Make the 404 page: it is served at any depth, so its addresses begin at the root."""

    def rooted(path: str) -> str:
        return "/" + path.removesuffix("index.html")

    context = {
        "strings": site.strings,
        "assets": {name: rooted(asset) for name, asset in site.assets.items()},
        "lang": site.locale,
        "dir": language.direction(site.locale),
        "site": {
            "id": site.id,
            "name": site.name,
            "sample": site.sample,
            "url": site.url,
            "home": "/",
            "policies": [
                {"id": p.id, "title": p.title, "href": rooted(p.path), "current": False}
                for p in site.policies
            ],
        },
        "page": {"title": site.strings.get("not_found", "404")},
    }
    return _themed(engine, "404.html", context)


def _overview(path: str, task: OverviewTask, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
    """Make a page of the overview; it is read from disk, so its links name the files."""
    up = "../" * path.count("/")
    sites = [
        {
            "id": id_,
            "name": name,
            "sample": sample,
            "href": f"{up}{id_}/index.html",
            "policies": [
                {"title": title, "href": f"{up}{page}", "locale": locale} for title, page, locale in pages
            ],
        }
        for id_, name, sample, pages in task.sites
    ]
    parts = [
        {"href": f"{up}{page}", "first": first, "last": last, "current": at == task.number}
        for at, (page, first, last) in enumerate(task.pages)
    ]
    context = {
        "strings": task.strings,
        "assets": {name: f"{up}{asset}" for name, asset in task.assets.items()},
        "lang": task.locale,
        "dir": language.direction(task.locale),
        "overview": {"title": task.title, "sites": sites, "count": task.total, "parts": parts},
    }
    return _themed(engine, "overview.html", context)
