"""Tell what claims a path of the output, and find two files that claim the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from policypages.diagnostics import Diagnostic, Label, problem
from policypages.formats.origins import has_path, origin_in, span_of
from policypages.model import (
    Entity,
    FileTask,
    IndexTask,
    Origin,
    PolicyJsonTask,
    Site,
    SourceFile,
    page_of,
)
from policypages.paths import collision_key


def path_origin(view: Entity, policy: SourceFile) -> Origin:
    """Find what states the path of a page: the entity, or the policy, or else the entity's use of it."""
    own = origin_in(view, ("policies", policy.id, "path"))
    if has_path(own.file.values, own.path):
        return own
    for path in (("in", view.locale, "path"), ("path",)):
        if has_path(policy.values, path):
            return Origin(policy, path)
    return origin_in(view, ("policies", policy.id))


@lru_cache(1024)
def collide(paths: tuple[str, ...]) -> bool:
    """Tell whether some file system takes two of these for one: most sites have the same."""
    return len({collision_key(path) for path in paths}) < len(paths)


def collisions(site: Site, id_: str, first: Entity, files: Sequence[FileTask]) -> Iterator[Diagnostic]:
    """Refuse two files of one path: two policies that claim one folder."""
    claimed: dict[str, FileTask] = {}
    for file in files:
        other = claimed.setdefault(collision_key(file.path), file)
        if other is file or (type(file.task) is type(other.task) is PolicyJsonTask):
            continue  # of the data of two pages that are told to collide, nothing more is to be said
        yield problem(
            "collision",
            f"{_named(other)} and {_named(file)} both claim the page `{file.path}`",
            span_of(_claim(site, first, file)),
            hint="give one of them another `path`",
            labels=(Label(span_of(_claim(site, first, other)), "the other is here"),),
            entities=(id_,),
        )


def _claim(site: Site, first: Entity, file: FileTask) -> Origin:
    page = page_of(file.task)
    if page is not None:
        return path_origin(page.entity, site.policies[page.policy])
    return origin_in(first, ("locales",))


def _named(file: FileTask) -> str:
    task, page = file.task, page_of(file.task)
    if page is not None:
        return f"`{page.policy}` in `{page.site.locale}`" if page.alternates else f"`{page.policy}`"
    return (
        f"the list of policies in `{task.site.locale}`" if isinstance(task, IndexTask) else f"`{file.path}`"
    )
