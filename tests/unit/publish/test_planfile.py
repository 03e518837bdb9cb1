"""A plan in a file may have been edited by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policypages.publish.planfile import Asked, read_plan, write_plan

ASKED = Asked("live", "2026-11-22T12:00:00+00:00", ("a*",), samples=True, max_deletes=3)


def test_a_plan_is_read_as_it_was_written() -> None:
    """What was asked for comes back, and which output it is of."""
    saved = read_plan(write_plan(ASKED, "digest", []))
    assert saved is not None
    assert (saved.asked, saved.output, saved.places) == (ASKED, "digest", [])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 2),
        ("target", {}),
        ("at", 3),
        ("at", "soon"),
        ("at", "2026-11-22T12:00:00"),
        ("entities", "acme"),
        ("entities", [1]),
        ("samples", "yes"),
        ("max_deletes", "3"),
        ("max_deletes", True),
        ("places", 3),
    ],
)
def test_a_plan_of_other_types_is_none(key: str, value: Any) -> None:
    """Each value is what `publish -o` writes, or the file is no plan."""
    data = json.loads(write_plan(ASKED, "digest", []))
    assert read_plan(json.dumps({**data, key: value}).encode()) is None
    assert read_plan(b"[" * 100_000) is None
