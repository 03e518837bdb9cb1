"""What all sites of one build share: read and compiled once, and only when a site has to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from policypages import __version__
from policypages.compile import Compiler
from policypages.diagnostics import Diagnostic
from policypages.formats.templates.theme import ThemeEngine
from policypages.installed import version
from policypages.load.entity import EntityLoader
from policypages.load.listing import BRANDS, Listed
from policypages.load.site import load_site
from policypages.model import Site, Sources
from policypages.plan.keys import digest
from policypages.plan.redirects import RedirectPlanner
from policypages.plan.releases import ReleasePlanner, release_digests
from policypages.plan.settle import Compiling
from policypages.plan.sites import SitePlanner

_NOTICE: Final = 30
_LIBRARIES: Final = ("jinja2", "markdown-it-py", "babel", "num2words")
TOOL: Final = f"{__version__}; {', '.join(f'{name} {version(name)}' for name in _LIBRARIES)}"


class Repository(NamedTuple):
    """Settings, clauses, outlines and theme, and what makes sites of them; `found` is what is wrong.

    `digests` tell each thing that sites share from what it was: `settings`, `theme`, `clause:web-logs`.
    """

    site: Site
    compiler: Compiling
    engine: ThemeEngine
    planner: SitePlanner
    loader: EntityLoader
    found: tuple[Diagnostic, ...]
    digests: dict[str, str]
    tool: str = TOOL


def read_repository(
    sources: Sources,
    *,
    compile_all: bool,
    watched: Callable[[Compiling], Compiling],
    as_of: date | None = None,
    drafts: bool = False,
    listed: Listed | None = None,
) -> tuple[Repository | None, list[Diagnostic]]:
    """Read what all sites share; None where there is no site.

    `compile_all` compiles clauses that no page may use, too, to find what is wrong with them.
    `watched` gives the compiler that is used in the place of ours. What is published is chosen for the
    day `as_of`; without one, or where `drafts` are asked for, every page is what the sources have.
    Entities that were `listed` are not listed again.
    """
    site, found = load_site(sources, listed)
    if site is None:
        return None, found
    compiler = watched(Compiler(site.settings))
    if compile_all:
        for files in site.clauses.values():
            for file in files:
                found += compiler.clause(file, {})[1]
    engine = ThemeEngine(site.theme.templates)
    found += engine.found
    releases = None
    if site.releases and as_of is not None and not drafts:
        releases = ReleasePlanner(site.releases, as_of, sources.read, notice=_notice(site))
    loader = EntityLoader(site, sources)
    redirects = RedirectPlanner(site, loader.url_of, None if drafts else as_of)
    planner = SitePlanner(
        site,
        compiler,
        tool=TOOL,
        templates=engine.digests,
        asked=engine.assets,
        releases=releases,
        redirects=redirects,
    )
    digests = _digests(site, sources)
    if as_of is not None:
        digests |= release_digests(site.releases, as_of, sources.paths.get, notice=_notice(site))
    return Repository(site, compiler, engine, planner, loader, tuple(found), digests), found


def _digests(site: Site, sources: Sources) -> dict[str, str]:
    return {
        "settings": digest(site.settings_file.data),
        "theme": digest([site.theme.digest, TOOL]),
        **{
            f"clause:{id_}": digest([(file.file, file.digest) for file in files])
            for id_, files in site.clauses.items()
        },
        **{f"policy:{id_}": digest(file.data) for id_, file in site.policies.items()},
        **{
            f"redirects:{id_}": digest(some)
            for id_, some in (site.redirects.by_site.items() if site.redirects is not None else ())
        },
        **{f"brand:{path}": repr(sources.paths[path]) for path in sources.paths if path.startswith(BRANDS)},
    }


def _notice(site: Site) -> int:
    """Return for how many days a page tells of a material change."""
    given = site.settings.releases.get("notice_days")
    return _NOTICE if given is None else int(given)
