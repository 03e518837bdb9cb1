"""Plan pages that were released: which release is shown, under which key, and until which day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats import frozen, language
from policypages.model import FileTask, FrozenArticle, PageRelease, PageTask, ReleasedTask, Releases
from policypages.plan.keys import Basis, seal, tag
from policypages.plan.published import DAYS, Published, published, version_key

_TAGS: Final = [tag(name) for name in ("the release", "the page's dates", "`site_url`", "the page's locales")]


class ReleasePlanner:
    """Plans the pages of releases on one day; `read` gives the bytes of a source."""

    def __init__(self, releases: Releases, as_of: date, read: Callable[[str], bytes]) -> None:
        self._releases = releases
        self._as_of = as_of
        self._read = read

    def published(self, draft: PageTask) -> Published:
        """Choose what is published of a page."""
        page = (draft.entity.id, draft.policy, draft.entity.locale)
        return published(self._releases.get(page, ()), self._as_of)

    def page(
        self, path: str, draft: PageTask, basis: Basis, site: tuple[list[str], list[str]]
    ) -> tuple[FileTask | None, list[Diagnostic]]:
        """Plan the page of the release that is current; None where there is none.

        `site` are the tags and the texts of what every page shows of its site.
        """
        chosen = self.published(draft)
        current = chosen.current
        if current is None:
            return None, []
        article, found = self.article(current, draft.entity.id)
        if article is None:
            return None, found
        effective = language.date_words(current.release.effective, draft.entity.locale)
        known = [*chosen.upcoming, current, *chosen.past]
        latest = max(known, key=lambda one: version_key(one.release.version))
        task = ReleasedTask(draft, article, current, latest, effective)
        texts = [
            repr((current.line.article, current.release.version, effective)),
            repr(draft.reviewed),
            repr(draft.facts.get("site_url")),
            repr(draft.alternates),
        ]
        key, marks = seal(basis, [*site[0], *_TAGS], [*site[1], *texts])
        return FileTask(path, key, marks, task), found

    def article(self, one: PageRelease, entity: str) -> tuple[FrozenArticle | None, list[Diagnostic]]:
        """Read the article of a release, and hold it against its name."""
        path = frozen.path_of(one.line.article)
        ledger = Span(one.release.file)
        try:
            data = self._read(path)
        except OSError:
            _, policy, locale = one.line.page
            message = f"the article of `{entity}/{policy}` ({locale}) is not there: `{path}`"
            hint = f"bring back the file that git has: `git checkout HEAD -- {path}`"
            return None, [problem("release-missing", message, ledger, hint=hint, entities=(entity,))]
        article = frozen.decode(data) if frozen.digest(data) == one.line.article else None
        if article is None:
            hint = f"bring back the file that git has: `git checkout HEAD -- {path}`"
            message = "the object is not what its name says"
            return None, [problem("release-changed", message, Span(path), hint=hint, entities=(entity,))]
        return article, []


def release_digests(releases: Releases, as_of: date, stamp_of: Callable[[str], object]) -> Mapping[str, str]:
    """Tell for each entity with releases what they came to on a day, and in which days it stays so.

    `stamp_of` tells one state of an object from another.
    """
    if not releases:
        return {}
    parts: dict[str, list[object]] = defaultdict(list)
    days: set[date] = set()
    for page, history in releases.items():
        chosen = published(history, as_of)
        shown = [chosen.upcoming, (chosen.current,), chosen.past]
        texts = [[one.release.digest for one in some if one is not None] for some in shown]
        objects = [stamp_of(frozen.path_of(one.line.article)) for one in history]
        parts[page[0]].append((page, texts, objects))
        days.update(day for one in history for day in (one.release.day, one.release.effective))
    before = max((day for day in days if day <= as_of), default=date.min)
    after = min((day for day in days if day > as_of), default=date.max)
    return {**{f"release:{id_}": repr(some) for id_, some in parts.items()}, DAYS: f"{before}..{after}"}
