"""What load reads: settings, clauses, policies, themes and entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from policypages.model.brands import Brand
from policypages.model.released import Releases

Facts = Mapping[str, Any]


class Settings(NamedTuple):
    """What policypages.yaml says of the whole site repository."""

    title: str = "Policies"
    locale: str = "en"
    timezone: str = "UTC"
    theme: str = "default"
    names: Mapping[str, Any] = MappingProxyType({})
    fallback: Mapping[str, str] = MappingProxyType({})
    checks: Mapping[str, Any] = MappingProxyType({})
    releases: Mapping[str, Any] = MappingProxyType({})
    hosting: Mapping[str, Any] = MappingProxyType({})
    default_branch: str | None = None
    targets: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    policy_json: bool = True


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


class Theme(NamedTuple):
    """Templates, assets and strings of a theme, laid over those of the default theme.

    `own` are the names of the assets that the theme has itself; `grounds` are the colours that text stands
    on, the page's own first, in the `light` and in the `dark`.
    """

    name: str
    templates: Mapping[str, tuple[str, str]]
    assets: Mapping[str, bytes]
    own: frozenset[str]
    strings: Mapping[str, Mapping[str, str]]
    digest: str
    grounds: Mapping[str, tuple[str, ...]]


class Moved(NamedTuple):
    """What content/redirects.yaml says of one old address: `path` is below the folder of its site.

    `target` is where all redirects end that begin there: `acme/privacy/`, or an address on the web.
    `key` is the old address as the file has it.
    """

    path: str
    target: str
    key: str


class Redirects(NamedTuple):
    """The redirects of content/redirects.yaml, by the folder that the old address is in."""

    file: SourceFile
    by_site: Mapping[str, tuple[Moved, ...]]


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
    redirects: Redirects | None = None


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
    brand: Brand | None = None
