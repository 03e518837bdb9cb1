"""Write a comparison as one HTML file for counsel to read, print and mail: no script, and nothing to load."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from policypages.cli.build import count
from policypages.cli.diff_shown import Shown, causes, named, of_pages, released
from policypages.history.compared import Group
from policypages.redline import excerpt

_GROUPS: Final = 100
_PAGES: Final = 2000
_CAUSES: Final = 20
_STYLE: Final = """\
:root { color-scheme: light dark; --line: #8884; --quiet: #666; --gone: #a40e26; --new: #0a5c2b; }
@media (prefers-color-scheme: dark) { :root { --quiet: #aaa; --gone: #ff9492; --new: #7ee2a0; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
.states, .left-out, .quiet { color: var(--quiet); }
.way { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.5rem; }
.text { border: 1px solid var(--line); border-radius: .4rem; padding: .25rem 1.25rem; margin: 1rem 0; }
.text { overflow-x: auto; }
.text h1, .text h2, .text h3, .text h4, .text h5, .text h6 { font-size: 1rem; margin: 1rem 0 .25rem; }
.text .left-out { margin: .25rem 0; }
code { font-size: .9em; overflow-wrap: anywhere; }
del.redline { color: var(--gone); text-decoration: line-through; }
ins.redline { color: var(--new); text-decoration: underline double; }
.redline-note { color: var(--quiet); font-size: .85em; }
.redline-attribute { outline: 1px dotted var(--quiet); outline-offset: 2px; }
.redline-moved-from, .redline-moved-to {
  border-inline-start: 3px double var(--quiet); padding-inline-start: .6rem;
}
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: start; }
@media print { body { margin: 0; max-width: none; } .text { border: 0; padding: 0; } }
"""


def write(shown: Shown) -> str:
    """Return the document."""
    return "\n".join(_lines(shown))


def _lines(shown: Shown) -> Iterator[str]:
    title = escape(f"Policy pages: {shown.headline}")
    before, after = map(escape, shown.states)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{title}</h1>"
    yield f'<p class="states">{before} → {after}</p>'
    for note in (*shown.notes, *filter(None, [shown.left])):
        yield f'<p class="quiet">{escape(note)}</p>'
    groups = shown.comparison.groups
    if groups:
        yield (
            '<p>What is gone is <del class="redline">struck out</del>, what is new is'
            ' <ins class="redline">doubly underlined</ins>. An … stands for what did not change.</p>'
        )
    for number, group in enumerate(shown.groups(_GROUPS), 1):
        yield from _group(shown, group, number)
    if len(groups) > _GROUPS:
        pages = sum(len(group.pages) for group in groups[_GROUPS:])
        more = count(len(groups) - _GROUPS, "more way")
        yield f'<section class="way"><h2>… and {more}, of {count(pages, "page")}</h2></section>'
    for heading, addresses in shown.lists():
        yield f'<section class="way"><h2>{escape(heading)}</h2>\n{_list(addresses)}\n</section>'
    for line in shown.releases():
        yield f'<p class="way">{escape(line)}</p>'
    yield "</main>\n</body>\n</html>"


def _group(shown: Shown, group: Group, number: int) -> Iterator[str]:
    yield f'<section class="way">\n<h2>Change {number}: {count(len(group.pages), "page")}</h2>\n<ul>'
    some, more = causes(group, _CAUSES)
    for cause, pages in some:
        gone = ", gone" if cause.before else ""
        yield (
            f"<li>{escape(cause.kind)} <code>{escape(cause.name)}</code>{gone}:"
            f" <code>{escape(shown.where(cause))}</code>{of_pages(pages, group)}</li>"
        )
    yield f"<li>… and {more:,} more places</li>\n</ul>" if more else "</ul>"
    held = released(group)
    if held is not None:
        yield f"<p>{escape(held[:1].upper() + held[1:])}.</p>"
    first = group.first.page
    yield (
        f'<div class="text" lang="{escape(first.locale)}">\n{excerpt(shown.redline(group).html)}</div>'
        f"\n<details><summary>{count(len(group.pages), 'page')}; shown is {escape(first.address)}</summary>"
    )
    addresses, more = named([page.page for page in group.pages], _PAGES)
    yield _list([*addresses, *([f"… and {more:,} more"] if more else [])])
    yield "</details>\n</section>"


def _list(lines: list[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{escape(line)}</li>" for line in lines) + "\n</ul>"
