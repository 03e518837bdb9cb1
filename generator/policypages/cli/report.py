"""Show diagnostics: in full as rustc does, on one line, as JSON, or as annotations for GitHub."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TextIO

import click

from policypages.cli.excerpt import WHOLE_LINE, Mark, ReadText, blue, cells, excerpts, visible
from policypages.diagnostics import Diagnostic, Span
from policypages.formats.schema_publish import NO_CREDENTIALS

_COLOURS: Final = {"error": "red", "warning": "yellow", "note": "cyan"}
_GITHUB: Final = {"error": "error", "warning": "warning", "note": "notice"}
_WIDEST: Final = 140  # a line longer than this is hard to read, however wide the window
_NARROWEST: Final = 40
_UNBOUNDED: Final = 10_000  # into a file or a pipe a hint is one line, so that it can be searched
_MAX_ENTITIES: Final = 5
_SHOWN_PER_CODE: Final = 50
_ANNOTATIONS: Final = 10  # GitHub shows no more than ten of each kind in one step
_NOT_QUOTED: Final = "secret-value"
_LINE_ENDS: Final = re.compile(r"\r\n?|\n")
_WORDS: Final = re.compile(r"[^\s`]*(?:`[^`]*`[^\s`]*)+|\S+")


def show(found: Sequence[Diagnostic], form: str, read: ReadText, *, root: str | None = None) -> None:
    """Print diagnostics: JSON and annotations to stdout, since they are data, all else to stderr.

    `root` is the folder of the site, from which paths begin.
    """
    match form:
        case "json":
            data = {"version": 1, "diagnostics": [as_data(one) for one in found]}
            click.echo(json.dumps(data, indent=2))
        case "github":
            for line in github(found, _way_to(root)):
                click.echo(line)
        case "short":
            for one in found:
                click.echo(short(one), err=True)
        case _:
            width = terminal_width()
            read = without_secrets(found, read)
            for text in full_report(found, read, width):
                click.echo(text + "\n", err=True)
            if found:
                click.echo(pointer(found) + "\n", err=True)


def without_secrets(found: Sequence[Diagnostic], read: ReadText) -> ReadText:
    """Read sources with dots in the place of what looks like a secret, so that no log of CI keeps one."""
    secret: dict[str, dict[int, int]] = {}
    for one in found:
        if one.span is not None and (one.code == _NOT_QUOTED or one.hint == NO_CREDENTIALS):
            starts = secret.setdefault(one.span.file, {})
            # of a key that has no place in a file its name is shown, and what follows is not
            column = one.span.column + (one.span.length if one.code == "unknown-key" else 0)
            starts[one.span.line] = min(column, starts.get(one.span.line, column))

    def masked(file: str) -> str:
        text = read(file)
        if file not in secret:
            return text
        lines = _LINE_ENDS.split(text)
        for number, column in secret[file].items():
            if number <= len(lines):
                line = lines[number - 1]
                lines[number - 1] = line[: column - 1] + re.sub(r"\S", "\N{BULLET}", line[column - 1 :])
        return "\n".join(lines)

    return masked


def terminal_width(stream: TextIO | None = None) -> int | None:
    """Return how wide lines may be on a stream, else on stderr.

    It is COLUMNS, or the terminal's width, or None where there is no terminal.
    """
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return max(_NARROWEST, min(_WIDEST, int(asked)))
    try:
        return max(_NARROWEST, min(_WIDEST, os.get_terminal_size((stream or sys.stderr).fileno()).columns))
    except (OSError, ValueError):
        return None


def full_report(found: Sequence[Diagnostic], read: ReadText, width: int | None) -> Iterable[str]:
    """Write all diagnostics in full, no more of one code than a person reads; say how many are left out."""
    counts: Counter[str] = Counter()
    for one in found:
        counts[one.code] += 1
        if counts[one.code] <= _SHOWN_PER_CODE:
            yield full(one, read, width)
    for code, count in counts.items():
        if count > _SHOWN_PER_CODE:
            more = count - _SHOWN_PER_CODE
            yield f"... {more:,} more of `{code}` are not shown: `--format short` shows all"


def pointer(found: Sequence[Diagnostic]) -> str:
    """Say once, below all diagnostics, where there is more on their codes."""
    codes = {one.code for one in found}
    return f"for more on a code: policypages rule {codes.pop() if len(codes) == 1 else 'CODE'}"


def as_data(one: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as JSON has it: absent parts are null."""
    span = one.span
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "hint": one.hint,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "length": span.length if span else None,
        "entities": list(one.entities),
        "chain": list(one.chain),
        "labels": [
            {
                "file": label.span.file,
                "line": label.span.line,
                "column": label.span.column,
                "text": label.text,
            }
            for label in one.labels
        ],
    }


def short(one: Diagnostic) -> str:
    """Write a diagnostic on one line: `file:line:column: severity[code]: message`."""
    place = f"{one.span.file}:{one.span.line}:{one.span.column}: " if one.span else ""
    text = f"{place}{one.severity}[{one.code}]: {one.message}{_in_brackets(one)}"
    return visible(text.replace("\n", " "))


def _way_to(root: str | None) -> str:
    """Return how a path of the site begins for GitHub, which finds files from the root of the checkout."""
    checkout = os.environ.get("GITHUB_WORKSPACE")
    if not checkout or root is None:
        return ""
    place, top = os.path.realpath(root), os.path.realpath(checkout)
    return place[len(top) + 1 :].replace(os.sep, "/") + "/" if place.startswith(top + os.sep) else ""


def github(found: Sequence[Diagnostic], way: str = "") -> Iterable[str]:
    """Write annotations for a workflow, within the ten of a kind that one step may have.

    What does not fit is counted in a last notice, which is one of the ten itself:
    https://docs.github.com/en/actions/reference/limits
    """
    kinds = [_GITHUB[one.severity] for one in found]
    all_fit = max(Counter(kinds).values(), default=0) <= _ANNOTATIONS
    shown: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for one, kind in zip(found, kinds, strict=True):
        if shown[kind] < (_ANNOTATIONS if all_fit or kind != "notice" else _ANNOTATIONS - 1):
            shown[kind] += 1
            yield _annotation(one, kind, way)
        else:
            left[one.severity] += 1
    if left:
        text = f"{_counted(left, more=True)}: `policypages check --format short` shows all"
        yield f"::notice title=policypages::{_data(text)}"


def _annotation(one: Diagnostic, kind: str, way: str) -> str:
    hits = f" ({len(one.entities):,} entities: {_names(one)})" if len(one.entities) > 1 else _in_brackets(one)
    text = one.message + hits + (f"\nhint: {one.hint}" if one.hint else "")
    where = ""
    if one.span:
        end = one.span.column + one.span.length
        file = _property(way + one.span.file)
        where = f"file={file},line={one.span.line},col={one.span.column},endColumn={end},"
    return f"::{kind} {where}title={_property(one.code)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _names(one: Diagnostic) -> str:
    more = len(one.entities) - _MAX_ENTITIES
    return ", ".join(one.entities[:_MAX_ENTITIES]) + (f" and {more:,} more" if more > 0 else "")


def _in_brackets(one: Diagnostic) -> str:
    return f" ({_names(one)})" if one.entities else ""


def full(one: Diagnostic, read: ReadText, width: int | None) -> str:
    """Write a diagnostic with the lines it speaks of, how it was reached, and what to do."""
    colour = _COLOURS[one.severity]
    marks = [Mark(shown_span(one, one.span), "", "^", colour)] if one.span else []
    marks += [Mark(label.span, label.text, "-", "blue") for label in one.labels]
    gutter = max((len(str(mark.span.line)) for mark in marks), default=1)
    room = width or _UNBOUNDED
    head = f"{one.severity}[{one.code}]:"
    title = fill(one.message, room, first=f"{head} ", rest="  ")
    title[0] = click.style(head, fg=colour, bold=True) + click.style(title[0][len(head) :], bold=True)
    out = [title[0], *(click.style(line, bold=True) for line in title[1:])]
    out += excerpts(marks, read, gutter=gutter, width=width or _WIDEST)
    edge = f"{' ' * gutter} = "
    notes: list[tuple[str, list[str]]] = []
    if one.chain:
        steps = [*(f"{step} →" for step in one.chain[:-1]), one.chain[-1]]
        notes.append(("in:", _fill_parts(list(map(visible, steps)), room, f"{edge}in: ", " " * (gutter + 7))))
    if one.entities and (len(one.entities) > 1 or not one.chain):
        notes.append(("hits:", fill(_names(one), room, first=f"{edge}hits: ", rest=" " * (gutter + 9))))
    if one.hint:
        notes.append(("hint:", fill(one.hint, room, first=f"{edge}hint: ", rest=" " * (gutter + 9))))
    for word, lines in notes:
        style = click.style(word, fg="green", bold=True) if word == "hint:" else word
        opening = f"{' ' * gutter} {blue('=')} {style}"
        out += [opening + lines[0][len(edge) + len(word) :], *lines[1:]]
    return "\n".join(out)


def shown_span(one: Diagnostic, span: Span) -> Span:
    """Return what to mark: of a template Jinja tells the line alone, so all of it is marked."""
    line_alone = one.code == "theme-template" and span.column == 1 and span.line > 1
    return span._replace(length=WHOLE_LINE) if line_alone else span


def fill(text: str, width: int, *, first: str, rest: str) -> list[str]:
    """Break a text between words, and never inside backticks, so that a command can be copied."""
    return _fill_parts(_WORDS.findall(visible(text.replace("\n", " "))), width, first, rest)


def _fill_parts(parts: Sequence[str], width: int, first: str, rest: str) -> list[str]:
    lines = [first]
    begun = False
    for part in parts:
        if begun and cells(lines[-1]) + 1 + cells(part) > width:
            lines.append(rest + part)
        else:
            lines[-1] += f" {part}" if begun else part
        begun = True
    return lines


def tally(found: Sequence[Diagnostic]) -> str:
    """Count diagnostics by severity: `2 errors, 1 warning`."""
    return _counted(Counter(one.severity for one in found))


def _counted(counts: Mapping[str, int], *, more: bool = False) -> str:
    """Write counts by severity in words: `2 errors, 1 warning`, or `2 more errors, 1 more warning`."""
    word = "more " if more else ""
    return ", ".join(
        f"{counts[s]:,} {word}{s}{'s' if counts[s] != 1 else ''}"
        for s in ("error", "warning", "note")
        if counts.get(s)
    )
