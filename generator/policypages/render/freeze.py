"""Freeze the article of a page as its sources have it: what a release keeps."""

from __future__ import annotations

from policypages.diagnostics import Diagnostic
from policypages.model import FrozenArticle, PageTask
from policypages.render.article import render_article
from policypages.render.printed import kept_facts


def freeze(task: PageTask) -> tuple[FrozenArticle, list[Diagnostic]]:
    """Compose an article, with the facts that it prints as data."""
    article, found = render_article(task)
    frozen = FrozenArticle(
        title=article.title,
        summary=task.summary,
        html=article.html,
        contents=article.contents,
        anchors=article.anchors,
        linked=article.linked,
        facts=kept_facts(task),
    )
    return frozen, found
