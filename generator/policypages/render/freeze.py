"""Freeze the article of a page as its sources have it: what a release keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from policypages.diagnostics import Diagnostic
from policypages.model import FrozenArticle, PageTask, Section
from policypages.render.article import render_article

_NOT_FACTS: Final = frozenset({"option", "sections", "policy", "loop"})


def freeze(task: PageTask) -> tuple[FrozenArticle, list[Diagnostic]]:
    """Compose an article, with the facts that it prints as data."""
    article, found = render_article(task)
    facts = {
        path: value
        for section in task.every
        for path in _printed(section)
        if (value := _value(task.facts, path)) is not None
    }
    frozen = FrozenArticle(
        title=article.title,
        summary=task.summary,
        html=article.html,
        contents=article.contents,
        anchors=article.anchors,
        linked=article.linked,
        facts=facts,
    )
    return frozen, found


def _printed(section: Section) -> Iterator[str]:
    """Yield the paths of the facts that a section prints, or shows in a card or a table."""
    clause = section.clause
    for text in (clause.title, section.summary, clause.body) if clause is not None else ():
        for tag in text.tags if text is not None else ():
            yield from (path for path in tag.paths if path.partition(".")[0] not in _NOT_FACTS)
    if section.shows:
        yield section.shows


def _value(facts: Mapping[str, Any], path: str) -> Any:
    value: Any = facts
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
