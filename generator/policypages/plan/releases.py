"""Plan what is published of released pages: the page, its versions, and what each of them changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from policypages.diagnostics import Diagnostic
from policypages.formats import frozen, language
from policypages.formats.ledger import history_of, version_key
from policypages.model import (
    ArchivedTask,
    ChangesTask,
    Entity,
    FileTask,
    FrozenArticle,
    PageRelease,
    PageTask,
    ReleasedTask,
    Releases,
    SourceFile,
    Task,
    VersionLine,
    VersionsTask,
    id_of,
)
from policypages.plan.feed import Entry
from policypages.plan.keys import Basis, seal, tags_of
from policypages.plan.published import DAYS, Published, boundaries, is_fresh, published
from policypages.plan.redirects import former_ids

_TAGS: Final = tags_of(
    ("the release", "the page's dates", "`site_url`", "the page's locales", "the page's versions")
)
_State = Literal["current", "past", "upcoming"]
Bases = Callable[[str], Basis]


class Around(NamedTuple):
    """What pages of a site show of it, for keys: tags and texts; `basis` is by name of a template."""

    basis: Bases
    tags: str
    texts: list[str]


class ReleasePlanner:
    """Plans the pages of releases on one day; `read` gives the bytes of a source.

    A material change is told on its page for `notice` days.
    """

    def __init__(self, releases: Releases, as_of: date, read: Callable[[str], bytes], *, notice: int) -> None:
        self._releases = releases
        self._as_of = as_of
        self._read = read
        self._notice = notice
        self._articles = lru_cache(64)(self._article)

    def plan(
        self, path: str, draft: PageTask, around: Around
    ) -> tuple[list[FileTask], list[Entry], list[Diagnostic]]:
        """Plan the files of one page that has releases, that of the page first; none where it has none.

        `path` is that of the page. The entries are for the feed of the site.
        """
        history = history_of(self._releases, id_of(draft), draft.formerly)
        chosen = published(history, self._as_of) if history else Published(None)
        if chosen.current is None:
            return [], [], []
        return _Work(self, path, draft, around, chosen).run()

    def shown(self, entity: Entity, policies: Iterable[SourceFile]) -> dict[str, FrozenArticle]:
        """Return the articles of the policies whose pages show a release, by policy."""
        articles = {}
        for policy in policies:
            page = (entity.id, policy.id, entity.locale)
            history = history_of(self._releases, page, former_ids(entity, policy))
            current = published(history, self._as_of).current if history else None
            article = self.article(current)[0] if current is not None else None
            if article is not None:
                articles[policy.id] = article
        return articles

    def is_fresh(self, one: PageRelease) -> bool:
        """Tell whether readers are told of a release."""
        return is_fresh(one, self._as_of, self._notice)

    def article(self, one: PageRelease) -> tuple[FrozenArticle | None, list[Diagnostic]]:
        """Read the article of a release, and hold it against its name."""
        return self._articles(one.line.article, one.line.page, one.release.file)

    def _article(
        self, sha: str, page: tuple[str, str, str], ledger: str
    ) -> tuple[FrozenArticle | None, list[Diagnostic]]:
        path = frozen.path_of(sha)
        try:
            article = frozen.read(path, self._read(path))
        except OSError:
            return None, [frozen.missing(page, sha, ledger)]
        return (article, []) if article is not None else (None, [frozen.changed(path, (page[0],))])


class _Work:
    """The planning of one page that has releases."""

    def __init__(
        self, planner: ReleasePlanner, path: str, draft: PageTask, around: Around, chosen: Published
    ) -> None:
        self.planner = planner
        self.path = path
        self.draft = draft
        self.around = around
        self.chosen = chosen
        self.page = path.partition("/")[2]
        self.versions = f"{self.page.removesuffix('index.html')}versions/index.html"
        self.found: list[Diagnostic] = []

    def run(self) -> tuple[list[FileTask], list[Entry], list[Diagnostic]]:
        current = self.chosen.current
        assert current is not None  # noqa: S101 - without one there is nothing to plan
        article = self._article(current)
        if article is None:
            return [], [], self.found
        known = [*self.chosen.upcoming, current, *self.chosen.past]
        known.sort(key=lambda one: version_key(one.release.version), reverse=True)
        by_digest = {one.release.digest: one for one in known}
        before = {one.release.digest: _before(one, by_digest) for one in known}
        lines = {one.release.digest: self._line(one, before[one.release.digest]) for one in known}
        line = lines[current.release.digest]
        notices = [one for one in (*self.chosen.upcoming, current) if self.planner.is_fresh(one)]
        notice = lines[notices[0].release.digest] if notices else None
        task = ReleasedTask(self.draft, article, current, known[0], line, self.versions, notice)
        files = [self._file("page.html", self.page, task, current.line.article, line, notice)]
        every = tuple(lines[one.release.digest] for one in known)
        files.append(
            self._file("versions.html", self.versions, VersionsTask(self.draft, self.page, every), every)
        )
        for one in known:
            files += self._of_version(one, before[one.release.digest], lines[one.release.digest])
        entries = [
            Entry(self.draft.title, each.summary, one.release.day, each.path, each.version)
            for one, each in zip(known, every, strict=True)
        ]
        return files, entries, self.found

    def _of_version(
        self, one: PageRelease, before: PageRelease | None, line: VersionLine
    ) -> Iterator[FileTask]:
        article = self._article(one)
        if article is None:
            return
        archived = ArchivedTask(self.draft, self.page, self.versions, line, article)
        yield self._file("version.html", line.path, archived, one.line.article, line)
        if before is None or line.changes is None:
            return
        earlier = self._article(before)
        if earlier is None:
            return
        was = _was(self.draft)
        version = before.release.version
        changes = ChangesTask(self.draft, self.page, self.versions, line, version, earlier, article, was)
        made_from = (before.line.article, one.line.article, line, version, was)
        yield self._file("changes.html", line.changes, changes, *made_from)

    def _article(self, one: PageRelease) -> FrozenArticle | None:
        article, found = self.planner.article(one)
        self.found += [problem for problem in found if problem not in self.found]
        return article

    def _line(self, one: PageRelease, before: PageRelease | None) -> VersionLine:
        state: _State = "past"
        if one is self.chosen.current:
            state = "current"
        elif one in self.chosen.upcoming:
            state = "upcoming"
        release = one.release
        folder = f"{self.versions.removesuffix('index.html')}{release.version}/"
        return VersionLine(
            version=release.version,
            effective=language.date_words(release.effective, self.draft.entity.locale),
            summary=release.summary,
            material=release.material,
            state=state,
            path=f"{folder}index.html",
            changes=f"{folder}changes/index.html" if before is not None else None,
        )

    def _file(self, template: str, path: str, task: Task, *made_from: object) -> FileTask:
        """Plan a file below the site's folder."""
        draft = self.draft
        texts = [
            repr(made_from),
            repr(draft.reviewed),
            repr(draft.facts.get("site_url")),
            repr(draft.alternates),
            repr((draft.title, self.page)),
        ]
        key, marks = seal(self.around.basis(template), self.around.tags + _TAGS, [*self.around.texts, *texts])
        return FileTask(f"{draft.entity.id}/{path}", key, marks, task)


def _before(one: PageRelease, known: Mapping[str, PageRelease]) -> PageRelease | None:
    """Return the release that one follows; of two, the later."""
    earlier = [known[digest] for digest in one.line.after if digest in known]
    return max(earlier, key=lambda each: version_key(each.release.version), default=None)


def _was(draft: PageTask) -> dict[str, str]:
    """Return for the old ids of sections the anchors that they have now."""
    return {
        name: target.address.removeprefix("#")
        for name, target in sorted(draft.refs.items())
        if target.address != f"#{name.replace('/', '-')}"
    }


def release_digests(
    releases: Releases, as_of: date, stamp_of: Callable[[str], object], *, notice: int
) -> Mapping[str, str]:
    """Tell for each entity with releases what they came to on a day, and in which days it stays so.

    `stamp_of` tells one state of an object from another.
    """
    if not releases:
        return {}
    parts: dict[str, list[object]] = defaultdict(list)
    days: set[date] = set()
    for page, history in releases.items():
        chosen = published(history, as_of)
        current = (chosen.current,) if chosen.current is not None else ()
        shown: Sequence[Sequence[PageRelease]] = [chosen.upcoming, current, chosen.past]
        texts = [[(one.release.digest, is_fresh(one, as_of, notice)) for one in some] for some in shown]
        objects = [stamp_of(frozen.path_of(one.line.article)) for one in history]
        parts[page[0]].append((page, texts, objects))
        days.update(day for one in history for day in boundaries(one, notice))
    before = max((day for day in days if day <= as_of), default=date.min)
    after = min((day for day in days if day > as_of), default=date.max)
    return {**{f"release:{id_}": repr(some) for id_, some in parts.items()}, DAYS: f"{before}..{after}"}
