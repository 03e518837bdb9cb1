"""The headers that a host sends with every page, as data: nothing of them stands in the pages themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

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
"""The headers by name, in the order of the alphabet. Those about TLS are the host's own affair."""

_CHARSET: Final = "; charset=utf-8"
_TYPES: Final[Mapping[str, str]] = {
    "avif": "image/avif",
    "css": f"text/css{_CHARSET}",
    "gif": "image/gif",
    "html": f"text/html{_CHARSET}",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": f"text/plain{_CHARSET}",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xml": f"application/xml{_CHARSET}",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_SHORT: Final = "public, max-age=300, must-revalidate"
_HASHED: Final = re.compile(r"(?:.*/)?assets/(?:.*/)?[^/]+-[0-9a-f]{10}(?:\.[^/.]+)?")


def of(path: str, *, hsts: bool = False) -> Mapping[str, str]:
    """Return the headers of one file of the output; `hsts` adds that the host is to be asked by TLS alone."""
    kind = _TYPES.get(path.rpartition(".")[2], "application/octet-stream")
    keep = _FOR_EVER if _HASHED.fullmatch(path) else _SHORT
    tls = {"Strict-Transport-Security": "max-age=31536000"} if hsts else {}
    return {"Cache-Control": keep, "Content-Type": kind, **HEADERS, **tls}
