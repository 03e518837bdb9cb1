from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.clausecase import outcome

from policypages.compile import compile_clause
from policypages.model import ClauseFile

SPEC = Path(__file__).with_name("clauses.md")


@dataclass(frozen=True)
class Case:
    """One case of the specification; `line` is that of its title."""

    line: int
    title: str
    clause: str
    facts: str
    expected: str


def read_cases() -> list[Case]:
    """Read the cases: a title, a dot, then clause, facts and expected text, each up to a dot."""
    lines = SPEC.read_text(encoding="utf-8").split("\n")
    dots = [number for number, line in enumerate(lines) if line == "."]
    assert len(dots) % 4 == 0, "a case has four lines that hold a dot"
    cases = []
    for first, second, third, fourth in zip(*(dots[n::4] for n in range(4)), strict=True):
        clause = "\n".join([*lines[first + 1 : second], ""])
        facts = "\n".join([*lines[second + 1 : third], ""])
        cases.append(Case(first, lines[first - 1], clause, facts, "\n".join(lines[third + 1 : fourth])))
    return cases


CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{case.line}-{case.title}" for case in CASES])
def test_a_clause_says_what_the_specification_says(case: Case) -> None:
    """A clause with these facts gives this HTML, or is refused at these places."""
    got = outcome(case.clause, case.facts)
    problems = "\n".join(f"error {code} {line}:{column}" for code, line, column in got.problems)
    assert (problems or got.html.rstrip("\n")) == case.expected


def test_the_specification_has_cases_enough_and_each_has_a_title_of_its_own() -> None:
    """At least 120 cases, 35 of them refusals, none named as another of its group."""
    assert len(CASES) >= 120
    assert sum(case.expected.startswith("error ") for case in CASES) >= 35
    assert len({(case.title, case.clause) for case in CASES}) == len(CASES)


BODY = "We are one.\n\nWe are {{ extra.produkt }} and\ntwo, or three {{ nothing }} of us.\n"


@pytest.mark.parametrize(
    ("edits", "places"),
    [
        ({}, [(3, 11), (4, 18)]),
        ({"We are one.": "Yes."}, [(3, 11), (4, 18)]),
        ({"We are one.": "A much longer text that stands\n\non three lines.\n"}, [(3, 11), (4, 18)]),
        ({"and two,": "&"}, [(3, 11), (4, 18)]),
        ({"one.": "1.", "two, or three": "2"}, [(3, 11), (4, 18)]),
        ({"one": "{{ noone }}"}, [(1, 10), (3, 11), (4, 18)]),
    ],
)
def test_a_problem_stands_where_the_file_has_it_whatever_was_edited(
    edits: dict[str, str], places: list[tuple[int, int]]
) -> None:
    """Lines and columns are those of the clause's file, before the edits of one use."""
    file = ClauseFile("clause", None, None, "clause.md", BODY.encode(), {}, BODY, 1, "")
    _, found = compile_clause(file, {"extra": {"product": "text"}}, edits)
    got = [(one.span.line, one.span.column) for one in found if one.span]
    assert [line for line, _ in got] == [line for line, _ in places]
    assert got[-2:] == places[-2:]


@pytest.mark.parametrize(
    "edits", [{"nowhere": "x"}, {"We are": "x"}, {"We are one": "x", "one.": "y"}, {" ": "x"}]
)
def test_an_edit_fits_exactly_once(edits: dict[str, str]) -> None:
    """An edit that fits nowhere, twice, or over another is refused, and the clause stays as it is."""
    file = ClauseFile("clause", None, None, "clause.md", b"", {}, "We are one. We are two.\n", 1, "")
    clause, found = compile_clause(file, {}, edits)
    assert clause is None
    assert {one.code for one in found} == {"edit-mismatch"}
