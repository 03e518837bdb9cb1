"""Gather the pages of one site as they were made, for the rules that look at links and ids."""

from __future__ import annotations

from collections.abc import Mapping

from policypages.checks.kinds import MadePage, MadeSite, PageView
from policypages.checks.marks import ThemeMarks
from policypages.model import IndexTask, MissingTask, PageTask, SitePlan, SourceFile


def made_site(
    own: SourceFile,
    plan: SitePlan,
    views: Mapping[str, PageView],
    made: Mapping[str, bytes],
    theme: ThemeMarks,
) -> MadeSite:
    """Read the marks of each page; `views` and `made` are by output path."""
    skip = len(plan.id) + 1
    url = None
    pages = []
    for path, _, _, task in plan.files:
        match task:
            case PageTask():
                template = "page.html"
            case IndexTask():
                template = "index.html"
            case MissingTask():
                template = "404.html"
            case _:
                continue
        url = task.site.url
        data = made.get(path)
        marks = theme.read(data) if data else None
        pages.append(MadePage(path[skip:], template, views.get(path), marks))
    files = frozenset([file.path[skip:] for file in plan.files])
    return MadeSite(own, url, files, pages, theme)
