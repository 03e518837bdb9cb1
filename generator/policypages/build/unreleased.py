"""Say where the sources of a page have other words than its latest release: they are not published."""

from __future__ import annotations

import hashlib

from policypages.diagnostics import Diagnostic, problem
from policypages.formats import frozen
from policypages.model import FrozenArticle, ReleasedTask
from policypages.render import freeze


def unreleased(task: ReleasedTask) -> list[Diagnostic]:
    """Compare a page as the sources have it with its latest release, or say what is wrong with it."""
    article, found = freeze(task.draft)
    latest = task.latest
    if found or frozen.digest(frozen.encode(article)) == latest.line.article:
        return found
    if text_digest(article) == latest.line.text:
        return []
    entity, policy, locale = latest.line.page
    name = f"{entity}/{policy}" if not task.draft.alternates else f"{entity}/{policy}` in `{locale}"
    message = f"the sources of `{name}` say other than its release {latest.release.version}"
    hint = "`policypages release --dry-run` shows what; without `--dry-run` it publishes it"
    return [problem("unreleased-change", message, hint=hint, entities=(entity,))]


def text_digest(article: FrozenArticle) -> str:
    """Return the digest of the words of an article, its link targets counted and its white space not."""
    return text_digest_of(article.html)


def text_digest_of(html: str) -> str:
    """Return the digest of the words of the HTML of an article."""
    # lxml is imported where two texts have to be compared, and in no other build
    from policypages.redline import normalised_text  # noqa: PLC0415

    return hashlib.sha256(normalised_text(html).encode()).hexdigest()
