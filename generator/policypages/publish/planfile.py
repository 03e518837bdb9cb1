"""Keep a plan in a file, so that what was looked at is what is published, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final

from policypages.publish.plan import Change, Plan

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan was asked for; `at` is when, which decides what has been out of use long enough."""

    target: str
    at: str
    entities: tuple[str, ...] = ()
    samples: bool = False
    max_deletes: int | None = None

    @property
    def moment(self) -> datetime:
        """Return `at` as a moment."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan as a file has it: `output` tells the output from others, `places` are made by `as_data`."""

    asked: Asked
    output: str
    places: list[Any]


def write_plan(asked: Asked, output: str, plans: Sequence[Plan]) -> bytes:
    """Write a plan."""
    head = {"policypages": "publish-plan", "version": VERSION, **asdict(asked), "output": output}
    return json.dumps({**head, "places": [as_data(one) for one in plans]}, indent=1).encode() + b"\n"


def read_plan(data: bytes) -> Saved | None:
    """Read a plan; None where it is not one, or is of another version."""
    try:
        head = json.loads(data)
        if (head["policypages"], head["version"]) != ("publish-plan", VERSION):
            return None
        target, at, globs, samples, most = (head[one.name] for one in fields(Asked))
        fits = (
            isinstance(target, str) and isinstance(globs, list) and all(isinstance(one, str) for one in globs)
        )
        if not (fits and isinstance(samples, bool) and (most is None or type(most) is int)):
            return None
        asked = Asked(target, at, tuple(globs), samples, most)
        if asked.moment.tzinfo is None:
            return None
        return Saved(asked, str(head["output"]), list(head["places"]))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def as_data(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON has it: two that are equal do the same to the same."""
    return {
        "to": plan.place.name,
        "record": plan.remote.record_etag,
        "journal": plan.remote.journal_etag,
        "keep": dict(sorted(plan.kept.items())),
        "changes": [_change(one) for one in plan.changes],
        "unused": sorted(plan.unused),
        "purge": list(plan.purge),
    }


def _change(one: Change) -> dict[str, Any]:
    data: dict[str, Any] = {"action": one.kind, "key": one.key, "size": one.size}
    if one.sha256:
        data |= {"sha256": one.sha256, "headers": one.meta}
    if one.etag:
        data["etag"] = one.etag
    return data
