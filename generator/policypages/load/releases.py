"""Read the ledgers of a site, and tell for each page what was released of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from policypages.diagnostics import Diagnostic, Label, Span, problem
from policypages.formats import frozen, ledger
from policypages.model import PageId, PageRelease, Release, Releases, Sources


def load_releases(sources: Sources) -> tuple[Releases, list[Diagnostic]]:
    """Read every ledger; a release that cannot be read is an error, and none of its pages has it."""
    found: list[Diagnostic] = []
    releases: list[Release] = []
    for path in sources.paths:
        if not _is_ledger(path):
            continue
        try:
            data = sources.read(path)
        except OSError as error:
            message = f"the file cannot be read: {error.strerror}"
            found.append(problem("unreadable-file", message, Span(path)))
            continue
        release, more = ledger.decode(path, data)
        found += more
        if release is None:
            continue
        if not path.startswith(f"{frozen.FOLDER}{release.version}-"):
            hint = "bring back the name that git has"
            message = f"the ledger of release {release.version} was renamed"
            found.append(problem("release-changed", message, Span(path), hint=hint))
        releases.append(release)
    pages: dict[PageId, list[PageRelease]] = {}
    for release in sorted(releases, key=lambda one: ledger.version_key(one.version)):
        for line in release.lines:
            pages.setdefault(line.page, []).append(PageRelease(release, line))
    found += _forks(pages.values())
    known = {release.digest for release in releases}
    for history in pages.values():
        found += _gaps(history, known)
    return {page: tuple(history) for page, history in pages.items()}, found


def _is_ledger(path: str) -> bool:
    name = path.removeprefix(frozen.FOLDER)
    return path.startswith(frozen.FOLDER) and "/" not in name and name.endswith(".yaml")


def _forks(pages: Iterable[list[PageRelease]]) -> Iterator[Diagnostic]:
    """Find releases of one page that follow the same one; a release after both mends it."""
    hit: dict[tuple[str, str], set[str]] = {}
    for history in pages:
        mended = [set(one.line.after) for one in history if len(one.line.after) > 1]
        first: dict[tuple[str, ...], Release] = {}
        for one in history:
            if len(one.line.after) > 1:
                continue
            other = first.setdefault(one.line.after, one.release)
            if other is not one.release and not any({one.release.digest, other.digest} <= b for b in mended):
                hit.setdefault((one.release.file, other.file), set()).add(one.line.page[0])
    for (file, other_file), entities in hit.items():
        message = "this release and another follow the same one: two branches made them"
        labels = (Label(Span(other_file), "the other is here"),)
        hint = "`policypages release --redo` makes one that follows both"
        yield problem(
            "release-fork", message, Span(file), hint=hint, labels=labels, entities=tuple(sorted(entities))
        )


def _gaps(history: list[PageRelease], known: AbstractSet[str]) -> list[Diagnostic]:
    """Find releases that follow one which is not there any more, or is not what it was.

    `known` are the digests of all ledgers: a page may have had another id when it was released before.
    """
    found = []
    for one in history:
        if not known >= {*one.line.after}:
            entity, policy, locale = one.line.page
            message = f"the release before {one.release.version} of `{entity}/{policy}` ({locale}) is gone"
            hint = "a ledger was taken away, or edited: bring back those that git has"
            span = Span(one.release.file)
            found.append(problem("release-changed", message, span, hint=hint, entities=(entity,)))
    return found
