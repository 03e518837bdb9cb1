"""Make one release of values: which pages are frozen, their objects, and the ledger that binds them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from policypages.build.unreleased import text_digest
from policypages.diagnostics import Diagnostic, has_errors
from policypages.formats import frozen, ledger
from policypages.model import FrozenArticle, LedgerLine, PageId, PageRelease, PageTask, Releases, id_of
from policypages.render import freeze

_SLUG: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody decided: when it takes effect, what it is about, who approved it.

    `redo` makes a release that follows all those that a fork left.
    """

    day: date
    summary: str
    effective: date | None = None
    material: bool = False
    approved_by: str | None = None
    source: str | None = None
    redo: bool = False


@dataclass(slots=True)
class Drafted:
    """What a release freezes: `objects` by path, the pages as `lines`, and what was left as it is.

    `before` is the release before of each page, `histories` are all that it has. `version` is that of
    the release, and `ledger` its path and bytes once it is sealed.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    lines: list[LedgerLine] = field(default_factory=list)
    before: dict[PageId, PageRelease | None] = field(default_factory=dict)
    histories: dict[PageId, tuple[PageRelease, ...]] = field(default_factory=dict)
    unchanged: list[PageId] = field(default_factory=list)
    version: str = ""
    ledger: tuple[str, bytes] = ("", b"")

    def add(self, task: PageTask, article: FrozenArticle, data: bytes, *, redo: bool) -> None:
        """Freeze an article of a page; `data` are the bytes of its object."""
        page = id_of(task)
        history = self.histories[page]
        name = frozen.digest(data)
        self.objects[frozen.path_of(name)] = data
        self.before[page] = latest(history) if history else None
        path = task.path.removesuffix("/index.html")
        after = _after(history, redo=redo)
        self.lines.append(LedgerLine(page, path, name, text_digest(article), after))


def draft(act: Act, pages: Sequence[PageTask], releases: Releases) -> tuple[Drafted, list[Diagnostic]]:
    """Freeze pages; those whose latest release has the same article are left out, which may be all.

    All locales of a policy of one entity are frozen together, if one of them changed.
    """
    made = Drafted()
    found: list[Diagnostic] = []
    kept: dict[tuple[str, str], list[tuple[PageTask, FrozenArticle, bytes]]] = {}
    fresh: set[tuple[str, str]] = set()
    for task in pages:
        article, more = freeze(task)
        found += more
        if more:
            continue
        page = id_of(task)
        history = made.histories[page] = ledger.history_of(releases, page, task.formerly)
        data = frozen.encode(article)
        if act.redo or not history or latest(history).line.article != frozen.digest(data):
            fresh.add(page[:2])
        kept.setdefault(page[:2], []).append((task, article, data))
    if has_errors(found):
        return made, found
    for both, locales in kept.items():
        for task, article, data in locales:
            if both in fresh:
                made.add(task, article, data, redo=act.redo)
            else:
                made.unchanged.append(id_of(task))
    made.version = _version(act.day, [made.histories[line.page] for line in made.lines])
    return made, found


def seal(act: Act, made: Drafted, taken: Container[str]) -> None:
    """Write the ledger of what was frozen; `taken` are the paths of all files that there are."""
    data = ledger.encode(
        version=made.version,
        effective=act.effective or act.day,
        summary=act.summary,
        material=act.material,
        approved_by=act.approved_by,
        source=act.source,
        lines=made.lines,
    )
    made.ledger = (_name(made.version, act.summary, taken), data)


def latest(history: Sequence[PageRelease]) -> PageRelease:
    """Return the last release of a page: the one that no other follows."""
    return history[-1]


def _after(history: Sequence[PageRelease], *, redo: bool) -> tuple[str, ...]:
    if not history:
        return ()
    return tuple(_loose(history)) if redo else (latest(history).release.digest,)


def _loose(history: Sequence[PageRelease]) -> Iterator[str]:
    """Yield the releases that no other follows: more than one after two branches were merged."""
    followed = {digest for one in history for digest in one.line.after}
    return (one.release.digest for one in history if one.release.digest not in followed)


def _version(day: date, histories: Iterable[Sequence[PageRelease]]) -> str:
    """Name a release by its day, and by a number where one of its pages has one of that day."""
    numbers = [
        ledger.version_key(one.release.version)[1]
        for history in histories
        for one in history
        if one.release.day == day
    ]
    return f"{day}.{max(numbers) + 1}" if numbers else f"{day}"


def _name(version: str, summary: str, taken: Container[str]) -> str:
    """Name a ledger by its version and the first words of its summary."""
    words = _SLUG.sub("-", summary.lower().encode("ascii", "ignore").decode())[:_LONGEST].strip("-")
    stem = f"{frozen.FOLDER}{version}-{words or 'release'}"
    number, path = 1, f"{stem}.yaml"
    while path in taken:
        number += 1
        path = f"{stem}-{number}.yaml"
    return path
