"""The record and the journal of a target are read as what anybody may have put there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policypages.formats.published import (
    Intent,
    Journal,
    Object,
    read_journal,
    read_record,
    write_journal,
    write_record,
)


def head(kind: str, **more: Any) -> bytes:
    """Write a file of this version, whatever it holds."""
    return json.dumps({"policypages": kind, "version": 1, **more}).encode()


def test_what_is_written_is_read() -> None:
    """Record and journal come back as they were."""
    record = {
        "a/é/index.html": Object(3, "1", '"e"', "m"),
        "b": Object(0, "2", "", "?", "2026-11-22T12:00:00+00:00"),
    }
    assert read_record(write_record(record)) == record
    journal = Journal((Intent("a", "1", "", "m"),), ("https://legal.example.org/a/",))
    assert read_journal(write_journal(journal)) == journal


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b"\xff",
        head("journal", objects=[]),
        head("published"),
        head("published", objects=3),
        head("published", objects=[["a", float("inf"), "1", "e", "m"]]),
        head("published", objects=[["a", -1, "1", "e", "m"]]),
        head("published", objects=[["a", True, "1", "e", "m"]]),
        head("published", objects=[["a", 1, "1", {}, "m"]]),
        head("published", objects=[["a", 1, "1"]]),
        head("published", objects=[["a\x1b[2J", 1, "1", "e", "m"]]),
        head("published", objects=[["a/\ud800", 1, "1", "e", "m"]]),
    ],
)
def test_what_is_no_record_is_none(data: bytes) -> None:
    """Other types, other numbers, endless brackets, commands for a terminal: no record, and no crash."""
    assert read_record(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        head("journal", intents=[["a", "1", "", 1]], purge=[]),
        head("journal", intents=[["a"]], purge=[]),
        head("journal", intents=[], purge=["https://legal.example.org/\n--paths /*"]),
    ],
)
def test_what_is_no_journal_is_none(data: bytes) -> None:
    """An address to purge is one line."""
    assert read_journal(data) is None
