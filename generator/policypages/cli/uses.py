"""The command `uses`: where a fact, a clause, a policy or an entity ends up, as text or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from policypages.cli import asked, report
from policypages.cli.asked import at, blue, count, cut, dim, padded
from policypages.cli.build import complete_entity
from policypages.cli.excerpt import cells, visible
from policypages.diagnostics import did_you_mean

if TYPE_CHECKING:
    from policypages.inquiry.answer import Answer, Group, Value

_FEW: Final = 5
_WORTH: Final = 60
_HEADS: Final = {
    "publishes": "published as",
    "extends": "extended by",
    "hands down": "facts that it hands down, and that are printed",
    "uses": "used by",
    "prints": "printed by",
    "tests": "only tested by",
    "cites": "referred to by",
    "left out": "left out of",
}
_NOTHING: Final = {
    "fact": "no section of any page prints or tests it",
    "clause": "no section of any page uses it",
    "policy": "no page is of it",
    "entity": "no page has anything from it",
}


@click.command(
    epilog="""\b
Examples:
  policypages uses contacts.privacy.phone
  policypages uses contacts --entity 'acme-*'
  policypages uses clause:cookies/persistent --all
  policypages uses entity:acme-shop --format json""",
    short_help="Say which sections print or test a fact.",
)
@click.argument("what")
@click.option(
    "--entity",
    "only",
    multiple=True,
    metavar="GLOB",
    shell_complete=complete_entity,
    help="Only on these sites; may be repeated.",
)
@click.option("--all", "every", is_flag=True, help="Name all pages, not the first few.")
@asked.format_option
@click.pass_obj
def uses(folder: str, *, what: str, only: tuple[str, ...], every: bool, form: str) -> int:
    """Say where WHAT ends up: which sections print a fact, only test it, or are reached by it otherwise.

    WHAT is the path of a fact, such as contacts.privacy.phone or contacts.privacy for all below it;
    or clause:ID, policy:ID, entity:ID.
    """
    repository, code = asked.open_site(folder)
    if repository is None:
        return code
    from policypages.build.planning import wanted
    from policypages.inquiry.answer import answer
    from policypages.inquiry.question import Refused, read_question

    question = read_question(what, repository.site)
    if isinstance(question, Refused):
        asked.refuse(question.message, question.hint)
    entities = repository.site.entities
    for glob in only:
        if not any(wanted(id_, (glob,)) for id_ in entities):
            asked.refuse(f"no entity is called `{glob}`", did_you_mean(glob, entities))
    found, problems = answer(repository, question, only)
    if isinstance(found, Refused):
        asked.refuse(found.message, found.hint)
    asked.warn([*repository.found, *problems])
    if form == "json":
        asked.echo_json(_data(found))
        return 0
    click.echo("\n".join(_lines(found, asked.width_of_stdout(), every=every)))
    return 0


# ----------------------------------------------------------------- text


def _lines(answer: Answer, width: int, *, every: bool) -> Iterator[str]:
    yield click.style(visible(answer.question.text), bold=True)
    yield from _values(answer.values, width, every=every)
    if answer.frame:
        yield "  " + dim("the theme may show it, too, round the text of every page")
    if not answer.groups:
        yield f"  {_NOTHING[answer.question.kind]} (of {count(answer.looked_at, 'page')})"
    for head, groups in _by_head(answer.groups):
        yield ""
        yield click.style(head, bold=True)
        for places, together in _together(groups):
            yield from _places(places, width)
            for group in together:
                yield from _pages(group, width, every=every)


def _values(values: Sequence[Value], width: int, *, every: bool) -> Iterator[str]:
    shown = values if every else values[:_FEW]
    if not shown:
        return
    places = [at(one.span) for one in shown]
    room = min(_WORTH, max(cells(one.value) for one in shown), max(20, width - max(map(cells, places)) - 4))
    for one, place in zip(shown, places, strict=True):
        yield f"  {padded(cut(one.value, room), room)}  {blue(place)}"
    if len(values) > len(shown):
        yield f"  … and {count(len(values) - len(shown), 'more statement')} (--all)"


def _by_head(groups: Sequence[Group]) -> Iterator[tuple[str, list[Group]]]:
    """Put what is used in the same manner under one heading."""
    heads: dict[str, list[Group]] = {}
    for group in groups:
        heads.setdefault(_head(group), []).append(group)
    yield from heads.items()


def _head(group: Group) -> str:
    if group.role != "reached":
        return _HEADS[group.role]
    if group.via == "title":
        return "reached through a title"
    if group.via == "number" or (group.via or "").startswith("sections."):
        return "reached through numbers, which a condition changes"
    return f"reached through {group.via}, which follows from it"


def _together(groups: Sequence[Group]) -> Iterator[tuple[list[Group], list[Group]]]:
    """Join neighbouring places that are used by the same sections of the same pages, and give those once."""
    by_place: dict[tuple[str, int, str], list[Group]] = {}
    for group in groups:
        by_place.setdefault((group.span.file, group.span.line, group.source), []).append(group)
    places: list[Group] = []
    known: list[Group] = []
    for here in by_place.values():
        if known and _used_by(here) != _used_by(known):
            yield places, known
            places = []
        places.append(here[0])
        known = here
    if known:
        yield places, known


def _used_by(groups: Sequence[Group]) -> list[tuple[object, ...]]:
    return [(group.span.file, group.absent, group.sections, group.pages) for group in groups]


def _places(groups: Sequence[Group], width: int) -> Iterator[str]:
    wide = max(cells(at(group.span)) for group in groups)
    for group in groups:
        place = padded(at(group.span), wide)
        room = width - wide - 4
        yield f"  {blue(place)}  {cut(group.source, max(room, 1))}".rstrip()


def _pages(group: Group, width: int, *, every: bool) -> Iterator[str]:
    """Name the sections and the pages of one group."""
    sections = [f"#{name.replace('/', '-')}" for name in group.sections]
    few = len(sections) if every else _FEW
    more = f" and {len(sections) - few:,} more" if len(sections) > few else ""
    names = ", ".join(sections[:few]) + more
    number = f"{count(len(group.pages), 'page')}: " if len(group.pages) > 1 else ""
    shown = group.pages if every else group.pages[:_FEW]
    pages = ", ".join(shown)
    if len(group.pages) > len(shown):
        pages += f" and {len(group.pages) - len(shown):,} more (--all)"
    if group.absent:
        names = f"{names}, now left out of" if group.role == "tests" else f"{names} of"
    elif names:
        names = f"{names} on"
    text = f"{names} {number}{pages}".lstrip()
    yield from report.fill(text, width, first="      ", rest="        ")


# ----------------------------------------------------------------- JSON


def _data(answer: Answer) -> dict[str, Any]:
    return {
        "asked": {"kind": answer.question.kind, "text": answer.question.text},
        "values": [
            {"value": one.value, "at": asked.as_data(one.span), "by": one.by, "pages": one.pages}
            for one in answer.values
        ],
        "uses": [
            {
                "role": group.role,
                "via": group.via,
                "at": asked.as_data(group.span),
                "source": group.source,
                "on_page": not group.absent,
                "sections": list(group.sections),
                "pages": list(group.pages),
            }
            for group in answer.groups
        ],
        "in_frame": answer.frame,
        "pages_looked_at": answer.looked_at,
        "entities_with_errors": list(answer.troubled),
    }
