"""The frozen types that stand between the stages: a half-filled page cannot exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple, Protocol

from policypages.diagnostics import Span

Facts = Mapping[str, Any]


class Stamp(NamedTuple):
    """What a listing tells of a file without reading it: bytes, nanoseconds, nanoseconds, inode."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Sources(Protocol):
    """The files of one site as the core sees them: posix paths below the root, and bytes."""

    @property
    def paths(self) -> Mapping[str, Stamp]:
        """Every file that a site may be built from, sorted by path."""
        ...

    def read(self, path: str) -> bytes:
        """Return the bytes of one of `paths`; raise OSError where the machine prevents it."""
        ...

    def settled(self, path: str) -> bool:
        """Tell whether a later edit of a file is sure to change its stamp."""
        ...


class FileRecord(NamedTuple):
    """A file of the output: posix path below the output folder, size in bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str


# ------------------------------------------------------------------ load


@dataclass(frozen=True, slots=True)
class Settings:
    """What policypages.yaml says of the whole site repository."""

    title: str = "Policies"
    locale: str = "en"
    timezone: str = "UTC"
    theme: str = "default"
    names: Mapping[str, Any] = field(default_factory=dict)
    fallback: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, Any] = field(default_factory=dict)
    releases: Mapping[str, Any] = field(default_factory=dict)
    default_branch: str | None = None


class SourceFile(NamedTuple):
    """A YAML file that was read and validated: `values` hold only the keys that the file has."""

    id: str
    file: str
    data: bytes
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClauseFile:
    """One text of a clause as it was read: front matter values, and the Markdown body.

    `line` is the line of the file on which `body` begins. `digest` is of the whole file.
    """

    id: str
    variant: str | None
    locale: str | None
    file: str
    data: bytes
    values: Mapping[str, Any]
    body: str
    line: int
    digest: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Templates, assets and strings of a theme, laid over those of the default theme.

    `own` are the names of the assets that the theme has itself.
    """

    name: str
    templates: Mapping[str, tuple[str, str]]
    assets: Mapping[str, bytes]
    own: frozenset[str]
    strings: Mapping[str, Mapping[str, str]]
    digest: str


PageId = tuple[str, str, str]
"""A page: entity, policy, locale."""


class LedgerLine(NamedTuple):
    """One page in a ledger: the digests of its article and of its normalised text, in hex.

    `after` are the digests of the ledgers of its release before: none for the first, two where a fork
    was mended.
    """

    page: PageId
    article: str
    text: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """One act that froze articles, as its ledger file states it; `digest` is of that file, SHA-256 in hex.

    `version` is the day of the act, with `.2` and so on where a page in it had a release of that day.
    `source` is where an article was published before us, for one that was imported.
    """

    file: str
    digest: str
    version: str
    day: date
    effective: date
    summary: str
    material: bool
    approved_by: str | None
    source: str | None
    lines: tuple[LedgerLine, ...]


class PageRelease(NamedTuple):
    """One page in one release."""

    release: Release
    line: LedgerLine


Releases = Mapping[PageId, tuple[PageRelease, ...]]
"""What was released of each page, the first first: by version."""


class FrozenArticle(NamedTuple):
    """An article as it was released: what an object holds, byte for byte.

    `html` has links to other policies by name; `facts` are those that it prints, by path, as JSON has
    them. `source` is where it was published before us, if it was.
    """

    title: str
    summary: str | None
    html: str
    contents: tuple[Heading, ...]
    anchors: tuple[str, ...]
    linked: bool
    facts: Mapping[str, Any]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """All of a site repository but its entities, which are loaded one by one."""

    settings: Settings
    clauses: Mapping[str, tuple[ClauseFile, ...]]
    policies: Mapping[str, SourceFile]
    entities: Mapping[str, str]
    theme: Theme
    settings_file: SourceFile
    releases: Releases = field(default_factory=dict)


class Entity(NamedTuple):
    """One entity in one locale, inheritance and `in:` resolved.

    `values` is the merged tree as the files have it; `facts` is what clauses read, every declared
    name present and null where nobody set it. `lineage` is the entity itself, then its ancestors,
    nearest first.
    """

    id: str
    file: str
    locale: str
    values: Mapping[str, Any]
    facts: Facts
    lineage: tuple[SourceFile, ...]


# --------------------------------------------------------------- compile


@dataclass(frozen=True, slots=True)
class TagPlace:
    """Where a tag of a clause stands, and the fact paths that it prints or loops over."""

    span: Span
    source: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a template reads: fact paths, options, section ids and policy ids, without values."""

    facts: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    sections: bool = False

    def __or__(self, other: Reads) -> Reads:
        """Return what either reads."""
        return Reads(
            self.facts | other.facts,
            self.options | other.options,
            self.refs | other.refs,
            self.links | other.links,
            self.sections or other.sections,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that was met while a template ran: the index of its tag, a code and a message."""

    tag: int
    code: str
    message: str


RenderText = Callable[[Mapping[str, Any]], tuple[str, tuple[Finding, ...]]]


@dataclass(frozen=True, slots=True)
class Text:
    """A compiled template: run it with a scope, get HTML and what was found."""

    source: str
    reads: Reads
    tags: tuple[TagPlace, ...]
    render: RenderText = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Clause:
    """A compiled text of a clause, with its edits applied: old text, new text."""

    file: ClauseFile
    title: Text | None
    summary: Text | None
    body: Text
    depth: int
    digest: str
    edits: tuple[tuple[str, str], ...] = ()


# ------------------------------------------------------------------ plan


@dataclass(frozen=True, slots=True)
class Origin:
    """What states something: a file, and the path of keys in it. Lines are looked up when shown."""

    file: SourceFile
    path: tuple[str | int, ...]


class Target(NamedTuple):
    """What `ref` or `link` leads to: an address as the article writes it, a title, a number."""

    address: str
    title: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of the contents of a page."""

    number: str | None
    title: str
    anchor: str
    children: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One clause at one place in the outline of one page, with everything but its words resolved.

    `level` is the level of its heading in HTML (2 for the sections of a page); `counts` are the
    numbers of its own numbered children, for `sections.first` and the like. `shown_at` is what states
    `shows`, where it is not the clause itself. `target` is what `ref` leads to, None without a heading;
    `contents` are its lines in the contents of the page. `mark` is a text that tells it from
    others in all that shows, the words of the clause and the sections below apart.
    """

    id: str
    anchor: str
    title: str
    heading: str
    level: int
    number: str | None
    clause: Clause | None
    options: Mapping[str, Any]
    counts: Mapping[str, Any]
    shows: str | None
    shown_at: Origin | None
    origin: Origin
    because: str | None
    children: tuple[Section, ...]
    target: Target | None
    contents: tuple[Heading, ...]
    mark: str


class PolicyLink(NamedTuple):
    """A page that a site offers: policy id, title, path of its `index.html` below the site's folder."""

    id: str
    title: str
    path: str


class SiteView(NamedTuple):
    """What every page of a site in one locale shows of the site around it.

    All paths in it are below the site's own folder, whose name is `id`.
    """

    id: str
    name: str
    locale: str
    sample: bool
    url: str | None
    home: str
    policies: tuple[PolicyLink, ...]
    strings: Mapping[str, str]
    assets: Mapping[str, str]


class PageTask(NamedTuple):
    """All that the article of one page and the page round it are made from.

    `sections` are those of the top, `every` are all in the order of the page. `facts` and `labels`
    (the core's strings) are for the article; `alternates` are the locales that the page exists in,
    with the path of each below the site's folder.
    """

    site: SiteView
    entity: Entity
    policy: str
    title: str
    summary: str | None
    sections: tuple[Section, ...]
    every: tuple[Section, ...]
    facts: Facts
    refs: Mapping[str, Target]
    links: Mapping[str, Target]
    labels: Mapping[str, str]
    updated: str | None
    reviewed: str | None
    alternates: tuple[tuple[str, str], ...]


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


class IndexTask(NamedTuple):
    """The list of a site's policies in one locale."""

    site: SiteView


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
    """A file whose bytes the plan knows: an asset, a sitemap."""

    data: bytes


Task = (
    PageTask
    | ReleasedTask
    | VersionsTask
    | ArchivedTask
    | ChangesTask
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

    `uses` names what it shares with other sites: `clause:web-logs`, `policy:privacy`.
    """

    id: str
    name: str
    sample: bool
    files: tuple[FileTask, ...]
    pages: tuple[tuple[str, str, str], ...]
    uses: frozenset[str] = frozenset()


# ---------------------------------------------------------------- render


class Article(NamedTuple):
    """The legal text of one page: what a release freezes and a redline compares.

    `linked` tells whether it may hold links to other policies, which stand in it by name.
    """

    html: str
    title: str
    contents: tuple[Heading, ...]
    anchors: tuple[str, ...]
    linked: bool


class MadeFile(NamedTuple):
    """The bytes of one output file."""

    data: bytes
