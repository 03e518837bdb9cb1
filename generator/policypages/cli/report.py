"""Show diagnostics: in full as rustc does, on one line, as JSON, or as annotations for GitHub."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import click

from policypages.diagnostics import Diagnostic, Span

FORMATS: Final = ("full", "short", "json", "github")
_COLOURS: Final = {"error": "red", "warning": "yellow", "note": "cyan"}
_GITHUB: Final = {"error": "error", "warning": "warning", "note": "notice"}
_MAX_WIDTH: Final = 160
_MAX_ENTITIES: Final = 5
_SHOWN_PER_CODE: Final = 50
_ANNOTATIONS: Final = 10  # GitHub shows no more than ten of each kind in one step
ReadText = Callable[[str], str]


def show(found: Sequence[Diagnostic], form: str, read: ReadText) -> None:
    """Print diagnostics: JSON to stdout, since it is data, all else to stderr."""
    match form:
        case "json":
            click.echo(json.dumps({"version": 1, "diagnostics": [as_data(one) for one in found]}, indent=2))
        case "github":
            for line in github(found):
                click.echo(line)
        case "short":
            for one in found:
                click.echo(short(one), err=True)
        case _:
            for one in _capped(found):
                click.echo(full(one, read) + "\n", err=True)


def _capped(found: Sequence[Diagnostic]) -> Iterable[Diagnostic]:
    """Yield diagnostics, no more of one code than a person reads; say how many are left out."""
    counts: Counter[str] = Counter()
    for one in found:
        counts[one.code] += 1
        if counts[one.code] <= _SHOWN_PER_CODE:
            yield one
    for code, count in counts.items():
        if count > _SHOWN_PER_CODE:
            more = count - _SHOWN_PER_CODE
            yield Diagnostic(
                code, f"{more} more like this are not shown", None, "use `--format short` to see all"
            )


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
    return f"{place}{one.severity}[{one.code}]: {one.message}{_entities(one)}"


def github(found: Sequence[Diagnostic]) -> Iterable[str]:
    """Write annotations for a workflow, within the ten of a kind that one step may have."""
    counts: Counter[str] = Counter()
    for one in found:
        kind = _GITHUB[one.severity]
        counts[kind] += 1
        if counts[kind] > _ANNOTATIONS:
            continue
        text = one.message + _entities(one) + (f"\nhint: {one.hint}" if one.hint else "")
        where = ""
        if one.span:
            where = f"file={_property(one.span.file)},line={one.span.line},col={one.span.column},"
        yield f"::{kind} {where}title={_property(one.code)}::{_data(text)}"
    for kind, count in counts.items():
        if count > _ANNOTATIONS:
            yield f"{count - _ANNOTATIONS} more of the kind `{kind}` are not annotated"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _entities(one: Diagnostic) -> str:
    names = one.entities
    if len(names) <= 1:
        return ""
    return f" ({len(names)} entities)"


def full(one: Diagnostic, read: ReadText) -> str:
    """Write a diagnostic with the lines it speaks of, how it was reached, and what to do."""
    colour = _COLOURS[one.severity]
    head = click.style(f"{one.severity}[{one.code}]", fg=colour, bold=True)
    out = [f"{head}{click.style(f': {one.message}', bold=True)}"]
    places = [(one.span, "", True)] if one.span else []
    places += [(label.span, label.text, False) for label in one.labels]
    width = max((len(str(span.line)) for span, _, _ in places), default=1)
    for index, (span, text, primary) in enumerate(places):
        arrow = "-->" if index == 0 else ":::"
        gutter = " " * width
        out.append(
            f"{gutter}{click.style(arrow, fg='blue', bold=True)} {span.file}:{span.line}:{span.column}"
        )
        out += _excerpt(span, text, width, "^" if primary else "-", colour if primary else "blue", read)
    edge = " " * width + click.style(" = ", fg="blue", bold=True)
    if one.chain:
        out.append(f"{edge}in: " + " → ".join(one.chain))
    if one.entities and (len(one.entities) > 1 or not one.chain):
        names = ", ".join(one.entities[:_MAX_ENTITIES])
        more = len(one.entities) - _MAX_ENTITIES
        count = f" and {more} more" if more > 0 else ""
        out.append(f"{edge}hits: {names}{count}")
    if one.hint:
        out.append(f"{edge}{click.style('hint:', fg='green', bold=True)} {one.hint}")
    return "\n".join(out)


def _excerpt(span: Span, text: str, width: int, mark: str, colour: str, read: ReadText) -> list[str]:
    bar = click.style("|", fg="blue", bold=True)
    try:
        lines = read(span.file).splitlines()
    except (OSError, UnicodeError):
        lines = []
    empty = f"{' ' * width} {bar}"
    if not 0 < span.line <= len(lines):
        return [f"{empty} {click.style(text, fg=colour)}"] if text else []
    line = lines[span.line - 1].replace("\t", " ")
    start = max(0, span.column - 1)
    cut = max(0, start - _MAX_WIDTH // 2)
    shown = _visible(line[cut : cut + _MAX_WIDTH])
    length = max(1, min(span.length, len(line) - start, _MAX_WIDTH - (start - cut)))
    number = click.style(str(span.line).rjust(width), fg="blue", bold=True)
    carets = click.style(mark * length + (f" {text}" if text else ""), fg=colour, bold=True)
    return [empty, f"{number} {bar} {shown}", f"{empty} {' ' * (start - cut)}{carets}"]


def _visible(text: str) -> str:
    """Show what a terminal would obey or hide as a full stop in a box's stead."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def tally(found: Sequence[Diagnostic]) -> str:
    """Count diagnostics by severity: `2 errors, 1 warning`."""
    counts = Counter(one.severity for one in found)
    words = [
        f"{counts[s]} {s}{'s' if counts[s] != 1 else ''}" for s in ("error", "warning", "note") if counts[s]
    ]
    return ", ".join(words)
