"""Make one release of values: which pages are frozen, their objects, and the ledger that binds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from policypages.build.unreleased import text_digest
from policypages.diagnostics import Diagnostic, has_errors, problem
from policypages.formats import frozen, ledger
from policypages.model import LedgerLine, PageId, PageRelease, PageTask, Releases, id_of
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
    """A release that can be written: `objects` and the ledger as (path, bytes), and what was left as it is.

    `lines` are the pages that it freezes, `before` the release before of each.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    ledger: tuple[str, bytes] = ("", b"")
    version: str = ""
    lines: list[LedgerLine] = field(default_factory=list)
    before: dict[PageId, PageRelease | None] = field(default_factory=dict)
    unchanged: list[PageId] = field(default_factory=list)


def draft(
    act: Act, pages: Sequence[PageTask], releases: Releases, taken: Sequence[str]
) -> tuple[Drafted, list[Diagnostic]]:
    """Freeze pages; those whose latest release has the same article are left out.

    All locales of a policy of one entity are frozen together, if one of them changed. `taken` are the
    paths of all ledgers that there are.
    """
    made = Drafted()
    found: list[Diagnostic] = []
    kept: dict[tuple[str, str], list[tuple[PageTask, bytes, str]]] = {}
    histories: dict[PageId, tuple[PageRelease, ...]] = {}
    fresh: set[tuple[str, str]] = set()
    for task in pages:
        article, more = freeze(task)
        found += more
        if more:
            continue
        page = id_of(task)
        data = frozen.encode(article)
        history = histories[page] = ledger.history_of(releases, page, task.formerly)
        if act.redo or not history or latest(history).line.article != frozen.digest(data):
            fresh.add(page[:2])
        kept.setdefault(page[:2], []).append((task, data, text_digest(article)))
    if has_errors(found):
        return made, found
    lines = made.lines
    for both, locales in kept.items():
        for task, data, text in locales:
            page = id_of(task)
            history = histories[page]
            if both not in fresh:
                made.unchanged.append(page)
                continue
            sha = frozen.digest(data)
            made.objects[frozen.path_of(sha)] = data
            made.before[page] = latest(history) if history else None
            path = task.path.removesuffix("/index.html")
            lines.append(LedgerLine(page, path, sha, text, _after(history, redo=act.redo)))
    if not lines:
        message = "there is nothing to release: every page is as it was released last"
        return made, [*found, problem("release-refused", message)]
    made.version = _version(act.day, [histories[line.page] for line in lines])
    data = ledger.encode(
        version=made.version,
        effective=act.effective or act.day,
        summary=act.summary,
        material=act.material,
        approved_by=act.approved_by,
        source=act.source,
        lines=lines,
    )
    made.ledger = (_name(made.version, act.summary, taken), data)
    return made, found


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


def _name(version: str, summary: str, taken: Sequence[str]) -> str:
    """Name a ledger by its version and the first words of its summary."""
    words = _SLUG.sub("-", summary.lower().encode("ascii", "ignore").decode())[:_LONGEST].strip("-")
    stem = f"{frozen.FOLDER}{version}-{words or 'release'}"
    number, path = 1, f"{stem}.yaml"
    while path in taken:
        number += 1
        path = f"{stem}-{number}.yaml"
    return path
