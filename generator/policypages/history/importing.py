"""Make a release of a page that was published before us: history from before the first release of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from policypages.diagnostics import Diagnostic, has_errors, problem
from policypages.formats import frozen, ledger
from policypages.formats.imported import imported, plain_title
from policypages.formats.imported.page import MAX_BYTES, MAX_DEPTH, TooDeepError
from policypages.history.acts import Act, Drafted, latest
from policypages.history.release import asked_pages
from policypages.model import PageRelease, PageTask, Sources, id_of


@dataclass(frozen=True, slots=True)
class Taken:
    """A release of an imported page; `left_out` counts the elements of it that were not taken over."""

    made: Drafted = field(default_factory=Drafted)
    left_out: Mapping[str, int] = field(default_factory=dict)


def prepare_import(
    sources: Sources, act: Act, globs: Sequence[str], data: bytes, file: str
) -> tuple[Taken, list[Diagnostic]]:
    """Freeze what a page said on the day of an act, by the HTML that was published at `act.source`."""
    repository, pages, found = asked_pages(sources, globs)
    found = [one for one in found if one.severity == "error"]
    if repository is None or has_errors(found):
        return Taken(), found
    if len(pages) != 1:
        return Taken(), [*found, _not_one(pages)]
    [task] = pages
    page = id_of(task)
    history = ledger.history_of(repository.site.releases, page, task.formerly)
    found += _out_of_order(act, history)
    if len(data) > MAX_BYTES:
        found.append(problem("release-refused", f"`{file}` is larger than {MAX_BYTES:,} bytes"))
    if found:
        return Taken(), found
    known = {
        plain_title(section.title): section.anchor for section in task.every if section.target is not None
    }
    try:
        got = imported(
            data, source=act.source or "", locale=task.entity.locale, title=task.title, known=known
        )
    except TooDeepError:
        message = f"`{file}` has more than {MAX_DEPTH} elements within each other"
        hint = "often an element is never closed: repair the file, or keep of it what is the policy"
        return Taken(), [problem("release-refused", message, hint=hint)]
    if got is None:
        hint = "only words in the page itself can be taken over: what a script writes is not among them"
        return Taken(), [problem("release-refused", f"`{file}` has no words", hint=hint)]
    made = Drafted(histories={page: history}, version=act.day.isoformat())
    made.add(task, got.article, frozen.encode(got.article), redo=False)
    return Taken(made, got.left_out), found


def _not_one(pages: Sequence[PageTask]) -> Diagnostic:
    names = [f"`{'/'.join(id_of(one))}`" for one in pages]
    message = f"`--import` is for one page, and these are {len(names)}: {', '.join(names[:5])}"
    return problem("release-refused", message, hint="name it: `policypages release ENTITY/POLICY --import …`")


def _out_of_order(act: Act, history: Sequence[PageRelease]) -> Iterator[Diagnostic]:
    """Refuse what would not be history: releases follow each other, and the oldest is taken over first."""
    if not history:
        return
    last = latest(history).release
    own = next((one.release for one in history if one.release.source is None), None)
    if own is not None:
        message = (
            f"the page has a release of its own, {own.version}: what was before it can no longer be added"
        )
        yield problem("release-refused", message, hint="each release names the one before: import first")
    elif act.day <= last.day:
        message = f"version {act.day} is not after {last.version}, which was taken over before it"
        yield problem("release-refused", message, hint="take versions over in their order, the oldest first")
