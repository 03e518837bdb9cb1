"""Make a release of a site folder: which pages are asked for, what they would freeze, and the files of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from policypages.build.repository import Repository, read_repository
from policypages.build.watch import NOBODY
from policypages.diagnostics import Diagnostic, did_you_mean, has_errors, problem
from policypages.formats import frozen
from policypages.history.acts import Act, Drafted, draft
from policypages.history.cuts import Cut, cuts
from policypages.model import FrozenArticle, PageId, PageTask, Sources, id_of, page_of
from policypages.redline import Redline, compare


@dataclass(frozen=True, slots=True)
class Shown:
    """What a release would change on one page; without `redline` its words are those of the sources."""

    page: PageId
    before: str | None
    redline: Redline | None


def prepare(sources: Sources, act: Act, globs: Sequence[str]) -> tuple[Drafted, list[Diagnostic]]:
    """Freeze the pages that were asked for; `globs` are of entities, or of `entity/policy`."""
    repository, pages, found = asked_pages(sources, globs, redo=act.redo)
    if repository is None or has_errors(found):
        return Drafted(), found
    made, more = draft(act, pages, repository.site.releases)
    return made, [*found, *more, *_too_soon(repository, act, made)]


def asked_pages(
    sources: Sources, globs: Sequence[str], *, redo: bool = False
) -> tuple[Repository | None, list[PageTask], list[Diagnostic]]:
    """Plan the pages that were asked for as the sources have them; that there is none is an error."""
    repository, found = read_repository(sources, compile_all=False, watched=NOBODY.compiler, drafts=True)
    if repository is None:
        return None, [], found
    if redo:
        found = [one for one in found if one.code != "release-fork"]
    pages = []
    for id_ in repository.site.entities:
        if globs and not any(_may_be_of(glob, id_) for glob in globs):
            continue
        loaded, more = repository.loader.load(id_)
        [(planned, wrong)] = repository.planner.plan([loaded])
        found += [*more, *wrong]
        for file in planned.files if planned is not None else ():
            page = page_of(file.task)
            if page is not None and _wanted(page, globs):
                pages.append(page)
    if not pages and not has_errors(found):
        found.append(_nothing(repository, globs))
    return repository, pages, found


def _may_be_of(glob: str, id_: str) -> bool:
    return fnmatchcase(id_, glob.partition("/")[0])


def _wanted(page: PageTask, globs: Sequence[str]) -> bool:
    entity, policy, locale = id_of(page)
    names = (entity, f"{entity}/{policy}", f"{entity}/{policy}/{locale}")
    return not globs or any(fnmatchcase(name, glob) for glob in globs for name in names)


def _nothing(repository: Repository, globs: Sequence[str]) -> Diagnostic:
    names = [
        *repository.site.entities,
        *(f"{id_}/{p}" for id_ in repository.site.entities for p in repository.site.policies),
    ]
    asked = ", ".join(f"`{glob}`" for glob in globs) or "the site"
    hint = did_you_mean(globs[0], names) if globs else None
    hint = hint or (f"such as `{names[-1]}`: ENTITY, or ENTITY/POLICY" if len(names) > 1 else None)
    return problem("release-refused", f"{asked} has no page to release", hint=hint)


def _too_soon(repository: Repository, act: Act, made: Drafted) -> Iterator[Diagnostic]:
    """Say that a material change takes effect before readers had the notice that the settings promise."""
    days = repository.site.settings.releases.get("minimum_notice_days")
    if days is None or not act.material or not made.lines:
        return
    notice = ((act.effective or act.day) - act.day).days
    if notice < int(days):
        message = f"a material change takes effect after {notice} days, and the settings promise {days}"
        hint = f"`--effective {date.fromordinal(act.day.toordinal() + int(days))}`, or a day after it"
        yield problem("short-notice", message, hint=hint)


def shown(sources: Sources, made: Drafted) -> Iterator[Shown]:
    """Compare each page of a release with its release before.

    Of pages whose words change alike the redline of the first stands for all: it takes as long as fifty
    pages take to be told alike.
    """
    known: dict[tuple[Cut, ...], Redline] = {}
    for line in made.lines:
        article = frozen.decode(made.objects[frozen.path_of(line.article)])
        before = made.before[line.page]
        assert article is not None  # noqa: S101 - it was just written
        if before is None:
            taken_over = article.source is not None  # nobody has seen what became of the page
            yield Shown(line.page, None, compare("", article.html) if taken_over else None)
            continue
        old = _article(sources, before.line.article)
        redline = _alike(old.html, article.html, known) if old is not None else None
        yield Shown(line.page, before.release.version, redline)


def _alike(old: str, new: str, known: dict[tuple[Cut, ...], Redline]) -> Redline:
    differ = cuts(old, new)
    if not differ:  # only markup changes, which cuts do not tell
        return compare(old, new)
    if differ not in known:
        known[differ] = compare(old, new)
    return known[differ]


def _article(sources: Sources, sha: str) -> FrozenArticle | None:
    try:
        return frozen.decode(sources.read(frozen.path_of(sha)))
    except OSError:
        return None
