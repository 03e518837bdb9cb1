"""The frozen types that stand between the stages: a half-filled page cannot exist."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policypages.model.articles import Article, FrozenArticle, Heading
    from policypages.model.brands import Brand, Picture
    from policypages.model.compiled import Clause, Finding, Reads, RenderText, TagPlace, Text
    from policypages.model.files import FileRecord, MadeFile, Sources, Stamp
    from policypages.model.loaded import (
        ClauseFile,
        Entity,
        Facts,
        Moved,
        Redirects,
        Settings,
        Site,
        SourceFile,
        Theme,
    )
    from policypages.model.planned import Origin, PageTask, PolicyLink, Section, Shown, SiteView, Target
    from policypages.model.released import LedgerLine, PageId, PageRelease, Release, Releases
    from policypages.model.tasks import (
        ArchivedTask,
        ChangesTask,
        FileTask,
        FixedTask,
        IndexTask,
        MissingTask,
        OverviewTask,
        PolicyJsonTask,
        Redirect,
        RedirectTask,
        ReleasedTask,
        SiteLine,
        SitePlan,
        Task,
        VersionLine,
        VersionsTask,
        id_of,
        page_of,
    )

__all__ = [
    "ArchivedTask",
    "Article",
    "Brand",
    "ChangesTask",
    "Clause",
    "ClauseFile",
    "Entity",
    "Facts",
    "FileRecord",
    "FileTask",
    "Finding",
    "FixedTask",
    "FrozenArticle",
    "Heading",
    "IndexTask",
    "LedgerLine",
    "MadeFile",
    "MissingTask",
    "Moved",
    "Origin",
    "OverviewTask",
    "PageId",
    "PageRelease",
    "PageTask",
    "Picture",
    "PolicyJsonTask",
    "PolicyLink",
    "Reads",
    "Redirect",
    "RedirectTask",
    "Redirects",
    "Release",
    "ReleasedTask",
    "Releases",
    "RenderText",
    "Section",
    "Settings",
    "Shown",
    "Site",
    "SiteLine",
    "SitePlan",
    "SiteView",
    "SourceFile",
    "Sources",
    "Stamp",
    "TagPlace",
    "Target",
    "Task",
    "Text",
    "Theme",
    "VersionLine",
    "VersionsTask",
    "id_of",
    "page_of",
]

_WHERE: Final = {
    "articles": (
        "Article",
        "FrozenArticle",
        "Heading",
    ),
    "brands": (
        "Brand",
        "Picture",
    ),
    "compiled": (
        "Clause",
        "Finding",
        "Reads",
        "RenderText",
        "TagPlace",
        "Text",
    ),
    "files": (
        "FileRecord",
        "MadeFile",
        "Sources",
        "Stamp",
    ),
    "loaded": (
        "ClauseFile",
        "Entity",
        "Facts",
        "Moved",
        "Redirects",
        "Settings",
        "Site",
        "SourceFile",
        "Theme",
    ),
    "planned": (
        "Origin",
        "PageTask",
        "PolicyLink",
        "Section",
        "Shown",
        "SiteView",
        "Target",
    ),
    "released": (
        "LedgerLine",
        "PageId",
        "PageRelease",
        "Release",
        "Releases",
    ),
    "tasks": (
        "ArchivedTask",
        "ChangesTask",
        "FileTask",
        "FixedTask",
        "IndexTask",
        "MissingTask",
        "OverviewTask",
        "PolicyJsonTask",
        "Redirect",
        "RedirectTask",
        "ReleasedTask",
        "SiteLine",
        "SitePlan",
        "Task",
        "VersionLine",
        "VersionsTask",
        "id_of",
        "page_of",
    ),
}


def __getattr__(name: str) -> object:
    """Import the module of a type when the type is asked for: a build of what did not change needs few."""
    for module, names in _WHERE.items():
        if name in names:
            found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
            return found
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
