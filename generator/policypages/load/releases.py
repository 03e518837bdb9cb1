"""Read the ledgers of a site, and tell for each page what was released of it."""

from __future__ import annotations

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
        if release is not None:
            releases.append(release)
    pages: dict[PageId, list[PageRelease]] = {}
    for release in sorted(releases, key=lambda one: (one.day, len(one.version), one.version)):
        for line in release.lines:
            pages.setdefault(line.page, []).append(PageRelease(release, line))
    for history in pages.values():
        found += _forks(history)
    return {page: tuple(history) for page, history in pages.items()}, found


def _is_ledger(path: str) -> bool:
    name = path.removeprefix(frozen.FOLDER)
    return path.startswith(frozen.FOLDER) and "/" not in name and name.endswith(".yaml")


def _forks(history: list[PageRelease]) -> list[Diagnostic]:
    """Find two releases of one page that follow the same one; a release after both mends it."""
    mended = [set(one.line.after) for one in history if len(one.line.after) > 1]
    found = []
    first: dict[tuple[str, ...], PageRelease] = {}
    for one in history:
        if len(one.line.after) > 1:
            continue
        other = first.setdefault(one.line.after, one)
        if other is one or any({one.release.digest, other.release.digest} <= both for both in mended):
            continue
        entity, policy, locale = one.line.page
        message = f"two releases of `{entity}/{policy}` ({locale}) follow the same one"
        labels = (Label(Span(other.release.file), "the other is here"),)
        hint = "`policypages release --redo` makes one that follows both"
        found.append(
            problem(
                "release-fork", message, Span(one.release.file), hint=hint, labels=labels, entities=(entity,)
            )
        )
    return found
