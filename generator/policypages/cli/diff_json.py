"""Write a comparison as one JSON object, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from policypages.cli.diff_shown import Shown
from policypages.cli.report import as_data
from policypages.history.compared import Group, PageChange, PageName
from policypages.history.sides import Side

VERSION: Final = 1
_REDLINES: Final = 100  # groups beyond have no `changes`: null


def write(shown: Shown) -> str:
    """Return the text."""
    one = shown.comparison
    shown.groups(_REDLINES)
    data = {
        "version": VERSION,
        "before": _side(shown.sides.before),
        "after": _side(shown.sides.after),
        "pages": {
            "total": one.total,
            "changed": one.changed,
            "added": len(one.added),
            "removed": len(one.removed),
            "moved": len(one.moved),
            "not_compared": len(one.lost),
        },
        "groups": [_group(shown, at, group) for at, group in enumerate(one.groups)],
        "added": _pages(one.added),
        "removed": _pages(one.removed),
        "moved": [{"before": before, "after": after} for before, after in one.moved],
        "not_compared": _pages(one.lost),
        "releases": [
            {"file": file, "version": version, "pages": pages} for file, version, pages in one.released
        ],
        "notes": [*shown.notes],
        "diagnostics": [as_data(each) for each in one.found_before],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def _side(side: Side) -> dict[str, Any]:
    return {"name": side.name, "commit": side.commit, "not_committed": side.edited}


def _pages(pages: Iterable[PageName]) -> list[dict[str, Any]]:
    return [dict(page._asdict()) for page in pages]


def _page(change: PageChange) -> dict[str, Any]:
    return {
        **change.page._asdict(),
        "address_before": change.was,
        "released": change.released,
        "changes_when_released": change.released is not None and not change.is_released,
    }


def _group(shown: Shown, at: int, group: Group) -> dict[str, Any]:
    changes: list[dict[str, Any]] | None = None
    if at < _REDLINES:
        changes = [
            {
                "kind": change.kind,
                "section": change.section or None,
                "old": change.old,
                "new": change.new,
                "before": change.before,
                "after": change.after,
            }
            for change in shown.redline(group).changes
        ]
    causes = [
        {
            "kind": cause.kind,
            "name": cause.name,
            "file": cause.file,
            "line": cause.line,
            "in": "before" if cause.before else "after",
            "pages": pages,
        }
        for cause, pages in sorted(group.causes.items(), key=lambda one: (-one[1], one[0]))
    ]
    return {
        "words": {"added": group.first.added, "removed": group.first.removed},
        "causes": causes,
        "changes": changes,
        "pages": [_page(change) for change in group.pages],
    }
