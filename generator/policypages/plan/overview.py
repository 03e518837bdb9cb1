"""Plan what is for the house and never published: the pages over all sites, the headers for hosts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from policypages.formats.catalogue import nearest
from policypages.formats.state import read_shown
from policypages.headers import HEADERS, HSTS
from policypages.model import FileTask, FixedTask, OverviewTask, Site, SiteLine
from policypages.plan.keys import basis, digest, file_task, fixed_task
from policypages.plan.shared import Asked, hashed_name, wanted_assets

FOLDER: Final = "_overview"
SITES_A_PAGE: Final = 500
_TEMPLATE: Final = "overview.html"


def site_lines(known: Mapping[str, str]) -> list[SiteLine]:
    """Return what the overview says of each site, by id; groups are no sites."""
    ids = sorted(known)
    every = read_shown([known[id_] for id_ in ids])
    return [
        (id_, name, sample, pages)
        for id_, (name, sample, pages, *_) in zip(ids, every, strict=True)
        if name is not None
    ]


def plan_overview(
    site: Site, lines: Sequence[SiteLine], *, tool: str, templates: Mapping[str, str], asked: Asked
) -> tuple[FileTask, ...]:
    """Plan the overview of sites, in the order given, so many on each of its pages."""
    settings, theme = site.settings, site.theme
    found = nearest(settings.locale, theme.strings, settings.fallback)
    strings = {**theme.strings.get("en", {}), **(theme.strings[found] if found else {})}
    wanted = wanted_assets(theme, asked, [_TEMPLATE])
    assets = {name: f"{FOLDER}/{hashed_name(name, data)}" for name, data in wanted.items()}
    slices = [tuple(lines[at : at + SITES_A_PAGE]) for at in range(0, len(lines), SITES_A_PAGE)] or [()]
    pages = tuple(
        [(_path(at), one[0][1], one[-1][1]) if one else ("", "", "") for at, one in enumerate(slices)]
    )
    same = basis(
        {
            "policypages": tool,
            f"the template `{_TEMPLATE}`": templates.get(_TEMPLATE, ""),
            "the title": digest([settings.title, settings.locale]),
            "strings": digest(strings),
            "assets": digest(assets),
            "the number of sites": str(len(lines)),
            "the pages of the overview": digest(pages) if len(pages) > 1 else "",
        }
    )
    files = []
    for at, one in enumerate(slices):
        task = OverviewTask(
            title=settings.title,
            locale=settings.locale,
            sites=one,
            total=len(lines),
            number=at,
            pages=pages if len(pages) > 1 else (),
            strings=strings,
            assets=assets,
        )
        files.append(file_task(_path(at), {"the sites": digest(one)}, task, same))
    files += [
        file_task(assets[name], {f"the asset `{name}`": digest(data)}, FixedTask(data))
        for name, data in wanted.items()
    ]
    sent = {**HEADERS, **dict([HSTS] if settings.hosting.get("hsts") else [])}
    headers = json.dumps(sent, indent=2) + "\n"
    files.append(fixed_task(f"{FOLDER}/headers.json", headers))
    return tuple(files)


def _path(at: int) -> str:
    return f"{FOLDER}/{at + 1}/index.html" if at else f"{FOLDER}/index.html"
