"""Find which file states a value, and where in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policypages.diagnostics import Span
from policypages.formats.facts import locate
from policypages.model import Entity, Origin


def span_of(origin: Origin, *below: str | int, key: bool = False) -> Span:
    """Look up the line of what an origin states."""
    return locate(origin.file.file, origin.file.data, (*origin.path, *below), key=key)


def origin_in(entity: Entity, path: tuple[str | int, ...]) -> Origin:
    """Find the file that states a value of an entity: its own or the nearest ancestor's."""
    for prefix in (("in", entity.locale), ()):
        for file in entity.lineage:
            if has_path(file.values, (*prefix, *path)):
                return Origin(file, (*prefix, *path))
    return Origin(entity.lineage[0], path)


def has_path(tree: Any, path: tuple[str | int, ...]) -> bool:
    """Tell whether a tree of values has something at a path."""
    for key in path:
        known = (
            key in tree if isinstance(tree, Mapping) else isinstance(tree, list) and key in range(len(tree))
        )
        if not known:
            return False
        tree = tree[key]
    return True
