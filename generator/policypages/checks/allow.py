"""Find who allows a finding: an `allow` on the record, at a section, in a clause, or in a file of facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from policypages.checks.kinds import PageView
from policypages.formats.origins import has_path, origin_in
from policypages.model import Section, Site

Path = tuple[str | int, ...]
_KEY: Final = "allow"


class Permission(NamedTuple):
    """An `allow` of one code: the file that states it, and the path of keys in it."""

    file: str
    path: Path


def at_section(page: PageView, section: Section, code: str, site: Site) -> Permission | None:
    """Return what allows a code at a section of a page: the entity's adjustment, or the outline."""
    entity, policy = page.entity, page.task.policy
    own = ((entity.values.get("policies") or {}).get(policy) or {}).get("adjust") or {}
    if code in ((own.get(section.id) or {}).get(_KEY) or {}):
        origin = origin_in(entity, ("policies", policy, "adjust", section.id, _KEY, code))
        return Permission(origin.file.file, origin.path)
    file = site.policies[policy]
    over: Path = ("in", entity.locale, "adjust", section.id, _KEY, code)
    if has_path(file.values, over):
        return Permission(file.file, over)
    stated: Path = (*section.origin.path, _KEY, code)
    if has_path(section.origin.file.values, stated):
        return Permission(section.origin.file.file, stated)
    if section.clause is not None:
        return in_values(section.clause.file.file, section.clause.file.values, code)
    return None


def in_values(file: str, values: Mapping[str, Any], code: str) -> Permission | None:
    """Return what allows a code in a whole clause, or in a file of facts."""
    return Permission(file, (_KEY, code)) if code in (values.get(_KEY) or {}) else None


def stated_in(file: str, values: Mapping[str, Any]) -> Iterator[Permission]:
    """Yield every permission that a file of facts, an outline or a clause states."""
    return (Permission(file, path) for path in _paths(values, ()))


def _paths(values: Mapping[str, Any], way: Path) -> Iterator[Path]:
    allowed = values.get(_KEY)
    if isinstance(allowed, Mapping):
        yield from ((*way, _KEY, code) for code, reason in allowed.items() if reason is not None)
    for key in ("policies", "adjust", "in"):
        for name, below in (values.get(key) or {}).items():
            if isinstance(below, Mapping):
                yield from _paths(below, (*way, key, name))
    for index, below in enumerate(values.get("sections") or ()):
        if isinstance(below, Mapping):
            yield from _paths(below, (*way, "sections", index))
