"""What publishing wants of a place to publish to, and the ways in which such a place says no."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

KEPT_HEADERS: Final[tuple[str, ...]] = (
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Type",
)
"""The headers that object stores keep with an object; all others are the CDN's to send."""

NO_OBJECT: Final = "not a file"
"""The ETag of what has the key of an object, and is none: a link, a pipe. Nobody reads or writes it."""


class Found(NamedTuple):
    """What a listing tells of an object."""

    size: int
    etag: str


class Got(NamedTuple):
    """An object that was read: its bytes as they are stored, and the headers that are kept with it."""

    data: bytes
    etag: str
    headers: Mapping[str, str]


class StoreError(Exception):
    """The target, or the way to it, prevents the work; `passing` says that it may help to try again."""

    def __init__(self, reason: str, *, hint: str | None = None, passing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.passing = passing


class ConflictError(Exception):
    """What a key holds is not what the writer said it holds: nothing was written."""


class Store(Protocol):
    """A place to publish to; a key is a posix path below its root."""

    @property
    def keeps_headers(self) -> bool:
        """Tell whether headers are kept with objects."""
        ...

    def pages(self, prefix: str, after: str) -> Iterator[Sequence[tuple[str, Found]]]:
        """List the objects below a folder, or all, in the order of their keys, from behind `after` on."""
        ...

    def get(self, key: str) -> Got | None:
        """Return an object; None where there is none."""
        ...

    def put(self, key: str, data: bytes, headers: Mapping[str, str], etag: str) -> str:
        """Write an object whole in the place of the one with that ETag, and return the new one.

        Without an ETag there must be none: otherwise ConflictError, and nothing is written.
        """
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Take objects away; one that is not there is no mistake."""
        ...


def meta_of(headers: Mapping[str, str]) -> str:
    """Return a short text that tells the headers kept with an object from others."""
    kept = [(name, headers[name]) for name in KEPT_HEADERS if name in headers]
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16]
