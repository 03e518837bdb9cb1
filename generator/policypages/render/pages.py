"""Put articles, lists and notices into the pages of a theme; every address on a page is relative."""

from __future__ import annotations

from typing import Final

from policypages.diagnostics import Diagnostic
from policypages.formats import language
from policypages.formats.templates.markup import safe
from policypages.formats.templates.theme import ThemeEngine
from policypages.model import (
    ArchivedTask,
    Article,
    ChangesTask,
    FileTask,
    FixedTask,
    FrozenArticle,
    IndexTask,
    MadeFile,
    MissingTask,
    OverviewTask,
    PageTask,
    PolicyJsonTask,
    RedirectTask,
    ReleasedTask,
    SiteView,
    VersionsTask,
)
from policypages.model.contexts import (
    IndexPage,
    Link,
    MissingPage,
    MovedPage,
    Overview,
    OverviewPart,
    OverviewSite,
    PolicyPage,
    SiteContext,
)
from policypages.paths import POLICY_JSON
from policypages.render.article import article_of
from policypages.render.context import (
    absolute,
    alternates,
    below_site,
    common,
    picture,
    site_of,
    themed,
    with_addresses,
)
from policypages.render.machines import json_ld, policy_json
from policypages.render.versions import OfRelease, of_release, version_page

_LINE: Final = 40
_NOT_RELEASED: Final[OfRelease] = {
    "updated": None,
    "version": None,
    "effective": None,
    "versions": None,
    "changes": None,
    "notice": None,
    "feed": None,
}
_DATA: Final[Link] = {"href": POLICY_JSON}
_NO_HTML: Final = safe("")


def render_file(  # noqa: PLR0911 - one for each kind of file
    file: FileTask, engine: ThemeEngine
) -> tuple[MadeFile, list[Diagnostic]]:
    """Make one file of the output."""
    match file.task:
        case PageTask() | ReleasedTask() as task:
            return _policy_page(below_site(file.path), task, engine)
        case IndexTask() as task:
            return _index(below_site(file.path), task, engine)
        case FixedTask(data):
            return MadeFile(data), []
        case VersionsTask() | ArchivedTask() | ChangesTask() as task:
            return version_page(below_site(file.path), task, engine)
        case PolicyJsonTask() as task:
            return policy_json(below_site(file.path), task)
        case RedirectTask(site, target):
            return _moved(below_site(file.path), site, target, engine)
        case MissingTask(site):
            return _missing(site, engine)
        case OverviewTask() as task:
            return _overview(file.path, task, engine)


def _policy_page(
    path: str, task: PageTask | ReleasedTask, engine: ThemeEngine
) -> tuple[MadeFile, list[Diagnostic]]:
    """Make the page of a policy, as its sources have it or as it was released."""
    if isinstance(task, ReleasedTask):
        return _page(path, task.draft, task.article, engine, task)
    article, found = article_of(task)
    return (MadeFile(b""), found) if found else _page(path, task, article, engine)


def _page(
    path: str,
    task: PageTask,
    article: Article | FrozenArticle,
    engine: ThemeEngine,
    publishing: ReleasedTask | None = None,
) -> tuple[MadeFile, list[Diagnostic]]:
    """Put an article into the frame of its page; one that was released says what it said then."""
    site = task.site
    html = with_addresses(article, path, site)
    released = publishing.current.release if publishing is not None else None
    shown: PolicyPage = {
        "policy": task.policy,
        "title": article.title,
        "summary": article.summary if isinstance(article, FrozenArticle) else task.summary,
        "article": safe(html),
        "contents": article.contents,
        "reviewed": task.reviewed,
        "canonical": absolute(site, path),
        "alternates": alternates(path, site, task.alternates),
        "site_url": task.facts.get("site_url"),
        "policy_json": _DATA if site.policy_json else None,
        "json_ld": json_ld(path, task, article, released) if engine.wants_json_ld else _NO_HTML,
        **(_NOT_RELEASED if publishing is None else of_release(path, publishing)),
    }
    if publishing is None:
        shown["updated"] = task.updated
    context = {**common(path, site), "site": site_of(path, site, task.policy), "page": shown}
    page, found = engine.render("page.html", context)
    return MadeFile(_encoded(page.lstrip("\n"), html)), found


def _index(path: str, task: IndexTask, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
    """Make the list of a site's policies."""
    site = task.site
    shown = site_of(path, site, None)
    page: IndexPage = {
        "title": site.name,
        "canonical": absolute(site, path),
        "alternates": alternates(path, site, site.homes),
        "policies": [
            {**policy, "summary": summary}
            for policy, summary in zip(shown["policies"], task.summaries, strict=True)
        ],
    }
    return themed(engine, "index.html", {**common(path, site), "site": shown, "page": page})


def _encoded(page: str, article: str) -> bytes:
    """Encode a page; letters of a theme that are not ASCII do not make its article slow to encode."""
    if not page.isascii() and article.isascii():
        at = page.find(article[:_LINE])
        if at >= 0 and page.startswith(article, at):
            end = at + len(article)
            return b"".join([page[:at].encode(), article.encode(), page[end:].encode()])
    return page.encode()


def _moved(path: str, site: SiteView, target: str, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
    """Make the page at an old address, for hosts that know no redirects."""
    whole = "://" in target
    href = target if whole else f"{'../' * path.count('/')}{target}" or "./"
    canonical = target if whole else absolute(site, target) if not target.startswith("../") else None
    page: MovedPage = {
        "title": site.strings.get("moved", ""),
        "href": href,
        "canonical": canonical,
        "alternates": [],
    }
    context = {**common(path, site), "site": site_of(path, site, None), "page": page}
    return themed(engine, "redirect.html", context)


def _missing(site: SiteView, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
    """Make the 404 page: it is served at any depth, so its addresses begin at the root."""

    def rooted(path: str) -> str:
        return "/" + path.removesuffix("index.html")

    around: SiteContext = {
        "id": site.id,
        "name": site.name,
        "sample": site.sample,
        "url": site.url,
        "home": "/",
        "logo": picture(site.logo, rooted(site.logo.path)) if site.logo else None,
        "icon": picture(site.icon, rooted(site.icon.path)) if site.icon else None,
        "policies": [
            {"id": p.id, "title": p.title, "href": rooted(p.path), "current": False} for p in site.policies
        ],
    }
    page: MissingPage = {"title": site.strings.get("not_found", "404"), "alternates": []}
    context = {
        "strings": site.strings,
        "assets": {name: rooted(asset) for name, asset in site.assets.items()},
        "lang": site.locale,
        "dir": language.direction(site.locale),
        "site": around,
        "page": page,
    }
    return themed(engine, "404.html", context)


def _overview(path: str, task: OverviewTask, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
    """Make a page of the overview; it is read from disk, so its links name the files."""
    up = "../" * path.count("/")
    sites: list[OverviewSite] = [
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
    parts: list[OverviewPart] = [
        {"href": f"{up}{page}", "first": first, "last": last, "current": at == task.number}
        for at, (page, first, last) in enumerate(task.pages)
    ]
    at = task.number
    overview: Overview = {
        "title": task.title,
        "sites": sites,
        "count": task.total,
        "parts": parts,
        "before": parts[at - 1] if parts and at > 0 else None,
        "after": parts[at + 1] if at + 1 < len(parts) else None,
    }
    context = {
        "strings": task.strings,
        "assets": {name: f"{up}{asset}" for name, asset in task.assets.items()},
        "lang": task.locale,
        "dir": language.direction(task.locale),
        "overview": overview,
    }
    return themed(engine, "overview.html", context)
