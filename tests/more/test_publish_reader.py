"""What a reader sees who opens pages while they are published: a whole site, old or new, at any moment."""

from __future__ import annotations

import posixpath
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from lxml import html
from tests.more.s3case import Bucket, PublishedSite, proxy, s3_server, said, site

__all__ = ["proxy", "s3_server", "site"]
pytestmark = pytest.mark.more


@dataclass
class Reader:
    """Opens the index of a site, then all that it links to, then the stylesheets of that."""

    bucket: Bucket
    faults: list[str] = field(default_factory=list)
    pages: int = 0
    seen: set[bytes] = field(default_factory=set)
    styles: set[str] = field(default_factory=set)

    def open(self, key: str) -> bytes | None:
        try:
            return self.bucket.get(key)
        except self.bucket.client.exceptions.NoSuchKey:
            return None

    def look(self, site: str) -> None:
        index = f"{site}/index.html"
        data = self.open(index)
        if data is None:
            return
        self.page(index, data)
        for link in links(data, "//a"):
            key = _key(index, link)
            if key is None:
                continue
            page = self.open(key)
            if page is not None:
                self.page(key, page)
            elif self.open(index) == data:  # the index named it before and after it was not there
                self.faults.append(f"{index} lists {key}, which is not there")

    def page(self, key: str, data: bytes) -> None:
        self.pages += 1
        self.seen.add(data)
        for link in links(data, "//link[@rel='stylesheet']"):
            style = _key(key, link)
            self.styles.add(style or "")
            if style is None or self.open(style) is None:
                self.faults.append(f"{key} names {link}, which is not there")

    @contextmanager
    def looking(self, *sites: str) -> Iterator[None]:
        """Look until the block ends."""
        end = threading.Event()

        def look() -> None:
            while not end.is_set():
                for one in sites:
                    self.look(one)

        threads = [threading.Thread(target=look) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            end.set()
            for thread in threads:
                thread.join()


def links(data: bytes, what: str) -> list[str]:
    """Return the addresses that elements of a page lead to."""
    found = html.fromstring(data).xpath(what)
    assert isinstance(found, list)
    return [str(one.get("href")) for one in found if isinstance(one, html.HtmlElement)]


def _key(page: str, link: str) -> str | None:
    """Return the key that a relative link of a page leads to; None where it leads elsewhere."""
    path = link.partition("#")[0]
    if not path or ":" in path:
        return None
    key = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    return f"{key}/index.html" if path.endswith(("/", ".")) else key


def test_a_reader_never_meets_half_a_publish(site: PublishedSite) -> None:
    """New pages, a new design, pages gone: no page without its stylesheet, no index of what is not there."""

    def slow(_number: int, method: str, path: str) -> object:
        """Delay what others name, so that what is put out of turn overtakes it."""
        if method == "PUT":
            time.sleep(0.6 if "/assets/" in path else 0.05 if path.count("/") == 4 else 0.3)
        return None

    site.proxy.fault = slow
    reader = Reader(site.bucket)
    with reader.looking("acme-0", "acme-1", "acme-2"):
        assert site.publish("--yes").return_value == 0
        site.file("content/policies/terms.yaml", "title: Terms\nsections: [privacy]\n")
        for number in range(3):
            text = f"name: Acme {number}\npolicies: {{privacy: {{}}, cookies: {{}}, terms: {{}}}}\n"
            site.file(f"content/entities/acme-{number}.yaml", text)
        site.file("themes/mine/assets/style.css", "body { color: black }\n")
        settings = (site.root / "policypages.yaml").read_text()
        site.file("policypages.yaml", f"{settings}theme: mine\n")
        site.build()
        ran = site.publish("--yes")
        assert "9 created, 9 updated" in said(ran), ran.stderr
        for number in range(3):
            text = f"name: Acme {number}\npolicies: {{terms: {{}}}}\n"
            site.file(f"content/entities/acme-{number}.yaml", text)
        site.build()
        ran = site.publish("--yes", "--max-deletes", "12")
        assert "6 updated, 12 deleted" in said(ran), ran.stderr
    assert reader.faults == []
    # and who holds an old page, as caches do, still gets what it names
    assert len(reader.styles) == 6
    assert [style for style in reader.styles if reader.open(style) is None] == []
    # it looked often enough to have seen states between
    assert reader.pages > 60
    assert len(reader.seen) > 12


def test_the_reader_would_see_a_page_without_its_stylesheet(site: PublishedSite) -> None:
    """The reader is no decoration: it tells what a blind upload shows."""
    assert site.publish("--yes").return_value == 0
    reader = Reader(site.bucket)
    reader.look("acme-0")
    assert reader.faults == []
    style = next(key for key in site.bucket.pages() if key.startswith("acme-0/assets/"))
    for key in (style, "acme-0/privacy/index.html"):
        site.bucket.client.delete_object(Bucket=site.bucket.name, Key=f"live/{key}")
    reader.look("acme-0")
    assert any("lists acme-0/privacy/index.html" in one for one in reader.faults)
    assert any("names" in one for one in reader.faults)
