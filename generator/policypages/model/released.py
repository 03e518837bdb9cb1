"""Releases as their ledgers state them: which articles of which pages were frozen by which act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

PageId = tuple[str, str, str]
"""A page: entity, policy, locale."""


class LedgerLine(NamedTuple):
    """One page in a ledger: where it stood, the digests of its article and of its normalised text, in hex.

    `path` is that of its folder below the folder of its site: `privacy`, `de/privacy`.
    `after` are the digests of the ledgers of its release before: none for the first, two where a fork
    was mended.
    """

    page: PageId
    path: str
    article: str
    text: str
    after: tuple[str, ...]


class Release(NamedTuple):
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
