"""Read and write the objects of releases: an article as HTML, and what else a page needs of it as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from policypages.diagnostics import Diagnostic, Span, problem
from policypages.model import FrozenArticle, Heading, PageId
from policypages.values import Duration

FOLDER: Final = "content/releases/"
OBJECTS: Final = f"{FOLDER}objects/"
_BEGIN: Final = "<!-- policypages article 1\n"
_END: Final = "\n-->\n"


def digest(data: bytes) -> str:
    """Return the name of an object: SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def path_of(sha: str) -> str:
    """Return where the object of a digest lies."""
    return f"{OBJECTS}{sha[:2]}/{sha}.html"


def bring_back(path: str) -> str:
    """Say how to mend a file of a release that is gone, or was changed."""
    return f"bring back the file that git has: `git checkout HEAD -- {path}`"


def missing(page: PageId, sha: str, ledger: str) -> Diagnostic:
    """Say that a ledger names an article that is not there."""
    entity, policy, locale = page
    path = path_of(sha)
    message = f"the article of `{entity}/{policy}` ({locale}) is not there: `{path}`"
    return problem("release-missing", message, Span(ledger), hint=bring_back(path), entities=(entity,))


def changed(path: str, entities: tuple[str, ...] = ()) -> Diagnostic:
    """Say that an object holds something else than its name says."""
    message = "the object is not what its name says"
    return problem("release-changed", message, Span(path), hint=bring_back(path), entities=entities)


def encode(article: FrozenArticle) -> bytes:
    """Write an article: the data in a comment, in which no `--` can stand, then its HTML."""
    data = {
        "title": article.title,
        "summary": article.summary,
        "contents": [_line(heading) for heading in article.contents],
        "anchors": list(article.anchors),
        "linked": article.linked,
        "facts": {path: _plain(value) for path, value in sorted(article.facts.items())},
        "source": article.source,
    }
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).replace("--", "\\u002d\\u002d")
    text = text.replace("<", "\\u003c").replace(">", "\\u003e")
    return f"{_BEGIN}{text}{_END}{article.html}\n".encode()


def read(path: str, data: bytes) -> FrozenArticle | None:
    """Read the object at a path; None where it is not what the path says."""
    return decode(data) if path_of(digest(data)) == path else None


def decode(data: bytes) -> FrozenArticle | None:
    """Read an object; None where it is not one."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    end = text.find(_END)
    if not text.startswith(_BEGIN) or end < 0:
        return None
    try:
        given = json.loads(text[len(_BEGIN) : end])
        return FrozenArticle(
            title=given["title"],
            summary=given["summary"],
            html=text[end + len(_END) :].removesuffix("\n"),
            contents=tuple(_heading(line) for line in given["contents"]),
            anchors=tuple(given["anchors"]),
            linked=given["linked"],
            facts=given["facts"],
            source=given["source"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def _line(heading: Heading) -> list[Any]:
    return [heading.number, heading.title, heading.anchor, [_line(child) for child in heading.children]]


def _heading(line: Any) -> Heading:
    number, title, anchor, children = line
    return Heading(number, title, anchor, tuple(_heading(child) for child in children))


def _plain(value: Any) -> Any:
    """Return a fact as JSON has it: dates and durations in the words of their files."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, date | Decimal | Duration):
        return str(value)
    return value
