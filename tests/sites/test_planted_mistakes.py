"""Eight mistakes planted in three files: one run tells all eight, each at its place, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from policypages import cli

FOLDER: Final = Path(__file__).parent / "planted"
SITE: Final = FOLDER / "site"
# found by eye in the files: the file, the line, the word meant, and what is wrong with it
PLANTED: Final = (
    ("content/clauses/opening.md", 4, "nmae", "unknown-fact"),
    ("content/clauses/opening.md", 4, "upcase", "unknown-filter"),
    ("content/clauses/opening.md", 6, "{% if contacts.privacy %}", "unbalanced-tag"),
    ("content/entities/acme.yaml", 3, "kolor", "unknown-key"),
    ("content/entities/acme.yaml", 5, "privacy at acme.example", "invalid-value"),
    ("content/entities/acme.yaml", 7, "recrods", "undeclared-name"),
    ("content/entities/acme.yaml", 9, "2026-02-30", "invalid-value"),
    ("content/policies/privacy.yaml", 5, "closnig", "unknown-clause"),
)


def _check(form: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(SITE)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.setenv("COLUMNS", "90")
    ran = CliRunner().invoke(cli.cli, ["check", "--format", form], standalone_mode=False)
    assert ran.exception is None, ran.exception
    assert ran.return_value == 1
    return ran.stdout + ran.stderr


def test_each_mistake_is_told_at_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight diagnostics, no more, and the columns of each are those of the words that are wrong."""
    found = json.loads(_check("json", monkeypatch))["diagnostics"]
    told = []
    for one in found:
        line = (SITE / one["file"]).read_text("utf-8").splitlines()[one["line"] - 1]
        words = line[one["column"] - 1 :][: one["length"]]
        told.append((one["file"], one["line"], words, one["code"]))
    assert told == list(PLANTED)


@pytest.mark.parametrize("form", ["full", "short", "json", "github"])
def test_every_format_prints_them_as_agreed(
    form: str, monkeypatch: pytest.MonkeyPatch, *, regen: bool
) -> None:
    """What each format prints was read by a person, and changes only on purpose."""
    golden = FOLDER / f"{form}.txt"
    printed = _check(form, monkeypatch)
    if regen:
        golden.write_text(printed, "utf-8", newline="\n")
    assert printed == golden.read_text("utf-8"), "run pytest with --regen, and read the diff"
