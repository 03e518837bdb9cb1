"""Characters that are not seen, in clauses and in facts, and how `check` lets one choose."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.factcase import ACME, clause, codes, house

from policypages.checks.kinds import Choice

CODE = "suspicious-character"
BIDI, ZERO = "\u202e", "\u200b"
NAMES = "names:\n  extra: {note: text}\n"
NOTE = clause("{{ extra.note }}")


def _case(tmp_path: Path, note: str, choice: Choice = Choice(), more: str = "") -> list[tuple[str, int, int]]:  # noqa: B008 - frozen
    entity = f"{more}{ACME}extra:\n  note: {note}\n"
    case = house(tmp_path, {"entities/acme.yaml": entity, "clauses/opening.md": NOTE}, NAMES).check(choice)
    return [(one.code, one.span.line, one.span.column) for one in case.report.diagnostics if one.span]


@pytest.mark.parametrize("char", [BIDI, ZERO, "\u2066", "\u2060", "\ufeff", "\u200f", "\u061c"])
def test_it_is_told_at_its_place_in_a_fact(tmp_path: Path, char: str) -> None:
    """A bidi control or a zero-width character is marked itself, also where it is written as an escape."""
    assert _case(tmp_path / "raw", f"Ac{char}me") == [(CODE, 6, 11)]
    assert _case(tmp_path / "escaped", f'"Ac\\u{ord(char):04X}me"') == [(CODE, 6, 9)]


@pytest.mark.parametrize(
    "text",
    [
        "a\u00adb",
        "a\u00a0b",
        "שלום",
        "مرحبا",
        "می\u200cروم",
        "個人情報",
        "👩\u200d💻",
        "🏳\ufe0f\u200d🌈",
        "क\u094d\u200dष",
        "e\u0301",
    ],
)
def test_what_writing_needs_is_left_alone(tmp_path: Path, text: str) -> None:
    """Soft hyphens, no-break spaces, other scripts, joined letters and joined emoji are no finding."""
    assert _case(tmp_path, text) == []


@pytest.mark.parametrize("text", ["a\u200db", "a\u200c b", "\u200d"])
def test_a_joiner_that_joins_nothing_is_told(tmp_path: Path, text: str) -> None:
    """Between Latin letters the same characters only hide."""
    assert [one[0] for one in _case(tmp_path, text)] == [CODE]


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (Choice(), True),
        (Choice(frozenset([CODE])), True),
        (Choice(frozenset(["dead-term"])), False),
        (Choice(ignore=frozenset([CODE])), False),
        (Choice(severity={CODE: "off"}), False),
    ],
)
@pytest.mark.parametrize("note", [f"Ac{BIDI}me", '"Ac\\u202Eme"'])
def test_it_is_a_rule_like_others(tmp_path: Path, note: str, choice: Choice, *, told: bool) -> None:
    """It can be selected, ignored and switched off, wherever it was found."""
    assert bool(_case(tmp_path, note, choice)) == told


@pytest.mark.parametrize("note", [f"Ac{BIDI}me", '"Ac\\u202Eme"'])
def test_it_is_allowed_in_the_file_where_it_stands(tmp_path: Path, note: str) -> None:
    """An `allow` of the file of facts silences it; without one it is left behind."""
    allow = f"allow: {{{CODE}: a name in Arabic}}\n"
    assert _case(tmp_path / "used", note, more=allow) == []
    assert [one[0] for one in _case(tmp_path / "unused", "Acme", more=allow)] == ["unused-allow"]


def test_it_is_allowed_in_a_clause(tmp_path: Path) -> None:
    """An `allow` in the front matter silences what stands in the text."""
    allow = f"allow: {{{CODE}: a name in Arabic}}\n"
    case = house(tmp_path, {"clauses/opening.md": clause(f"Ac{BIDI}me.", allow)})
    assert codes(case.check()) == []
    assert codes(case.change("clauses/opening.md", clause(f"Ac{BIDI}me.")).check()) == [CODE]


def test_a_build_warns_of_it_too(tmp_path: Path) -> None:
    """Who never checks is told when the page is built."""
    case = house(tmp_path, {"clauses/opening.md": clause(f"Ac{BIDI}me.")}).build()
    assert codes(case) == [CODE]
