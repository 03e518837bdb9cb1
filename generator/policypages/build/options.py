"""What a build is asked for, what the last one left, and what comes of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from policypages.diagnostics import Diagnostic, has_errors
from policypages.formats.manifest import Manifest

if TYPE_CHECKING:
    from policypages.formats.record import Provenance
    from policypages.model import Releases


class Options(NamedTuple):
    """What a build was asked for. `only` are globs of entity ids; none means all.

    Without `as_of` it is for today. `explain` keeps the reason for
    which each file was made; `content_hash` looks at the bytes of sources and output, where times
    and sizes cannot be trusted. With `provenance` each site has a record of its build.
    """

    as_of: datetime.date | None = None
    only: tuple[str, ...] = ()
    jobs: int = 1
    clean: bool = False
    drafts: bool = False
    content_hash: bool = False
    strict: bool = False
    explain: bool = False
    provenance: Provenance | None = None


class Previous(NamedTuple):
    """What the last build left: its manifest, and the bytes of what it knew; `trace` is read when asked."""

    manifest: Manifest = Manifest()
    state: bytes | None = None
    trace: Callable[[], bytes | None] = lambda: None


class SiteResult(NamedTuple):
    """What one site came to, small enough to go from a worker to the parent.

    `line` is that of the manifest, None where nothing may be written; `known` is a text for the next
    build; `trace` tells what the files were made from. `made` and `kept` count files; `staged` are
    the paths of those made, where some were kept. `stale` says why each was made, where that was
    asked for. A group is no site. `seen` is what rules saw of the site, where they were asked.
    """

    id: str
    line: str | None
    known: str | None = None
    trace: str = ""
    made: int = 0
    kept: int = 0
    staged: tuple[str, ...] = ()
    stale: tuple[tuple[str, str], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    is_site: bool = False
    pages: int = 0
    seen: Any = None


@dataclass(slots=True)
class Report:
    """What a build did: `made` and `kept` count files; `stale` are those made, each with its reason.

    `outside` are the links to other hosts that a check was asked to gather: the address, and what to
    say, once it is known, where it stands. `releases` are those that a check has read.
    """

    diagnostics: list[Diagnostic] = field(default_factory=list)
    sites: int = 0
    pages: int = 0
    made: int = 0
    kept: int = 0
    stale: list[tuple[str, str]] = field(default_factory=list)
    pruned: list[str] = field(default_factory=list)
    written: bool = False
    outside: list[tuple[str, Diagnostic]] = field(default_factory=list)
    releases: Releases = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Tell whether an error kept the build from writing."""
        return has_errors(self.diagnostics)
