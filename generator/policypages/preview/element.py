"""The one element that preview puts into a page, the page of problems, and what two pages differ in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final

NAME: Final = "policypages-preview"
ELEMENT: Final = re.compile(rf"<{NAME} hidden>.*?</{NAME}>".encode(), re.DOTALL)
_STYLESHEET: Final = re.compile(rb"""<link\b[^>]*\brel="stylesheet"[^>]*>""")
_HREF: Final = re.compile(rb'\bhref="([^"]*)"')
_END: Final = b"</body>"


def element(told: Mapping[str, Any]) -> bytes:
    """Write the element: what the page is told as JSON, and the script that reads it."""
    text = json.dumps(told, ensure_ascii=True).replace("<", "\\u003c").replace(">", "\\u003e")
    return (
        f'<{NAME} hidden><script type="application/json">{text}</script>'
        f'<script type="module" src="/_preview/client.js"></script></{NAME}>'
    ).encode()


def with_element(page: bytes, told: Mapping[str, Any]) -> bytes:
    """Put the element into a page, last in its body."""
    at = page.rfind(_END)
    at = len(page) if at < 0 else at
    return page[:at] + element(told) + page[at:]


def without_element(page: bytes) -> bytes:
    """Take the element out again: what is left is what a build writes."""
    return ELEMENT.sub(b"", page, count=1)


def styles_swap(old: bytes, new: bytes) -> dict[str, str] | None:
    """Return which stylesheet takes the place of which, where two pages differ in nothing else."""
    before, after = _stylesheets(old), _stylesheets(new)
    if len(before) != len(after) or _hrefless(old) != _hrefless(new):
        return None
    swap: dict[str, str] = {}
    for one, other in zip(before, after, strict=True):
        if one != other and swap.setdefault(one, other) != other:
            return None
    return swap or None


def _stylesheets(page: bytes) -> list[str]:
    return [
        found[1].decode("utf-8", "replace")
        for link in _STYLESHEET.findall(page)
        if (found := _HREF.search(link)) is not None
    ]


def _hrefless(page: bytes) -> bytes:
    return _STYLESHEET.sub(lambda link: _HREF.sub(b'href=""', link[0]), page)


def notice(title: str, text: str, told: Mapping[str, Any], *, home: str) -> bytes:
    """Write a page of ours: a title, problems as a terminal shows them or else a sentence, and a way on."""
    tag, kind = ("pre", "told") if told["text"] else ("p", "lead")
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/_preview/tokens.css">'
        '<link rel="stylesheet" href="/_preview/page.css"></head>'
        f'<body class="policypages-notice"><main><h1>{escape(title)}</h1>'
        f'<{tag} class="{kind}">{escape(text)}</{tag}>'
        f'<p class="onward"><a href="{escape(home)}">All sites</a></p></main></body></html>\n'
    ).encode()
    return with_element(page, told)
