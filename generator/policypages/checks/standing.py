"""Tell what stands on one page of what a text can say: which branches it takes, how long its lists are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from policypages.checks.kinds import Claim, PageView
from policypages.formats.clauses import PRINTED
from policypages.formats.templates.texts import LEVEL, scope_of
from policypages.model import Section

_BLOCK: Final = re.compile(r"</?(?:p|li|ul|ol|h[1-6]|t[hdr]|table|thead|tbody|blockquote|pre|hr|br)\b[^>]*>")
_TAG: Final = re.compile(r"<[^>]*>")
_LIST: Final = re.compile(r"<(/?)(ul|ol|li)\b[^>]*>")


def says(page: PageView, section: Section, claim: Claim, *, end: str = "") -> bool:
    """Tell whether the words of a claim stand on a page; `end` is a pattern of what comes behind them."""
    pattern = _pattern(claim.passage.text[claim.start : claim.end], end)
    if claim.passage.kind == "title":
        return pattern.search(section.title) is not None
    if claim.passage.kind == "summary":
        return pattern.search(words_of(summary_on(page, section))) is not None
    return pattern.search(words_of(rendered(page, section))) is not None


def items_after(page: PageView, section: Section, claim: Claim) -> int | None:
    """Count the items of the first list behind the words of a claim, as they stand on a page."""
    pattern = _pattern(claim.passage.text[claim.start : claim.end])
    text = rendered(page, section)
    for opener in _LIST.finditer(text):
        if opener[2] != "li" and not opener[1] and pattern.search(words_of(text[: opener.start()])):
            return _items(text, opener.start())
    return None


def words_of(markup: str) -> str:
    """Return what a reader sees of HTML, white space folded."""
    return " ".join(html.unescape(_TAG.sub("", _BLOCK.sub(" ", markup))).split())


def _items(text: str, start: int) -> int:
    depth = count = 0
    for tag in _LIST.finditer(text, start):
        if tag[2] == "li":
            count += depth == 1 and not tag[1]
            continue
        depth += -1 if tag[1] else 1
        if depth == 0:
            break
    return count


def rendered(page: PageView, section: Section) -> str:
    """Return the HTML of a section's own text as a page shows it, its branches taken."""
    if section.clause is None:
        return ""
    return section.clause.body.render(_scope(page, section))[0]


def summary_on(page: PageView, section: Section) -> str:
    """Return the HTML of a section's summary where its policy shows it, else nothing."""
    return section.summary.render(_scope(page, section))[0] if section.summary is not None else ""


def _scope(page: PageView, section: Section) -> dict[str, Any]:
    task = page.task
    scope = scope_of(task.facts, locale=task.entity.locale, refs=task.refs, links=task.links)
    scope.update({"option": section.options, "sections": section.counts, LEVEL: section.level})
    return scope


@lru_cache(512)
def _pattern(words: str, end: str = "") -> re.Pattern[str]:
    parts = re.split(f"({PRINTED}|\\s+)", words)
    out = "".join(
        ".{0,300}?" if part == PRINTED else r"\s*" if part.isspace() else re.escape(part) for part in parts
    )
    return re.compile(out + end)


def contacts_shown(page: PageView) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the contacts that sections of a page show, by name."""
    contacts = page.task.facts.get("contacts") or {}
    for section in page.task.every:
        kind, _, name = (section.shows or "").partition(".")
        if kind == "contacts" and contacts.get(name):
            yield name, contacts[name]
