"""The headers of every kind of file, held against what RFCs and the platform say of them."""

from __future__ import annotations

import pytest

from policypages import headers


@pytest.mark.parametrize(
    ("path", "kind", "cached"),
    [
        ("acme/privacy/index.html", "text/html; charset=utf-8", "public, max-age=300"),
        ("privacy/2026-01-01/index.html", "text/html; charset=utf-8", "public, max-age=300"),
        ("acme/404.html", "text/html; charset=utf-8", "public, max-age=300"),
        (
            "acme/assets/site-0123456789.css",
            "text/css; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("assets/fonts/text-0123456789.woff2", "font/woff2", "public, max-age=31536000, immutable"),
        ("assets/LICENSE-0123456789", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("assets/site.css", "text/css; charset=utf-8", "public, max-age=300"),
        ("acme/feed.xml", "application/atom+xml; charset=utf-8", "public, max-age=3600"),
        ("acme/sitemap-2.xml", "application/xml; charset=utf-8", "public, max-age=3600"),
        ("robots.txt", "text/plain; charset=utf-8", "public, max-age=3600"),
        ("acme/.well-known/security.txt", "text/plain; charset=utf-8", "public, max-age=300"),
        ("acme/build.json", "application/json", "no-cache"),
        ("acme/strange.zzz", "application/octet-stream", "public, max-age=300"),
        ("acme/.html", "application/octet-stream", "public, max-age=300"),
    ],
)
def test_a_file_has_its_type_and_lifetime(path: str, kind: str, cached: str) -> None:
    """Text says its charset; what is named by its content is kept for ever, all else for a short time."""
    sent = headers.of(path)
    assert (sent["Content-Type"], sent["Cache-Control"]) == (kind, cached)
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert list(sent) == sorted(sent)
    assert "Strict-Transport-Security" not in sent
    assert "Content-Encoding" not in sent


def test_hsts_is_asked_for_and_speaks_of_one_host_alone() -> None:
    """A year of TLS for the host itself; other names below it are none of our business."""
    assert headers.of("acme/index.html", hsts=True)["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(("ending", "coding"), [(".br", "br"), (".gz", "gzip")])
def test_a_compressed_file_has_the_headers_of_the_file_in_it(ending: str, coding: str) -> None:
    """The bytes are compressed, and what they are has not changed."""
    for path in ("acme/privacy/index.html", "acme/assets/site-0123456789.css"):
        assert headers.of(path + ending) == dict(
            sorted({**headers.of(path), "Content-Encoding": coding}.items())
        )
