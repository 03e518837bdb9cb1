"""Put the versions of a page into a theme: their list, each as it was released, and what each changed."""

from __future__ import annotations

from typing import Any, Final

from policypages.diagnostics import Diagnostic
from policypages.formats.templates.markup import safe
from policypages.formats.templates.theme import ThemeEngine
from policypages.model import (
    ArchivedTask,
    ChangesTask,
    FrozenArticle,
    MadeFile,
    PageTask,
    ReleasedTask,
    SiteView,
    VersionLine,
    VersionsTask,
)
from policypages.paths import FEED
from policypages.render.context import absolute, common, relative, site_of, themed, with_addresses

TEMPLATES: Final = {VersionsTask: "versions.html", ArchivedTask: "version.html", ChangesTask: "changes.html"}


def of_release(path: str, task: ReleasedTask) -> dict[str, Any]:
    """Return what the page of a release shows beside what every page does."""
    line = task.line
    return {
        "updated": None,
        "version": line.version,
        "effective": line.effective if task.current.release.effective != task.current.release.day else None,
        "versions": _link(path, task.versions),
        "changes": _link(path, line.changes),
        "notice": _version(path, task.notice) if task.notice is not None else None,
        "feed": _feed(path, task.draft.site),
    }


def version_page(
    path: str, task: VersionsTask | ArchivedTask | ChangesTask, engine: ThemeEngine
) -> tuple[MadeFile, list[Diagnostic]]:
    """Make a page about versions; that of changes was given its redline."""
    draft, site = task.draft, task.draft.site
    context = {**common(path, site), "site": site_of(path, site, None)}
    page: dict[str, Any] = {
        "policy": draft.policy,
        "title": draft.title,
        "href": relative(path, task.page),
        "feed": _feed(path, site),
        "alternates": [],
    }
    match task:
        case VersionsTask():
            page["canonical"] = absolute(site, path)
            page["versions"] = [_version(path, line) for line in task.lines]
        case ArchivedTask():
            page |= _shown(path, draft, task.line, task.versions, task.article)
            page["canonical"] = absolute(site, task.page)
        case ChangesTask():
            page |= _shown(path, draft, task.line, task.versions, task.article)
            redlined = task.article._replace(html=task.redline, linked=True)
            page["canonical"] = absolute(site, path)
            page["before"] = task.before_version
            page["article"] = safe(with_addresses(redlined, path, site))
    return themed(engine, TEMPLATES[type(task)], {**context, "page": page})


def _shown(
    path: str, draft: PageTask, line: VersionLine, versions: str, article: FrozenArticle
) -> dict[str, Any]:
    return {
        "title": article.title,
        "article": safe(with_addresses(article, path, draft.site)),
        "contents": article.contents,
        "version": _version(path, line),
        "versions": _link(path, versions),
        "source": {"href": article.source} if article.source else None,
    }


def _version(path: str, line: VersionLine) -> dict[str, Any]:
    return {
        "version": line.version,
        "effective": line.effective,
        "summary": line.summary,
        "material": line.material,
        "state": line.state,
        "href": relative(path, line.path),
        "changes": _link(path, line.changes),
    }


def _link(path: str, target: str | None) -> dict[str, str] | None:
    """Return a link as templates are given it: theme lint wants addresses under names of the core."""
    return {"href": relative(path, target)} if target else None


def _feed(path: str, site: SiteView) -> dict[str, str] | None:
    """Return the address of the site's feed: it has one where it has an address."""
    return _link(path, FEED) if site.url else None
