"""Plan what is for the house and never published: the page over all sites, the headers for hosts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from policypages.formats.catalogue import nearest
from policypages.headers import HEADERS
from policypages.model import FileTask, FixedTask, OverviewTask, Site
from policypages.plan.keys import digest, file_task
from policypages.plan.shared import hashed_name

FOLDER = "_overview"
SiteLine = tuple[str, str, bool, tuple[tuple[str, str, str], ...]]


def plan_overview(
    site: Site, lines: Sequence[SiteLine], *, tool: str, templates: Mapping[str, str]
) -> tuple[FileTask, ...]:
    """Plan the overview of sites, each (id, name, sample, its pages as (title, path, locale))."""
    settings, theme = site.settings, site.theme
    found = nearest(settings.locale, theme.strings, settings.fallback)
    strings = {**theme.strings.get("en", {}), **(theme.strings[found] if found else {})}
    assets = {name: f"{FOLDER}/{hashed_name(name, data)}" for name, data in theme.assets.items()}
    task = OverviewTask(settings.title, settings.locale, tuple(lines), strings, assets)
    parts = {
        "policypages": tool,
        "the template `overview.html`": templates.get("overview.html", ""),
        "the sites": digest(
            [[id_, name, sample, [list(p) for p in pages]] for id_, name, sample, pages in lines]
        ),
        "the title": digest([settings.title, settings.locale]),
        "strings": digest(strings),
        "assets": digest(assets),
    }
    files = [file_task(f"{FOLDER}/index.html", parts, task)]
    files += [
        file_task(assets[name], {f"the asset `{name}`": digest(data)}, FixedTask(data))
        for name, data in theme.assets.items()
    ]
    headers = json.dumps(dict(HEADERS), indent=2) + "\n"
    files.append(
        file_task(f"{FOLDER}/headers.json", {"its content": digest(headers)}, FixedTask(headers.encode()))
    )
    return tuple(files)
