"""Compile each clause once: Markdown with tags becomes a function from facts to HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

from policypages.diagnostics import Diagnostic, Span, did_you_mean, has_errors, problem
from policypages.formats.clauses import Place, apply_edits, find_tags, read_clause, too_much
from policypages.formats.facts import locate_in_front
from policypages.formats.templates.filters import why_not_url
from policypages.formats.templates.tagcode import TagReader
from policypages.formats.templates.texts import compile_body, compile_condition, compile_line
from policypages.formats.vocabulary import Shape, vocabulary
from policypages.model import Clause, ClauseFile, Settings, Text

Edits = tuple[tuple[str, str], ...]


class Compiler:
    """Compiles clauses, titles and conditions on demand, each once."""

    def __init__(self, settings: Settings) -> None:
        self._names = settings.names
        self._clauses: dict[tuple[str, Edits], tuple[Clause | None, list[Diagnostic]]] = {}
        self._lines: dict[tuple[str, str], tuple[Text, list[Diagnostic]]] = {}
        self._words = vocabulary(settings.names, {})

    def clause(self, file: ClauseFile, edits: Mapping[str, str]) -> tuple[Clause | None, list[Diagnostic]]:
        """Compile a text of a clause with the edits of one use; None where it has an error."""
        key = (file.file, tuple(edits.items()))
        if key not in self._clauses:
            self._clauses[key] = compile_clause(file, self._names, edits)
        return self._clauses[key]

    def take_over(self, other: Compiler, *, without: Collection[str]) -> Compiler:
        """Keep what another compiler of the same settings has compiled, but for the clauses of some files."""
        self._clauses = {key: known for key, known in other._clauses.items() if key[0] not in without}
        self._lines = dict(other._lines)
        return self

    def line(self, source: str, span: Span) -> tuple[Text, list[Diagnostic]]:
        """Compile the title that an outline gives a section."""
        key = ("line", source)
        if key not in self._lines:
            place = Place(span.file, span.line, source)
            self._lines[key] = compile_line(source, self._words, place, may_be_empty=False)
        return self._lines[key]

    def condition(self, source: str, span: Span) -> tuple[Text, list[Diagnostic]]:
        """Compile the `when` of a section."""
        key = ("when", source)
        if key not in self._lines:
            self._lines[key] = compile_condition(source, self._words, Place(span.file, span.line, source))
        return self._lines[key]


def compile_clause(
    file: ClauseFile, names: Mapping[str, Any], edits: Mapping[str, str], *, check_links: bool = True
) -> tuple[Clause | None, list[Diagnostic]]:
    """Compile one text of a clause: its body, title and summary.

    An edit that does not fit is an error, placed in the clause: the caller knows where the edit
    stands. `check_links` looks at the targets that hold no tag.
    """
    options = file.values.get("options") or {}
    words = vocabulary(names, options)
    body, changed, misfits = apply_edits(file.body, edits)
    place = Place(file.file, file.line, file.body, changed)
    found = [problem("edit-mismatch", misfit, Span(file.file, file.line)) for misfit in misfits]
    text, parsed = None, None
    too_large = too_much(body)
    if too_large is not None:
        found.append(problem("too-large", too_large, place.span(0)))
    else:
        tagged, more = find_tags(body, place)
        reader = TagReader(tagged, words, place)
        if not has_errors(more):
            parsed, misplaced = read_clause(tagged, place)
            more += misplaced
        found += more + reader.found
        if parsed is not None and not has_errors(more):
            text, _ = compile_body(parsed, reader)
            if check_links:
                found += _check_targets(parsed.targets, body, place)
    title, more = _front_line(file, "title", words)
    found += more
    summary, more = _front_line(file, "summary", words)
    found += more
    if text is None or parsed is None or has_errors(found):
        return None, found
    digest = hashlib.sha256(repr((file.digest, tuple(edits.items()))).encode()).hexdigest()
    return Clause(file, title, summary, text, parsed.depth, digest, tuple(edits.items())), found


def _front_line(file: ClauseFile, key: str, words: Shape) -> tuple[Text | None, list[Diagnostic]]:
    source = file.values.get(key)
    if not source:
        return None, []
    place = Place(file.file, 1, source)
    text, found = compile_line(source, words, place, may_be_empty=key != "title")
    if found:
        span = locate_in_front(file.file, file.data, (key,))
        line = file.data.decode("utf-8-sig", "replace").splitlines()[span.line - 1]
        quoted = line[span.column - 1 : span.column] in {'"', "'"}
        moved = []
        for one in found:
            shift = (one.span.column - 1 if one.span else 0) + quoted
            moved.append(
                problem(
                    one.code,
                    one.message,
                    Span(span.file, span.line, span.column + shift, span.length),
                    hint=one.hint,
                )
            )
        found = moved
    return text, found


def _check_targets(targets: tuple[tuple[str, int], ...], body: str, place: Place) -> list[Diagnostic]:
    """Look at the addresses that hold no tag; each comes with an offset that it stands behind."""
    found = []
    for target, start in dict.fromkeys(targets):
        why = why_not_url(target)
        if why is None:
            continue
        spots = [body.find(wanted, start) for wanted in (target, unquote(target))]
        at = next((spot for spot in spots if spot >= 0), start)
        hint = did_you_mean(target.partition(":")[0], ("http", "https", "mailto", "tel"))
        if target.startswith("policy:"):
            hint = f'write `{{{{ link("{target.removeprefix("policy:")}") }}}}`'
        found.append(problem("unsafe-url", why, place.span(at, len(target)), hint=hint))
    return found
