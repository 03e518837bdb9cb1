"""Show a comparison on a terminal: groups of pages with their counts, as `git diff --stat`, and the words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from policypages.cli.build import count
from policypages.cli.diff_shown import Shown, causes, named, of_pages, released
from policypages.cli.excerpt import visible
from policypages.history.compared import Group
from policypages.redline import as_text

_GROUPS: Final = 20
_PAGES: Final = 8
_CAUSES: Final = 6
_LINES: Final = 30
_BAR: Final = 40


def write(shown: Shown) -> str:
    """Return the text."""
    return "\n".join(_lines(shown))


def _lines(shown: Shown) -> Iterator[str]:
    before, after = shown.states
    yield click.style(f"{before} → {after}", dim=True)
    groups = shown.comparison.groups
    yield click.style(shown.headline, bold=True)
    for group in shown.groups(_GROUPS):
        yield ""
        yield from _group(shown, group)
    if len(groups) > _GROUPS:
        more = groups[_GROUPS:]
        pages = sum(len(group.pages) for group in more)
        yield f"\n… and {count(len(more), 'more way')}, of {count(pages, 'page')}: `--format html` shows more"
    for heading, pages_ in shown.lists():
        yield ""
        yield click.style(heading, bold=True)
        yield from (f"  {visible(page)}" for page in pages_[:_LINES])
        if len(pages_) > _LINES:
            yield f"  … and {len(pages_) - _LINES:,} more"
    for line in shown.releases():
        yield f"\n{line}"


def _group(shown: Shown, group: Group) -> Iterator[str]:
    addresses, more = named([page.page for page in group.pages], _PAGES)
    for address in addresses:
        yield f" {visible(address)}"
    if more:
        yield f" … and {more:,} more"
    yield f" {count(len(group.pages), 'page')} | {_stat(group)}"
    held = released(group)
    if held is not None:
        yield f"   {held}"
    some, more = causes(group, _CAUSES)
    for cause, pages in some:
        gone = ", gone" if cause.before else ""
        place = click.style(visible(shown.where(cause)), fg="blue")
        yield f"   {cause.kind} `{visible(cause.name)}`{gone}  {place}{of_pages(pages, group)}"
    if more:
        yield f"   … and {more:,} more places"
    lines = as_text(shown.redline(group)).splitlines()
    yield from (f"     {_coloured(visible(line))}" for line in lines[:_LINES])
    if len(lines) > _LINES:
        yield f"     … and {count(len(lines) - _LINES, 'more line')}"


def _stat(group: Group) -> str:
    """Count words that came and went, with a bar as git draws it."""
    added, removed = group.first.added, group.first.removed
    whole = added + removed
    room = min(whole, _BAR)
    plus = round(room * added / whole) if whole else 0
    bar = click.style("+" * plus, fg="green") + click.style("-" * (room - plus), fg="red")
    return f"{count(whole, 'word')} {bar}".rstrip()


def _coloured(line: str) -> str:
    """Colour what is gone and what is new, between the marks that say it without colour."""
    for start, end, colour in (("[-", "-]", "red"), ("{+", "+}", "green")):
        parts = line.split(start)
        line = parts[0] + "".join(
            click.style(f"{start}{part[: part.find(end)]}{end}", fg=colour)
            + part[part.find(end) + len(end) :]
            if end in part
            else start + part
            for part in parts[1:]
        )
    return line
