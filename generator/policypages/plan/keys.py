"""Name what a file is made from, so that its key changes exactly when the file would."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from policypages.model import FileTask, Section, SiteView, Task

_SHOWN = 3


def digest(value: Any) -> str:
    """Return twelve hex digits for any value that facts, outlines and plans are made of.

    `repr` tells such values apart: text, numbers, dates, null, lists and mappings of them, and the
    kinds of `values.py`, which write all that they hold.
    """
    text = repr(value).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=6).hexdigest()


def at_path(facts: Mapping[str, Any], path: str) -> Any:
    """Return the fact at a dotted path, null where a part of it is not set."""
    value: Any = facts
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def file_task(path: str, parts: Mapping[str, str], task: Task) -> FileTask:
    """Make the task of a file from its named parts."""
    key = hashlib.sha256(json.dumps(sorted(parts.items())).encode()).hexdigest()
    return FileTask(path, key, parts, task)


def site_parts(view: SiteView) -> dict[str, str]:
    """Return what every page of a site shows of it."""
    return {
        "the site's name": digest([view.id, view.name]),
        "`sample`": digest(view.sample),
        "`url`": digest(view.url),
        "the site's policies": digest([view.home, [[p.id, p.title, p.path] for p in view.policies]]),
        "strings": digest(view.strings),
        "assets": digest(view.assets),
        "locale": view.locale,
    }


def outline_shape(sections: Iterable[Section]) -> list[Any]:
    """Return an outline as plain values: what of it shows on the page, clauses apart."""
    return [
        [
            section.id,
            section.title,
            section.heading,
            section.level,
            section.number,
            section.clause.file.file if section.clause else None,
            dict(section.options),
            dict(section.counts),
            section.shows,
            outline_shape(section.children),
        ]
        for section in sections
    ]


def why_stale(before: Mapping[str, str] | None, now: Mapping[str, str]) -> str:
    """Say in words what changed between the parts of the last build and these; empty if nothing did."""
    if before is None:
        return "it is new"
    changed = [name for name, value in now.items() if before.get(name) != value]
    gone = [name for name in before if name not in now]
    if not changed and not gone:
        return ""
    words = [f"{name} changed" if name in before else f"{name} is new" for name in changed]
    words += [f"{name} is gone" for name in gone]
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
