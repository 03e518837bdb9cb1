"""The files that plan asks for: each a task, under the key that it is made by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from policypages.model.articles import FrozenArticle
from policypages.model.planned import PageTask, SiteView
from policypages.model.released import PageId, PageRelease


class VersionLine(NamedTuple):
    """A version in the list of a page's versions; paths are below the site's folder.

    `effective` is a date in words; `path` is where the version stands for ever, `changes` its redline
    against the one before.
    """

    version: str
    effective: str
    summary: str
    material: bool
    state: Literal["current", "past", "upcoming"]
    path: str
    changes: str | None


class ReleasedTask(NamedTuple):
    """A page that shows a release: its frozen article, in the theme of today.

    `current` is the release that is shown, `latest` the last that was made, and `draft` the page as
    the sources have it, which nobody sees before it is released. `line` is that of the current one,
    `notice` that of a material change which is fresh, or to come.
    """

    draft: PageTask
    article: FrozenArticle
    current: PageRelease
    latest: PageRelease
    line: VersionLine
    versions: str
    notice: VersionLine | None


class VersionsTask(NamedTuple):
    """The list of the versions of a page, the newest first; `page` is the path of the page."""

    draft: PageTask
    page: str
    lines: tuple[VersionLine, ...]


class ArchivedTask(NamedTuple):
    """A version of a page as it was released, at an address of its own."""

    draft: PageTask
    page: str
    versions: str
    line: VersionLine
    article: FrozenArticle


class ChangesTask(NamedTuple):
    """What a version changed: the articles before and after, and for old ids of sections the new ones.

    `redline` is put in where the page is made: only then both have to be compared.
    """

    draft: PageTask
    page: str
    versions: str
    line: VersionLine
    before_version: str
    before: FrozenArticle
    article: FrozenArticle
    was: Mapping[str, str]
    redline: str = ""


class PolicyJsonTask(NamedTuple):
    """A page as data, for machines: a file beside it."""

    page: PageTask | ReleasedTask


class Redirect(NamedTuple):
    """An old address, and where it leads: what hosts are told, and what the page at the old address is of.

    `site` is the folder of the old address, and `path` what is below it: `privacy-notice/`, `old.html`.
    `target` is an address as that folder would write it: `privacy/`, `privacy/#cookies`,
    `../other/privacy/` (another site that states no `url`), or a whole one on the web.
    """

    site: str
    path: str
    target: str
    status: int = 301


class RedirectTask(NamedTuple):
    """The page at an old address, for hosts that know no redirects; `target` is as in `Redirect`."""

    site: SiteView
    target: str


class IndexTask(NamedTuple):
    """The list of a site's policies in one locale, and what each of them says of itself, in their order."""

    site: SiteView
    summaries: tuple[str | None, ...] = ()


class MissingTask(NamedTuple):
    """The page for an address that a site which owns its root does not have."""

    site: SiteView


SiteLine = tuple[str, str, bool, Sequence[Sequence[str]]]
"""A site in the overview: id, name, whether it is a sample, and its pages as (title, path, locale)."""


class OverviewTask(NamedTuple):
    """A page over sites, for the house: `number` counts from 0, `total` is of the sites of all pages.

    `pages` are all pages, each with its output path and the names of its first and last site; empty
    where there is but one.
    """

    title: str
    locale: str
    sites: tuple[SiteLine, ...]
    total: int
    number: int
    pages: tuple[tuple[str, str, str], ...]
    strings: Mapping[str, str]
    assets: Mapping[str, str]


class FixedTask(NamedTuple):
    """A file whose bytes the plan knows: an asset, a sitemap.

    `sha256` are the hex digits of its digest, where many sites have the same file.
    """

    data: bytes
    sha256: str | None = None


Task = (
    PageTask
    | ReleasedTask
    | VersionsTask
    | ArchivedTask
    | ChangesTask
    | RedirectTask
    | PolicyJsonTask
    | IndexTask
    | MissingTask
    | OverviewTask
    | FixedTask
)


def page_of(task: Task) -> PageTask | None:
    """Return the page that a task is of, as its sources have it; None for what is no policy's page."""
    if type(task) is PageTask:
        return task
    return task.draft if type(task) is ReleasedTask else None


def id_of(draft: PageTask) -> PageId:
    """Return what a ledger names a page by."""
    return draft.entity.id, draft.policy, draft.entity.locale


class FileTask(NamedTuple):
    """One file of the output, and under which key it is made.

    `key` is a digest of all that the file is made from; `marks` are short digests of each thing of
    that, which can say what changed (see `plan.keys`).
    """

    path: str
    key: str
    marks: str
    task: Task


class SitePlan(NamedTuple):
    """The files of one site; `pages` is what the overview shows of it.

    `uses` names what it shares with other sites: `clause:web-logs`, `policy:privacy`. `redirects` are
    those of its own folder, and of the folders that it had under former ids; `reads` are files of
    other entities that it is made from.
    """

    id: str
    name: str
    sample: bool
    files: tuple[FileTask, ...]
    pages: tuple[tuple[str, str, str], ...]
    uses: frozenset[str] = frozenset()
    redirects: tuple[Redirect, ...] = ()
    reads: tuple[str, ...] = ()
