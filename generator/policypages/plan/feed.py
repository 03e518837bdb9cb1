"""Plan the feed of a site: what was released of its pages, as Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final, NamedTuple

from policypages.formats.ledger import version_key
from policypages.model import FileTask
from policypages.paths import FEED
from policypages.plan.keys import fixed_task

_MOST: Final = 50  # entries: a reader asks often, and the list of versions has all


class Entry(NamedTuple):
    """A version of a page: the title of the page, and the path of the version below the site's folder."""

    title: str
    summary: str
    day: date
    path: str
    version: str


def feed(site: str, name: str, url: str, locale: str, entries: Sequence[Entry]) -> FileTask:
    """Write the feed: newest first, each entry named by the address that its version has for ever."""
    base = f"{url.rstrip('/')}/"
    newest = sorted(entries, key=lambda one: (version_key(one.version), one.path), reverse=True)[:_MOST]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(locale)}">',
        f"<id>{escape(base)}</id>",
        f"<title>{escape(name, quote=False)}</title>",
        f'<link rel="self" type="application/atom+xml" href="{escape(base + FEED)}"/>',
        f'<link rel="alternate" type="text/html" href="{escape(base)}"/>',
        f"<updated>{_moment(newest[0].day)}</updated>",
        f"<author><name>{escape(name, quote=False)}</name></author>",
    ]
    for one in newest:
        address = escape(base + one.path.removesuffix("index.html"))
        lines += [
            "<entry>",
            f"<id>{address}</id>",
            f"<title>{escape(one.title, quote=False)}: {escape(one.version)}</title>",
            f'<link rel="alternate" type="text/html" href="{address}"/>',
            f"<updated>{_moment(one.day)}</updated>",
            f"<summary>{escape(one.summary, quote=False)}</summary>",
            "</entry>",
        ]
    text = "\n".join([*lines, "</feed>", ""])
    return fixed_task(f"{site}/{FEED}", text)


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
