"""What plan resolves of a site and of the page that its sources make: all but the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from policypages.model.articles import Heading
from policypages.model.compiled import Clause, Text
from policypages.model.loaded import Entity, Facts, SourceFile
from policypages.model.released import PageId


class Origin(NamedTuple):
    """What states something: a file, and the path of keys in it. Lines are looked up when shown."""

    file: SourceFile
    path: tuple[str | int, ...]


class Target(NamedTuple):
    """What `ref` or `link` leads to: an address as the article writes it, a title, a number."""

    address: str
    title: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One clause at one place in the outline of one page, with everything but its words resolved.

    `level` is the level of its heading in HTML (2 for the sections of a page); `counts` are the
    numbers of its own numbered children, for `sections.first` and the like. `shown_at` is what states
    `shows`, where it is not the clause itself. `target` is what `ref` leads to, None without a heading;
    `contents` are its lines in the contents of the page;
    `summary` is what it shows in short under its heading. `mark` is a text that tells it from
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
    summary: Text | None = None


class PolicyLink(NamedTuple):
    """A page that a site offers: policy id, title, path of its `index.html` below the site's folder."""

    id: str
    title: str
    path: str


class Shown(NamedTuple):
    """A picture on pages: its path below the site's folder, and its size."""

    path: str
    width: int
    height: int


class SiteView(NamedTuple):
    """What every page of a site in one locale shows of the site around it.

    All paths in it are below the site's own folder, whose name is `id`. `homes` are the lists of its
    policies by locale, where there are several. Where `policy_json` holds, its policies stand as data
    beside their pages.
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
    logo: Shown | None = None
    icon: Shown | None = None
    homes: tuple[tuple[str, str], ...] = ()
    policy_json: bool = False


class PageTask(NamedTuple):
    """All that the article of one page and the page round it are made from.

    `sections` are those of the top, `every` are all in the order of the page. `facts` and `labels`
    (the core's strings) are for the article; `alternates` are the locales that the page exists in,
    with the path of each below the site's folder. `path` is its own; `formerly` are the ids that it
    had before, under which it may have been released.
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
    path: str
    formerly: tuple[PageId, ...] = ()
