"""Make releases of a site in memory, by what the command itself calls, and put them among its files."""

from __future__ import annotations

import datetime

from tests.sitecase import SiteCase

from policypages.build.repository import read_repository
from policypages.build.watch import NOBODY
from policypages.history.acts import Act, Drafted, draft, seal
from policypages.model import PageTask, page_of
from policypages.sources import MemorySources


def pages_of(case: SiteCase, *ids: str) -> list[PageTask]:
    """Plan the pages of some entities as their sources have them."""
    repository, found = read_repository(
        MemorySources(case.files), compile_all=False, watched=NOBODY.compiler, drafts=True
    )
    assert repository is not None
    assert {one.code for one in found} <= {"release-fork"}, found
    pages: list[PageTask] = []
    for id_ in ids or repository.site.entities:
        [(plan, more)] = repository.planner.plan([repository.loader.load(id_)[0]])
        assert all(one.severity == "note" for one in more), more
        pages += [page for file in (plan.files if plan else ()) if (page := page_of(file.task)) is not None]
    return pages


def release(
    case: SiteCase,
    day: str,
    *ids: str,
    summary: str = "What changed",
    effective: str | None = None,
    material: bool = False,
    redo: bool = False,
) -> Drafted:
    """Release pages on a day; the files of the release are among the site's from then on."""
    sources = MemorySources(case.files)
    repository, _ = read_repository(sources, compile_all=False, watched=NOBODY.compiler, drafts=True)
    assert repository is not None
    act = Act(
        datetime.date.fromisoformat(day),
        summary,
        datetime.date.fromisoformat(effective) if effective else None,
        material,
        redo=redo,
    )
    made, found = draft(act, pages_of(case, *ids), repository.site.releases)
    assert not found, found
    seal(act, made, sources.paths)
    for path, data in [*made.objects.items(), made.ledger]:
        case.files[path] = data.decode()
    return made
