"""Our clauses are our own words: no run of ten stands in the four originals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

REPO: Final = Path(__file__).resolve().parents[2]
EXCEPTIONS: Final = Path(__file__).with_name("originality_exceptions.txt")
RUN: Final = 10
MOST_EXCEPTIONS: Final = 40
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_WORD: Final = re.compile(r"[a-z0-9']+")

Run = tuple[str, ...]


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, with typographic apostrophes made plain."""
    return _WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def runs(text: str) -> Iterator[Run]:
    """Yield every run of ten words of a text."""
    found = words(text)
    for start in range(len(found) - RUN + 1):
        yield tuple(found[start : start + RUN])


def exceptions() -> list[str]:
    """Return the excepted phrases: names, and lists of facts."""
    lines = EXCEPTIONS.read_text(encoding="utf-8").splitlines()
    return [" ".join(words(line)) for line in lines if line.strip() and not line.startswith("#")]


def without_exceptions(text: str) -> str:
    """Put a word of its own, which no original has, in the place of each excepted phrase."""
    folded = f" {' '.join(words(text))} "
    for number, phrase in enumerate(exceptions()):
        folded = folded.replace(f" {phrase} ", f" exception'{number} ")
    return folded


@pytest.fixture(scope="module")
def originals(seeds: Path) -> Mapping[Run, str]:
    """Map every run of ten words in the originals to the document that has it."""
    return {run: path.name for path in sorted(seeds.glob("*.txt")) for run in runs(path.read_text("utf-8"))}


def copied(text: str, originals: Mapping[Run, str]) -> list[str]:
    """Return the runs of a text that an original has, each with the original's name."""
    found = (run for run in runs(without_exceptions(text)) if run in originals)
    return [f"{' '.join(run)} ({originals[run]})" for run in found]


CLAUSES: Final = sorted((REPO / "content" / "clauses").rglob("*.md"))
OUTLINES: Final = sorted((REPO / "content" / "policies").glob("*.yaml"))


@pytest.mark.parametrize(
    "path", [*CLAUSES, *OUTLINES], ids=lambda path: str(path.relative_to(REPO / "content"))
)
@pytest.mark.parametrize("tag", ["", " a'tag "], ids=["tags gone", "tags break runs"])
def test_no_run_of_ten_words_of_a_source_stands_in_an_original(
    path: Path, tag: str, originals: Mapping[Run, str]
) -> None:
    """A clause, with its title and summary, is written in words of our own."""
    assert copied(_TAG.sub(tag, path.read_text("utf-8")), originals) == []


def test_no_run_of_ten_words_of_a_built_page_stands_in_an_original(
    built_pages: Mapping[str, str], originals: Mapping[Run, str]
) -> None:
    """The facts that a page prints do not complete a sentence of the original either."""
    assert [copied(text, originals) for text in built_pages.values()] == [[]] * len(built_pages)


def test_exceptions_are_few() -> None:
    """The list of exceptions holds at most forty entries, each once."""
    entries = exceptions()
    assert len(entries) <= MOST_EXCEPTIONS
    assert len(entries) == len(set(entries))


def test_exceptions_stand_in_an_original(seeds: Path) -> None:
    """An excepted phrase really stands in an original."""
    text = " ".join(" ".join(words(path.read_text("utf-8"))) for path in sorted(seeds.glob("*.txt")))
    assert [phrase for phrase in exceptions() if phrase not in text] == []


def test_there_are_clauses() -> None:
    """The test above looks at something."""
    assert len(CLAUSES) > 20
