"""What `explain` and `uses` share: a site opened for a question, and places and values laid out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from policypages.cli import report
from policypages.cli.excerpt import cells, visible
from policypages.diagnostics import Diagnostic, Span, has_errors

if TYPE_CHECKING:
    from policypages.build.repository import Repository

FORMS: Final = ("text", "json")
UNBOUNDED: Final = 10_000  # into a file or a pipe an entry is one line, so that it can be searched
_CUT: Final = "…"
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    metavar="FORMAT",
    help="text, or json for programs.",
)


def open_site(folder: str) -> tuple[Repository | None, int]:
    """Read what a build reads; None, with an exit code, where there is no site (which is said)."""
    from policypages.build.repository import read_repository
    from policypages.sources import open_folder

    sources, found = open_folder(Path(folder))
    repository = None
    if sources is not None:
        repository, more = read_repository(sources, compile_all=False, watched=lambda compiler: compiler)
        found += more
    if repository is None:
        report.show(found, "full", lambda _: "")
        return None, 2
    return repository, 0


def warn(found: list[Diagnostic]) -> None:
    """Say that an answer may lack something, since the site has errors."""
    if has_errors(found):
        note = "the site has errors, and what is said here may lack something: `policypages check`"
        click.echo(click.style("warning:", fg="yellow", bold=True) + f" {note}", err=True)


def refuse(message: str, hint: str | None) -> NoReturn:
    """End with a usage error, and say what may have been meant."""
    raise click.UsageError(f"{message}; {hint}" if hint else message)


def width_of_stdout() -> int:
    """Return how wide lines may be."""
    return (report.terminal_width(sys.stdout) if sys.stdout.isatty() else None) or UNBOUNDED


def echo_json(data: dict[str, Any]) -> None:
    """Print data."""
    click.echo(json.dumps({"version": 1, **data}, indent=2, ensure_ascii=False))


def as_data(span: Span | None) -> dict[str, Any] | None:
    """Return a place as JSON has it."""
    return None if span is None else {"file": span.file, "line": span.line, "column": span.column}


def at(span: Span) -> str:
    """Write a place so that editors and terminals find it."""
    return f"{visible(span.file)}:{span.line}"


def blue(text: str) -> str:
    """Style a place."""
    return click.style(text, fg="blue")


def dim(text: str) -> str:
    """Style what only leads to something else."""
    return click.style(text, dim=True)


def cut(text: str, room: int) -> str:
    """Shorten a text to so many columns, and show that it is."""
    text = visible(" ".join(text.split()))
    if cells(text) <= room:
        return text
    while text and cells(text) > room - 1:
        text = text[:-1]
    return f"{text.rstrip()}{_CUT}"


def padded(text: str, room: int) -> str:
    """Fill a text with spaces to so many columns."""
    return text + " " * (room - cells(text))


def count(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
