"""The headers that a host sends with every file, as data: nothing of them stands in the pages themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from policypages.paths import BUILD_RECORD, FEED

POLICY: Final[Mapping[str, str]] = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""What a browser may fetch for a page: its stylesheet and pictures, and nothing else; no script can run."""

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every file by name, in the order of the alphabet; HSTS is asked for, see `HSTS`."""

HSTS: Final = ("Strict-Transport-Security", "max-age=31536000")
"""For hosts that serve TLS alone. Of other names below the host's we know nothing: no `includeSubDomains`."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
"""For a file whose name holds a digest of its content."""

SHORT: Final = "public, max-age=300"
"""For pages: words that were corrected are seen within five minutes."""

HOURLY: Final = "public, max-age=3600"
"""For what programs ask for: feeds, sitemaps, robots.txt."""

ALWAYS_ASK: Final = "no-cache"
"""For the record of a build: whoever verifies a site wants the one that stands there now."""

ENCODINGS: Final[Mapping[str, str]] = {".br": "br", ".gz": "gzip"}
"""Endings of files that hold another file compressed, and what the host says of such bytes."""

OTHER: Final = "application/octet-stream"
TYPES: Final[Mapping[str, str]] = {
    "avif": "image/avif",
    "css": "text/css; charset=utf-8",
    "gif": "image/gif",
    "html": "text/html; charset=utf-8",
    "ico": "image/vnd.microsoft.icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "txt": "text/plain; charset=utf-8",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xml": "application/xml; charset=utf-8",
}
"""Types by the ending of a name: a table of our own, since each machine's is another."""

ATOM: Final = "application/atom+xml; charset=utf-8"
_HASHED: Final = re.compile(r"(?:.*/)?assets/.*-[0-9a-f]{10}(?:\.[^./]+)?")
_PROGRAMS: Final = re.compile(r"(?:.*/)?(?:robots\.txt|[^/]+\.xml)")


def of(path: str, *, hsts: bool = False) -> Mapping[str, str]:
    """Return all headers of a file of the output, by name in the order of the alphabet.

    `path` may begin at the output folder, at the folder of a site, or anywhere between. Of a file
    that holds another one compressed they are that one's, and its `Content-Encoding`.
    """
    plain, encoding = plain_path(path)
    headers = {**HEADERS, "Cache-Control": cache_control(plain), "Content-Type": content_type(plain)}
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    if hsts:
        headers.update([HSTS])
    return dict(sorted(headers.items()))


def plain_path(path: str) -> tuple[str, str | None]:
    """Return the path of the file that a file holds compressed, and how; itself and None for all others."""
    for ending, encoding in ENCODINGS.items():
        if path.endswith(ending):
            return path.removesuffix(ending), encoding
    return path, None


def content_type(path: str) -> str:
    """Return the type of a file by its name."""
    name = path.rpartition("/")[2]
    if name == FEED:
        return ATOM
    stem, dot, ending = name.rpartition(".")
    return TYPES.get(ending.lower(), OTHER) if dot and stem else OTHER


def is_hashed(path: str) -> bool:
    """Tell whether a file, or the one that it holds compressed, has a digest of its content in its name."""
    return _HASHED.fullmatch(plain_path(path)[0]) is not None


def cache_control(path: str) -> str:
    """Return for how long a file may be kept without asking again."""
    if is_hashed(path):
        return FOR_EVER
    if path.rpartition("/")[2] == BUILD_RECORD:
        return ALWAYS_ASK
    return HOURLY if _PROGRAMS.fullmatch(path) else SHORT
