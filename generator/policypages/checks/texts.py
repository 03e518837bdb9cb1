"""Read the texts of clauses for rules, each once, and keep what was found in it and what it claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from policypages.checks.kinds import Choice, Claim, ClauseText, Rule
from policypages.diagnostics import Diagnostic
from policypages.formats.clauses import Passage, Place, apply_edits, read_line, read_prose
from policypages.formats.facts import locate_in_front
from policypages.model import Clause, ClauseFile

_LINES: Final[tuple[Literal["title", "summary"], ...]] = ("title", "summary")


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """A text, what rules found in it, and by rule what it claims."""

    text: ClauseText
    found: tuple[Diagnostic, ...]
    claims: Mapping[int, tuple[Claim, ...]]


class TextReader:
    """Reads each text once; `locale` is that of clauses whose file names none."""

    def __init__(
        self, rules: Sequence[Rule], choice: Choice, locale: str, checks: Mapping[str, Any] | None = None
    ) -> None:
        self._rules = rules
        self._choice = choice
        self._locale = locale
        self._checks = checks or {}
        self._known: dict[tuple[str, str], Notes] = {}

    def notes(self, clause: Clause) -> Notes:
        """Return what there is to say of a text, whoever uses it."""
        name = clause.file.file, clause.digest  # two files may hold the same text
        known = self._known.get(name)
        if known is None:
            text = read_text(clause, self._locale, self._checks)
            rules = [
                (number, rule)
                for number, rule in enumerate(self._rules)
                if rule.language is None or rule.language == text.language
            ]
            found = tuple(
                one
                for _, rule in rules
                if rule.text is not None
                for one in _once(rule.text(text))
                if self._choice.wants(one.code, off=rule.off)
            )
            gathered = {number: tuple(rule.claims(text)) for number, rule in rules if rule.claims is not None}
            known = Notes(text, found, {number: claims for number, claims in gathered.items() if claims})
            self._known[name] = known
        return known


def read_text(clause: Clause, locale: str, checks: Mapping[str, Any] | None = None) -> ClauseText:
    """Read the words of a compiled clause; `locale` is used where its file names none."""
    file = clause.file
    body, changed, _ = apply_edits(file.body, dict(clause.edits))
    prose = read_prose(body, Place(file.file, file.line, file.body, changed))
    reads = clause.body.reads
    lines: list[Passage] = []
    for key, line in zip(_LINES, (clause.title, clause.summary), strict=True):
        if line is not None:
            reads |= line.reads
            lines += _line(file, key, line.source)
    return ClauseText(
        file=file,
        locale=file.locale or locale,
        digest=clause.digest,
        passages=(*lines, *prose.passages),
        prose=prose,
        reads=reads,
        tags=frozenset(file.values.get("tags") or ()),
        checks=checks or {},
    )


def _line(file: ClauseFile, key: Literal["title", "summary"], source: str) -> Sequence[Passage]:
    """Read a line of the front matter, where it stands in the file as it was typed."""
    text = file.data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    span = locate_in_front(file.file, file.data, (key,))
    rows = text.split("\n")
    start = sum(len(row) + 1 for row in rows[: span.line - 1]) + span.column - 1
    start = max(start, text.find(source, start, start + len(source) + 1))  # behind a quotation mark
    return read_line(source, key, Place(file.file, 1, text), start).passages


def _once(found: Iterable[Diagnostic]) -> Sequence[Diagnostic]:
    """Drop what another reading of the same words said already."""
    seen: dict[tuple[object, ...], Diagnostic] = {}
    for one in found:
        seen.setdefault((one.code, one.span), one)
    return list(seen.values())
