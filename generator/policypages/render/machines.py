"""Make what machines read of a page: what it is, in the page itself, and all of it as data beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from policypages.diagnostics import Diagnostic
from policypages.formats.json_ld import web_page
from policypages.formats.policy_json import VERSION, encode
from policypages.formats.templates.markup import safe
from policypages.model import (
    Article,
    FrozenArticle,
    MadeFile,
    PageTask,
    PolicyJsonTask,
    Release,
    ReleasedTask,
)
from policypages.model.contexts import Html
from policypages.paths import POLICY_JSON
from policypages.render.article import article_of
from policypages.render.context import absolute, with_addresses
from policypages.render.printed import facts_in, printed_facts, stands


def policy_json(path: str, task: PolicyJsonTask) -> tuple[MadeFile, list[Diagnostic]]:
    """Make the data of a page: what it says of itself, and the facts that stand in its article."""
    page = task.page
    article: Article | FrozenArticle
    if isinstance(page, ReleasedTask):
        draft, article, release = page.draft, page.article, page.current.release
        dates = {"version": release.version, "effective": str(release.effective), "updated": None}
        text: str | None = page.current.line.text
    else:
        draft, text = page, None
        article, found = article_of(page)
        if found:
            return MadeFile(b""), found
        dates = {"updated": _day(page.facts, "updated")}
    html = with_addresses(article, path, draft.site)
    locale = draft.entity.locale
    facts = (
        facts_in(html, article.facts, locale)
        if isinstance(article, FrozenArticle)
        else printed_facts(draft, html)
    )
    made = {
        "schema_version": VERSION,
        "title": article.title,
        "site": draft.site.name,
        "locale": locale,
        "canonical": absolute(draft.site, f"{path.removesuffix(POLICY_JSON)}index.html"),
        **dates,
        "reviewed": _day(draft.facts, "reviewed"),
        "facts": facts,
        "digests": _digests(html, text),
    }
    return MadeFile(encode(made, article.contents)), []


def json_ld(path: str, task: PageTask, article: Article | FrozenArticle, release: Release | None) -> Html:
    """Say what a page is, ready to stand in a block of data."""
    site = task.site
    controller = _controller(task, article)
    text = web_page(
        title=article.title,
        summary=article.summary if isinstance(article, FrozenArticle) else task.summary,
        locale=site.locale,
        site=site.name,
        # who publishes is who answers for the page, where the page names them
        publisher=controller if controller and stands(article.html, controller) else site.name,
        home=absolute(site, site.home),
        address=absolute(site, path),
        version=release.version if release is not None else None,
        modified=str(release.day) if release is not None else _day(task.facts, "updated"),
        reviewed=_day(task.facts, "reviewed"),
    )
    return safe(text)


def _controller(task: PageTask, article: Article | FrozenArticle) -> str | None:
    """Return who answers for a page, if a text of it reads that: else its key would not know."""
    if isinstance(article, FrozenArticle):
        return article.facts.get("controller")
    for section in task.every:
        if section.clause is not None and "controller" in section.clause.body.reads.facts:
            return task.facts.get("controller")
    return None


def _day(facts: Mapping[str, Any], name: str) -> str | None:
    """Return a date that an entity states of a page."""
    value = facts["policy"][name]
    return str(value) if value is not None else None


def _digests(html: str, text: str | None) -> dict[str, str]:
    element = html.rstrip().encode()
    digests = {"html": hashlib.sha256(element).hexdigest()}
    return {**digests, "text": text} if text is not None else digests
