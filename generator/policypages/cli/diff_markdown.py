"""Write a comparison as Markdown for a pull request, no longer than a comment; what it lacks is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policypages.cli.build import count
from policypages.cli.diff_shown import Shown, causes, named, of_pages, released
from policypages.history.compared import Group
from policypages.redline import Change

MOST: Final = 65_536  # characters of a comment on GitHub; GitLab and Gitea take more
_GROUPS: Final = 100
_RESERVE: Final = 400  # for the line that says what was left out
_PAGES: Final = 40
_CAUSES: Final = 10
_CHANGES: Final = 40
_LONGEST: Final = 600
_LISTED: Final = 100
_TICKS: Final = re.compile("`+")


def write(shown: Shown) -> str:
    """Return the text, within what a comment holds."""
    before, after = shown.states
    parts = [f"### Policy pages: {shown.headline}\n\n{_code(before)} → {_code(after)}\n"]
    parts += [f"> {note}\n" for note in (*shown.notes, *filter(None, [shown.left]))]
    tail = [_listed(heading, pages) for heading, pages in shown.lists()]
    tail += [f"{line[:1].upper()}{line[1:]}.\n" for line in shown.releases()]
    room = MOST - _RESERVE - sum(map(_size, parts)) - sum(map(_size, tail))
    groups = shown.comparison.groups
    written = 0
    for group in shown.groups(_GROUPS):
        text = _group(shown, group)
        if _size(text) > room:
            break
        room -= _size(text)
        parts.append(text)
        written += 1
    if written < len(groups):
        more = groups[written:]
        pages = sum(len(group.pages) for group in more)
        parts.append(
            f"**Left out, to keep this within {MOST:,} characters:** {count(len(more), 'way')} in which"
            f" {count(pages, 'page')} change. `policypages diff --format html` has them.\n"
        )
    return "\n".join([*parts, *tail])


def _size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2 + 1


def _group(shown: Shown, group: Group) -> str:
    some, more = causes(group, _CAUSES)
    lines = [f"#### {count(len(group.pages), 'page')}\n"]
    for cause, pages in some:
        gone = ", gone" if cause.before else ""
        lines.append(
            f"- {cause.kind} {_code(cause.name)}{gone}, {_code(shown.where(cause))}{of_pages(pages, group)}"
        )
    if more:
        lines.append(f"- … and {more:,} more places")
    held = released(group)
    if held is not None:
        lines.append(f"\n{held[:1].upper()}{held[1:]}.")
    changes = shown.redline(group).changes
    words = [_cut(line) for change in changes[:_CHANGES] for line in _change(change)]
    if len(changes) > _CHANGES:
        words.append(f"  … and {count(len(changes) - _CHANGES, 'more change')}")
    fence = "`" * max(3, 1 + max((len(ticks) for line in words for ticks in _TICKS.findall(line)), default=0))
    lines += [f"\n{fence}diff", *words, fence]
    addresses, more = named([page.page for page in group.pages], _PAGES)
    lines.append(f"\n<details><summary>{count(len(group.pages), 'page')}</summary>\n")
    lines += [f"- {_code(address)}" for address in addresses]
    lines += [f"- … and {more:,} more"] if more else []
    return "\n".join([*lines, "\n</details>\n"])


def _change(change: Change) -> Iterator[str]:
    """Write a change as lines of a diff: within a fence nothing calls a person or links to an issue."""
    where = f"  {change.section}:" if change.section else "  "
    match change.kind:
        case "moved":
            yield f"! {change.section}: moved: {_line(change.new)}"
        case "spaces":
            yield f"! {change.section}: white space only: {_line(change.before)} … {_line(change.after)}"
        case "link" | "attribute":
            yield f"{where} {_line(change.before)}"
            yield f"- {change.kind} {_line(change.old) or 'none'}"
            yield f"+ {change.kind} {_line(change.new) or 'none'}"
        case _:
            yield where
            if change.old:
                yield f"- {_line(change.before + change.old + change.after)}"
            if change.new:
                yield f"+ {_line(change.before + change.new + change.after)}"
            elif change.old and (change.before or change.after):
                yield f"+ {_line(change.before + change.after)}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _listed(heading: str, pages: list[str]) -> str:
    lines = [f"- {_code(page)}" for page in pages[:_LISTED]]
    lines += [f"- … and {len(pages) - _LISTED:,} more"] if len(pages) > _LISTED else []
    return "\n".join([f"**{heading[:1].upper()}{heading[1:]}**\n", *lines, ""])


def _code(text: str) -> str:
    """Write a text as code, whatever it holds."""
    text = _line(text)
    ticks = "`" * (1 + max(map(len, _TICKS.findall(text)), default=0))
    return f"{ticks}{text}{ticks}" if len(ticks) == 1 else f"{ticks} {text} {ticks}"
