"""The three Kaiser Permanente pages are made of shared clauses, as their originals are.

A second, independent reading: literal words are taken from the clauses' source between the tags, and the
built page alone decides whether it prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

REPO: Final = Path(__file__).resolve().parents[2]
CLAUSES: Final = REPO / "content" / "clauses"
ENTITIES: Final = REPO / "content" / "entities"
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_WORD: Final = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W_]+)*")
_LINK_TARGET: Final = re.compile(r"\]\([^)]*\)")
_LIST_NUMBER: Final = re.compile(r"(?m)^\s*\d+\.\s")

Literal = tuple[str, int]  # a clause with its variant, and the number of a literal run in its source


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, with typographic apostrophes made plain."""
    return tuple(_WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")))


def literal_runs(clause: str) -> Iterator[tuple[str, ...]]:
    """Yield the literal words of a clause's text, run by run: a tag, a paragraph and an item end one."""
    body = (CLAUSES / f"{clause}.md").read_text(encoding="utf-8").partition("\n---\n")[2]
    for literal in re.split(r"\x00|\n\s*\n|\n(?=\s*(?:-|\d+\.)\s)", _TAG.sub("\0", _plain(body))):
        if found := words(_LIST_NUMBER.sub("", literal)):
            yield found


def _plain(body: str) -> str:
    """Take out link targets, which nobody reads."""
    return _LINK_TARGET.sub("]", body)


def clauses_by_anchor(page: str) -> dict[str, str]:
    """Map each anchor that a page may have to the clause (with its variant) behind it."""
    entity = yaml.safe_load((ENTITIES / f"{page}.yaml").read_text(encoding="utf-8"))
    policy = yaml.safe_load((REPO / "content" / "policies" / "privacy.yaml").read_text(encoding="utf-8"))
    own: dict[str, Any] = (entity.get("policies") or {}).get("privacy") or {}
    outline: list[Any] = own.get("sections") or policy["sections"]
    found: dict[str, str] = {}
    for section in _sections(outline):
        clause = section.get("clause")
        if clause is None:
            continue
        name = section.get("id") or clause
        adjusted = (own.get("adjust") or {}).get(name) or {}
        variant = adjusted.get("variant") or section.get("variant")
        found[name.replace("/", "-")] = f"{clause}@{variant}" if variant else clause
    return found


def _sections(outline: list[Any]) -> Iterator[dict[str, Any]]:
    for entry in outline:
        section: dict[str, Any] = {"clause": entry} if isinstance(entry, str) else entry
        yield section
        yield from _sections(section.get("sections") or [])


def stands_in(run: tuple[str, ...], text: tuple[str, ...]) -> bool:
    """Tell whether the words of a run stand in a text one after the other."""
    return f" {' '.join(run)} " in f" {' '.join(text)} "


@pytest.fixture(scope="module")
def printed(built_sections: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[Literal, int]]:
    """Map each page to the literal runs of clause text that it prints, each with its number of words."""
    result: dict[str, dict[Literal, int]] = {}
    for page, sections in built_sections.items():
        clauses = clauses_by_anchor(page)
        result[page] = {
            (clauses[anchor], number): len(run)
            for anchor, text in sections.items()
            if anchor in clauses
            for number, run in enumerate(literal_runs(clauses[anchor]))
            if stands_in(run, words(text))
        }
    return result


@pytest.mark.parametrize(
    ("page", "least"), [("kp-businessnet", 0.90), ("kp-employees", 0.70), ("kp-careers", 0.55)]
)
def test_most_words_are_shared(page: str, least: float, printed: Mapping[str, Mapping[Literal, int]]) -> None:
    """Of the literal words that a page prints, this share another page prints from the same clause."""
    others = {literal for other, literals in printed.items() if other != page for literal in literals}
    total = sum(printed[page].values())
    reused = sum(count for literal, count in printed[page].items() if literal in others)
    assert total > 300
    assert reused / total >= least, f"{reused} of {total} words"


def test_every_section_of_a_page_is_measured(
    built_sections: Mapping[str, Mapping[str, str]], printed: Mapping[str, Mapping[Literal, int]]
) -> None:
    """No clause on a page escapes the measure: each of its sections prints literal words of its clause."""
    for page, sections in built_sections.items():
        clauses = clauses_by_anchor(page)
        measured = {clause for clause, _ in printed[page]}
        assert {
            anchor for anchor in sections if anchor in clauses and clauses[anchor] not in measured
        } == set()
