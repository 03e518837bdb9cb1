"""Put the versions of a page into a theme: their list, each as it was released, and what each changed."""

from __future__ import annotations

from typing import Final, TypedDict

from policypages.diagnostics import Diagnostic
from policypages.formats.templates.markup import safe
from policypages.formats.templates.theme import ThemeEngine
from policypages.model import (
    ArchivedTask,
    ChangesTask,
    MadeFile,
    ReleasedTask,
    SiteView,
    VersionLine,
    VersionsTask,
)
from policypages.model.contexts import ArchivedPage, ChangesPage, Link, Version, VersionsPage
from policypages.paths import FEED
from policypages.render.context import absolute, common, relative, site_of, themed, with_addresses

TEMPLATES: Final = {VersionsTask: "versions.html", ArchivedTask: "version.html", ChangesTask: "changes.html"}


class OfRelease(TypedDict):
    """What the page of a release shows beside what every page does, and the sources alone do not have."""

    updated: str | None
    version: str | None
    effective: str | None
    versions: Link | None
    changes: Link | None
    notice: Version | None
    feed: Link | None


def of_release(path: str, task: ReleasedTask) -> OfRelease:
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
    page: VersionsPage | ArchivedPage | ChangesPage
    match task:
        case VersionsTask():
            page = {
                "policy": draft.policy,
                "title": draft.title,
                "href": relative(path, task.page),
                "feed": _feed(path, site),
                "canonical": absolute(site, path),
                "alternates": [],
                "versions": [_version(path, line) for line in task.lines],
            }
        case ArchivedTask():
            page = _archived(path, task, task.article.html, absolute(site, task.page))
        case ChangesTask():
            archived = _archived(path, task, task.redline, absolute(site, path))
            page = {**archived, "before": task.before_version}
    return themed(engine, TEMPLATES[type(task)], {**context, "page": page})


def _archived(path: str, task: ArchivedTask | ChangesTask, html: str, canonical: str | None) -> ArchivedPage:
    article, site = task.article, task.draft.site
    shown = article if html is article.html else article._replace(html=html, linked=True)
    return {
        "policy": task.draft.policy,
        "title": article.title,
        "href": relative(path, task.page),
        "feed": _feed(path, site),
        "canonical": canonical,
        "alternates": [],
        "article": safe(with_addresses(shown, path, site)),
        "contents": article.contents,
        "version": _version(path, task.line),
        "versions": {"href": relative(path, task.versions)},
        "source": {"href": article.source} if article.source else None,
    }


def _version(path: str, line: VersionLine) -> Version:
    return {
        "version": line.version,
        "effective": line.effective,
        "summary": line.summary,
        "material": line.material,
        "state": line.state,
        "href": relative(path, line.path),
        "changes": _link(path, line.changes),
    }


def _link(path: str, target: str | None) -> Link | None:
    """Return a link as templates are given it: theme lint wants addresses under names of the core."""
    return {"href": relative(path, target)} if target else None


def _feed(path: str, site: SiteView) -> Link | None:
    """Return the address of the site's feed: it has one where it has an address."""
    return _link(path, FEED) if site.url else None
