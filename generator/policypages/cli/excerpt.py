"""Show lines of source files with marks under them, cut to the width of the terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

import click

from policypages.diagnostics import Span

ReadText = Callable[[str], str]
WHOLE_LINE: Final = 0  # the length of a span that is its line, from the first letter to the last
_CUT: Final = "…"
_BEFORE: Final = 3  # of a line that is too long, a third of the width shows what stands before the mark
_NEWLINE: Final = re.compile(r"\r\n|\r|\n")
_NO_CONTENT: Final = re.compile(r"#|---\s*$|\s*$")


class Mark(NamedTuple):
    """A place to point at: `^` or `-`, in a colour, with some words behind it."""

    span: Span
    text: str
    sign: str
    colour: str


def excerpts(marks: Sequence[Mark], read: ReadText, *, gutter: int, width: int) -> list[str]:
    """Show all marks, file by file, the first mark's file first; lines of a file stand in their order."""
    out: list[str] = []
    bar = f"{' ' * gutter} {blue('|')}"
    for index, file in enumerate(dict.fromkeys(mark.span.file for mark in marks)):
        here = [mark for mark in marks if mark.span.file == file]
        first = here[0].span
        arrow = blue("-->" if index == 0 else ":::")
        lines = lines_of(file, read)
        if all(is_whole_file(mark.span, lines) for mark in here):
            words = "; ".join(mark.text for mark in here if mark.text)
            out.append(f"{' ' * gutter}{arrow} {visible(file)}" + (f": {words}" if words else ""))
            continue
        out.append(f"{' ' * gutter}{arrow} {visible(file)}:{first.line}:{first.column}")
        shown = _rows(here, lines, gutter=gutter, room=width - gutter - 3)
        out += [bar, *shown] if shown else []
    return out


def blue(text: str) -> str:
    """Style what frames an excerpt."""
    return click.style(text, fg="blue", bold=True)


def visible(text: str) -> str:
    """Show a character that a terminal would obey or hide as one that says so."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def cells(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    return sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def lines_of(file: str, read: ReadText) -> list[str]:
    """Return the lines of a source; none where it cannot be read."""
    try:
        return _NEWLINE.split(read(file))
    except (OSError, UnicodeError):
        return []


def is_whole_file(span: Span, lines: Sequence[str]) -> bool:
    """Tell a span that stands for the file as such: it points at nothing, or at one letter of a word."""
    at_top = (span.line, span.column, span.length) == (1, 1, 1)
    return at_top and (not lines or _NO_CONTENT.match(lines[0]) is not None or lines[0][:2].isalnum())


def _rows(marks: Iterable[Mark], lines: Sequence[str], *, gutter: int, room: int) -> list[str]:
    out: list[str] = []
    bar = f"{' ' * gutter} {blue('|')}"
    last = 0
    for number in sorted({mark.span.line for mark in marks}):
        here = [mark for mark in marks if mark.span.line == number]
        if not 0 < number <= len(lines) or not lines[number - 1].strip():
            out += [f"{bar} {click.style(mark.text, fg=mark.colour)}" for mark in here if mark.text]
            continue
        if last and number > last + 1:
            out.append(blue("..."))
        last = number
        line = visible(lines[number - 1].replace("\t", " "))
        head = f"{blue(str(number).rjust(gutter))} {blue('|')}"
        fits = cells(line) <= room
        for index, mark in enumerate(here):
            shown, start, length = _window(line, on_line(mark.span, line), room)
            if index == 0 or not fits:
                out.append(f"{head} {shown}")
            out += [f"{bar} {row}" for row in _under(mark, start, length, room)]
    return out


def on_line(span: Span, line: str) -> Span:
    """Return what a span marks of its line."""
    if span.length != WHOLE_LINE:
        return span
    words = line.strip()
    return span._replace(column=line.index(words) + 1, length=len(words))


def _window(line: str, span: Span, room: int) -> tuple[str, int, int]:
    """Cut a line so that a mark is seen; return it with the mark's first column and length."""
    start = min(max(0, span.column - 1), len(line))
    end = max(start + 1, min(start + span.length, len(line)))
    if cells(line) <= room:
        return line, cells(line[:start]), max(1, cells(line[start:end]))
    begin = 0
    if cells(line[:end]) >= room:
        begin = start
        while begin and cells(line[begin - 1 : start]) < max(
            room // _BEFORE, room - cells(line[start:end]) - 2
        ):
            begin -= 1
    lead = _CUT if begin else ""
    shown = lead
    for at, char in enumerate(line[begin:], begin):
        last = at == len(line) - 1
        if cells(shown) + _cells(char) + (0 if last else 1) > room:
            shown += _CUT
            break
        shown += char
    offset = cells(lead + line[begin:start])
    return shown, offset, max(1, min(cells(line[start:end]), cells(shown) - offset))


def _under(mark: Mark, start: int, length: int, room: int) -> list[str]:
    """Write the signs, and the words behind them or, where they would not fit, below."""
    signs = mark.sign * length
    text = visible(mark.text)
    paint = partial(click.style, fg=mark.colour, bold=True)
    if not text or start + length + 1 + cells(text) <= room:
        return [" " * start + paint(f"{signs} {text}".rstrip())]
    below = max(0, min(start, room - cells(text)))
    return [" " * start + paint(signs), " " * below + paint(text)]
