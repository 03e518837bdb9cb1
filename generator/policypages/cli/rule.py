"""The command `rule`: what a diagnostic code means, with an example of it and the same example mended."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Final

import click

from policypages.cli.report import fill, terminal_width
from policypages.diagnostics import CODES, GROUPS, SEVERITIES, did_you_mean

_UNBOUNDED: Final = (
    10_000  # into a file or a pipe an entry of the list is one line, so that it can be searched
)
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_FILE: Final = re.compile(r"`([^`]+)`")


def _complete_code(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    """Return the codes that begin with what was typed."""
    return sorted(code for code in CODES if code.startswith(typed))


@click.command(
    epilog="Example: policypages rule missing-fact", short_help="Explain a code such as missing-fact."
)
@click.argument("code", required=False, shell_complete=_complete_code)
def rule(code: str | None) -> int:
    """Explain the CODE that stands in brackets behind `error`, `warning` or `note`.

    The page says what is wrong, what would happen otherwise, and how to mend it, with an example.
    Without a CODE all codes are listed.
    """
    width = (terminal_width(sys.stdout) if sys.stdout.isatty() else None) or _UNBOUNDED
    if code is None:
        click.echo(_listed(width), nl=False)
        return 0
    if code not in CODES:
        hint = did_you_mean(code, CODES) or "`policypages rule` lists all codes"
        message = f"there is no code `{code}`; {hint}"
        raise click.UsageError(message)
    from policypages.sources import rule_page

    page = rule_page(code)
    if page is None:
        message = f"this installation of policypages has no page on `{code}`"
        raise RuntimeError(message)
    click.echo("\n".join(_for_terminal(page, width)) if sys.stdout.isatty() else page, nl=False)
    return 0


def _listed(width: int) -> str:
    """List all codes, group by group, each with what it means."""
    formatter = click.HelpFormatter(width=width, max_width=width)
    for group, codes in GROUPS.items():
        with formatter.section(group):
            formatter.write_dl([(one.name, f"{one.summary}{_unless_error(one.name)}") for one in codes])
    return formatter.getvalue().lstrip("\n")


def _unless_error(code: str) -> str:
    severity = SEVERITIES.get(code, "error")
    return "" if severity == "error" else f" ({severity})"


def _for_terminal(page: str, width: int) -> Iterator[str]:
    """Lay out a page: headings bold, examples indented, paragraphs as wide as the terminal."""
    for number, block in enumerate(re.split(r"^(```.*?^```)$", page, flags=re.MULTILINE | re.DOTALL)):
        if number % 2:
            yield from (f"    {line}".rstrip() for line in block.split("\n")[1:-1])
            yield ""
            continue
        for part in filter(None, re.split(r"\n{2,}", block.strip("\n"))):
            yield from _paragraph(part, width)
            yield ""


def _paragraph(text: str, width: int) -> Iterator[str]:
    """Lay out a heading, the name of a file, a list or a paragraph."""
    text = _LINK.sub(r"\1", text).replace("**", "")
    file = _FILE.fullmatch(text)
    if file:
        yield click.style(file[1], fg="blue", bold=True)
    elif text.startswith("#"):
        yield click.style(text.lstrip("# "), bold=True)
    elif text.startswith("- "):
        for item in re.split(r"^- ", text, flags=re.MULTILINE)[1:]:
            yield from fill(item, width, first="- ", rest="  ")
    else:
        yield from fill(text, width, first="", rest="")
