"""Show diagnostics as data with the lines that they speak of: a page draws them as it has room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from policypages.cli.excerpt import Mark, ReadText, is_whole_file, lines_of, on_line, visible
from policypages.cli.report import as_data, shown_span
from policypages.diagnostics import Diagnostic

_LONGEST: Final = 400  # letters of a line round what is marked in it


def with_excerpts(one: Diagnostic, read: ReadText) -> dict[str, Any]:
    """Return a diagnostic as JSON has it, with `excerpts`: files, their lines, and the marks in these."""
    marks = [Mark(shown_span(one, one.span), "", "^", "")] if one.span else []
    marks += [Mark(label.span, label.text, "-", "") for label in one.labels]
    files = dict.fromkeys(mark.span.file for mark in marks)
    shown = [_excerpt(file, [mark for mark in marks if mark.span.file == file], read) for file in files]
    return {**as_data(one), "excerpts": shown}


def _excerpt(file: str, marks: list[Mark], read: ReadText) -> dict[str, Any]:
    lines = lines_of(file, read)
    whole = all(is_whole_file(mark.span, lines) for mark in marks)
    first = marks[0].span
    place = {"file": file, "line": first.line, "column": first.column, "whole": whole}
    if whole:
        words = "; ".join(mark.text for mark in marks if mark.text)
        return {**place, "lines": [], "text": words}
    return {**place, "lines": list(_lines(marks, lines)), "text": ""}


def _lines(marks: list[Mark], lines: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a line for each mark, cut where it is long: before, marked, after, and words on it."""
    for mark in sorted(marks, key=lambda one: (one.span.line, one.span.column)):
        number = mark.span.line
        line = visible(lines[number - 1].replace("\t", " ")) if 0 < number <= len(lines) else ""
        span = on_line(mark.span, line) if line.strip() else mark.span
        start = min(max(0, span.column - 1), len(line))
        end = max(start, min(start + span.length, len(line)))
        begin, stop = max(0, start - _LONGEST), min(len(line), end + _LONGEST)
        yield {
            "line": number,
            "before": ("…" if begin else "") + line[begin:start],
            "marked": line[start:end],
            "after": line[end:stop] + ("…" if stop < len(line) else ""),
            "text": visible(mark.text),
            "main": mark.sign == "^",
        }
