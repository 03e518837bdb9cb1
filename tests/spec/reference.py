"""Write docs/clauses.md, the reference of the clause language, from the cases of tests/spec/clauses.md."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SPEC: Final = Path(__file__).parent / "clauses.md"
INTRODUCTION: Final = Path(__file__).parent / "introduction.md"
NOTICE: Final = (
    "<!-- Made from tests/spec/clauses.md and introduction.md there by `make regen`: change those. -->"
)
_DOT: Final = "."
_ORDINARY: Final = "name: Acme"
_PARTS: Final = 3
_TICKS: Final = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True)
class Case:
    """One example: `gives` is HTML, or `error CODE LINE:COLUMN`."""

    title: str
    clause: str
    facts: str
    gives: str
    line: int

    @property
    def refused(self) -> bool:
        """Tell whether the clause is not accepted."""
        return self.gives.startswith("error ")


@dataclass(slots=True)
class Group:
    """The cases below one heading, with what is said before them."""

    heading: str
    level: int
    prose: list[str] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


def read(text: str) -> list[Group]:
    """Read the specification: headings, prose and cases in their order."""
    groups = [Group("", 0)]
    lines = text.split("\n")
    waiting: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line == _DOT:
            title = waiting.pop() if waiting else ""
            groups[-1].prose += waiting
            waiting = []
            parts, end = _parts(lines, at + 1)
            groups[-1].cases.append(Case(title.strip(), *parts, line=at + 1))
            at = end
        elif heading := re.fullmatch(r"(#+) +(.*)", line):
            groups[-1].prose += waiting
            waiting = []
            groups.append(Group(heading[2], len(heading[1])))
        elif line.strip() or waiting:
            waiting.append(line)
            if not line.strip() and len(waiting) == 1:
                waiting = []
        at += 1
    groups[-1].prose += waiting
    return groups


def _parts(lines: list[str], at: int) -> tuple[tuple[str, str, str], int]:
    parts: list[str] = []
    while len(parts) < _PARTS:
        end = lines.index(_DOT, at)
        parts.append("\n".join(lines[at:end]))
        at = end + 1
    return (parts[0], parts[1], parts[2].strip("\n")), at - 1


def reference(groups: Iterable[Group], introduction: str, message: Callable[[Case], str]) -> str:
    """Write the page: what is accepted, group by group, and at the end what is refused, with its message.

    A group whose heading begins with `Refused` stands at the end as a whole; `message` tells what the
    program says of a case.
    """
    chapters = [group for group in groups if group.level > 1]
    accepted = [group for group in chapters if not group.heading.startswith(REFUSED)]
    refused = [group for group in chapters if group.heading.startswith(REFUSED)]
    out = [NOTICE, "", introduction.rstrip("\n"), ""]
    links = [f"[{group.heading}](#{_anchor(group.heading)})" for group in accepted]
    out += [f"They are about: {' · '.join(links)}.", ""]
    for group in accepted:
        cases = [case for case in group.cases if not case.refused]
        out += [f"## {group.heading}", "", *_paragraphs(group.prose), *_table(cases, message), ""]
    out += ["## What is refused", "", _REFUSALS, ""]
    for group in refused:
        heading = group.heading.partition(": ")[2]
        out += [f"### {heading[:1].upper()}{heading[1:]}", "", *_paragraphs(group.prose)]
        out += [*_table(group.cases, message), ""]
    others = [case for group in accepted for case in group.cases if case.refused]
    if others:
        out += ["### Others", "", *_table(others, message), ""]
    return "\n".join(out).rstrip("\n") + "\n"


REFUSED: Final = "Refused"
_REFUSALS: Final = (
    "Each of these is an error at its line and column, and nothing is written.\n"
    "The message and the hint are what `policypages check` says."
)


def _table(cases: Iterable[Case], message: Callable[[Case], str]) -> list[str]:
    """Put clause and facts on the left, and what comes of them on the right; a table for each case."""
    out: list[str] = []
    for case in cases:
        told = _block("text", message(case)) if case.refused else _block("html", case.gives)
        facts = [] if case.facts.strip() in {"", _ORDINARY} else ["", *_block("yaml", case.facts)]
        title = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(case.title, quote=False))
        out += [f"<p><strong>{title}</strong></p>", ""]
        out += ["<table>", "<tr><th>clause</th><th>gives</th></tr>", "<tr><td>", ""]
        out += [
            *_block("markdown", case.clause),
            *facts,
            "",
            "</td><td>",
            "",
            *told,
            "",
            "</td></tr>",
            "</table>",
            "",
        ]
    return out[:-1]


def _anchor(heading: str) -> str:
    """Return the anchor that a forge gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _block(language: str, text: str) -> list[str]:
    """Fence a text with more backticks than it has itself."""
    ticks = max((len(run) for run in _TICKS.findall(text)), default=2) + 1
    return [f"{'`' * ticks}{language}", *text.strip("\n").split("\n"), "`" * ticks]


def _paragraphs(prose: list[str]) -> list[str]:
    text = "\n".join(prose).strip("\n")
    return [*text.split("\n"), ""] if text else []
