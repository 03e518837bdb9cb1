"""The command `explain`: where each section of a page comes from, as text for people or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from policypages.cli import asked, report
from policypages.cli.asked import at, blue, cut, dim, padded
from policypages.cli.build import complete_entity
from policypages.cli.excerpt import cells, visible
from policypages.diagnostics import has_errors

if TYPE_CHECKING:
    from policypages.build.repository import Repository
    from policypages.diagnostics import Span
    from policypages.inquiry.explain import (
        Condition,
        Fact,
        LeftOut,
        PageExplained,
        SectionExplained,
        StatedAt,
    )
    from policypages.inquiry.pages import Page

_LABEL: Final = 10
_VALUE: Final = 16  # of a value so much is shown at least where its place stands on the same line
_WORTH: Final = 60  # and no more than this in a column
_NOT_SET: Final = "not set"
_HEADINGS: Final = {"none": ", no heading", "run-in": ", heading run in"}


@click.command(
    epilog="""\b
Examples:
  policypages explain acme-shop/privacy
  policypages explain acme-shop/privacy#cookies
  policypages explain output/acme-shop/privacy/index.html --format json""",
    short_help="Say where each section of a page comes from.",
)
@click.argument("page", shell_complete=complete_entity)
@asked.format_option
@click.pass_obj
def explain(folder: str, *, page: str, form: str) -> int:
    """Say where each section of a PAGE comes from.

    That is the file of its text, the line of the outline that puts it there, its condition, and
    every fact that it prints or tests, with the line that states it. A PAGE is an entity and a
    policy, a file of the output, or an address on the web; `#section` asks for one section.
    """
    repository, code = asked.open_site(folder)
    if repository is None:
        return code
    from policypages.inquiry.explain import explain_page

    found, section = _find(repository, page)
    explained = explain_page(found)
    if form == "json":
        asked.echo_json(_page_data(_only(explained, section)))
        return 0
    click.echo("\n".join(_page_lines(_only(explained, section), asked.width_of_stdout())))
    return 0


def _find(repository: Repository, text: str) -> tuple[Page, str | None]:
    """Find the page that is asked for, and the section of it, or end and say what there is."""
    from policypages.inquiry import question
    from policypages.inquiry.pages import pages_of

    urls: dict[str, str] = {}
    if "://" in text:
        for id_ in repository.site.entities:
            for view in repository.loader.load(id_)[0].views[:1]:
                if view.values.get("url"):
                    urls[id_] = view.values["url"]
    address = question.read_address(text, repository.site, urls)
    if isinstance(address, question.Refused):
        asked.refuse(address.message, address.hint)
    pages, found = pages_of(repository, address.entity)
    if not pages and has_errors(found):
        report.show(found, "short", lambda _: "")
        raise click.exceptions.Exit(1)
    asked.warn([*repository.found, *found])
    page = question.find_page(address, pages)
    if isinstance(page, question.Refused):
        asked.refuse(page.message, page.hint)
    if address.section is None:
        return page, None
    section = question.find_section(address.section, page)
    if isinstance(section, question.Refused):
        asked.refuse(section.message, section.hint)
    return page, section


def _only(page: PageExplained, section: str | None) -> PageExplained:
    """Keep one section, with those below it."""
    if section is None:
        return page
    from dataclasses import replace

    from policypages.inquiry.explain import every_section

    here = tuple(one for one in every_section(page) if one.id == section)
    left = tuple(one for one in page.left_out if section in {one.id, *one.below})
    return replace(page, sections=here, left_out=() if here else left)


# ----------------------------------------------------------------- text


class _Row(NamedTuple):
    """A line about a section: the kind of thing, its name, its value, where it stands, a word on that."""

    label: str
    name: str
    value: str
    place: str
    note: str = ""

    @property
    def end(self) -> str:
        return f"{self.place}  {self.note}" if self.note else self.place


def _page_lines(page: PageExplained, width: int) -> Iterator[str]:
    rows = [(section, depth, list(_rows(section))) for section, depth in _with_depth(page.sections)]
    narrow = any(
        2 * depth + _LABEL + cells(row.name) + min(cells(row.value), _VALUE) + cells(row.end) + 6 > width
        for _, depth, each in rows
        for row in each
        if row.value and row.end
    )
    yield click.style(f"{visible(page.address)}: {visible(page.title)}", bold=True)
    about = f"{page.name}, policy {page.policy}, {page.locale}; output {page.output}"
    yield from report.fill(about, width, first="", rest="")
    for section, depth, each in rows:
        yield ""
        indent = "  " * depth
        number = f"{section.number}. " if section.number else ""
        mark = f"#{section.anchor}{_HEADINGS.get(section.heading, '')}"
        title = cut(f"{number}{section.title}", width - len(indent) - cells(mark) - 2)
        yield f"{indent}{click.style(title, bold=True)}  {dim(mark)}"
        yield from _table(each, f"{indent}  ", width, narrow=narrow)
    if page.left_out:
        yield ""
        yield click.style("not on this page", bold=True)
        yield from _left_out(page.left_out, width)


def _with_depth(
    sections: Sequence[SectionExplained], depth: int = 0
) -> Iterator[tuple[SectionExplained, int]]:
    for section in sections:
        yield section, depth
        yield from _with_depth(section.sections, depth + 1)


def _rows(section: SectionExplained) -> Iterator[_Row]:
    yield from _made_of(section)
    for option in section.options:
        note = "default" if option.default else ""
        yield _Row("option", option.name, option.value or _NOT_SET, at(option.span), note)
    printed = {fact.path: fact for fact in section.facts if fact.printed}
    for fact in printed.values():
        yield from _fact_rows("prints", fact)
    for fact in {fact.path: fact for fact in (*_of_when(section.when), *section.facts)}.values():
        if fact.path not in printed:
            yield from _fact_rows("tests", fact)
    for one in section.references:
        if one.part != "address":
            yield _Row("links to", one.target, one.shows, at(one.span))


def _made_of(section: SectionExplained) -> Iterator[_Row]:
    """Say which text stands there, and what put it there."""
    if section.text is not None:
        yield _Row("text", "", "", at(section.text))
    yield _Row("outline", "", "", at(section.outline))
    for change in section.adjusted:
        yield _Row("adjusted", "", "", at(change.span), ", ".join(change.keys))
    if section.variant:
        yield _Row("variant", section.variant, "", "")
    for edit in section.edits:
        yield _Row("edit", f"{edit.old} → {edit.new}", "", at(edit.span))
    if section.because:
        yield _Row("because", section.because, "", "")
    if section.when is not None:
        yield _Row("when", section.when.source, "", at(section.when.span), "holds")


def _of_when(condition: Condition | None) -> Iterable[Fact]:
    return condition.facts if condition is not None else ()


def _fact_rows(label: str, fact: Fact) -> Iterator[_Row]:
    """Write a fact with the line that states it; one that follows from others has these below it."""
    value = fact.value if fact.value is not None else _NOT_SET
    if not fact.follows:
        place = at(fact.stated[0].span) if fact.stated else ""
        yield _Row(label, fact.path, value, place, _handed_down(fact.stated))
        return
    yield _Row(label, fact.path, value, "", "" if fact.stated else "follows from " + ", ".join(fact.follows))
    above = fact.path.rpartition(".")[0] + "."
    for each in fact.stated:
        name = each.path.removeprefix(above)
        yield _Row(label, f"  from {name}", each.value or _NOT_SET, at(each.span), _handed_down((each,)))


def _handed_down(stated: Sequence[StatedAt]) -> str:
    return "inherited" if stated and stated[0].inherited else ""


def _table(rows: Sequence[_Row], indent: str, width: int, *, narrow: bool) -> Iterator[str]:
    """Lay rows out in columns; where they are too wide, the place of a value stands on a line of its own."""
    name_room = max((cells(row.name) for row in rows if row.value), default=0)
    values = [cells(row.value) for row in rows if row.value]
    ends = max((cells(row.end) for row in rows if row.value), default=0)
    room = width - cells(indent) - _LABEL - name_room - 2
    value_room = room if narrow else max(_VALUE, room - ends - 2)
    if not narrow:
        value_room = min(value_room, max(values, default=0), _WORTH)
    last = ""
    for row in rows:
        label = padded(row.label if row.label != last else "", _LABEL)
        last = row.label
        start = f"{indent}{dim(label)}"
        place = blue(row.place) + (dim(f"  {row.note}") if row.note else "")
        if not row.value:
            yield from _without_value(row, start, place, width - cells(indent) - _LABEL)
            continue
        lead = row.name[: len(row.name) - len(row.name.lstrip())]
        name = padded(lead + cut(row.name, max(name_room, 1)), name_room)
        value = cut(row.value, value_room if row.end else room)
        if narrow and row.end:
            yield f"{start}{name}  {value}"
            yield f"{indent}{' ' * (_LABEL + 2)}{place}"
        else:
            yield f"{start}{name}  {padded(value, value_room) + '  ' + place if row.end else value}"


def _without_value(row: _Row, start: str, place: str, room: int) -> Iterator[str]:
    if not row.name:
        yield start + place
    elif cells(row.name) + cells(row.end) + 2 <= room:
        yield f"{start}{visible(row.name)}" + (f"  {place}" if row.end else "")
    else:
        yield start + cut(row.name, room)
        if row.end:
            yield f"{' ' * (cells(click.unstyle(start)) + 2)}{place}"


def _left_out(left: Sequence[LeftOut], width: int) -> Iterator[str]:
    names = [one.id + (f" (and {len(one.below)} below it)" if one.below else "") for one in left]
    whys = [_why(one) for one in left]
    places = [at(one.span) for one in left]
    wide, why_wide = max(map(cells, names)), max(map(cells, whys))
    narrow = 2 + wide + 2 + why_wide + 2 + max(map(cells, places)) > width
    for name, why, place in zip(names, whys, places, strict=True):
        if narrow:
            yield f"  {padded(visible(name), wide)}  {cut(why, width - wide - 4)}"
            yield f"    {blue(place)}"
        else:
            yield f"  {padded(visible(name), wide)}  {padded(cut(why, why_wide), why_wide)}  {blue(place)}"


def _why(one: LeftOut) -> str:
    if one.when is None:
        return f"omitted: {one.because}" if one.because else "omitted"
    source, facts = one.when.source, one.when.facts
    if [fact.path for fact in facts] == [source]:
        return f"when: {source}, which is {facts[0].value or _NOT_SET}"
    values = [f"{fact.path} is {fact.value or _NOT_SET}" for fact in facts]
    return f"when: {source}, and {', '.join(values)}"


# ----------------------------------------------------------------- JSON


def _page_data(page: PageExplained) -> dict[str, Any]:
    return {
        "page": page.address,
        "output": page.output,
        "entity": page.entity,
        "name": page.name,
        "policy": page.policy,
        "locale": page.locale,
        "title": page.title,
        "sections": [_section_data(section) for section in page.sections],
        "left_out": [
            {
                "id": one.id,
                "why": one.why,
                "because": one.because,
                "at": asked.as_data(one.span),
                "when": _condition_data(one.when),
                "below": list(one.below),
            }
            for one in page.left_out
        ],
    }


def _section_data(section: SectionExplained) -> dict[str, Any]:
    place = asked.as_data
    return {
        "id": section.id,
        "anchor": section.anchor,
        "number": section.number,
        "title": section.title,
        "heading": section.heading,
        "clause": section.clause,
        "variant": section.variant,
        "locale": section.locale,
        "text": place(section.text),
        "outline": place(section.outline),
        "outline_by": section.outline_by,
        "because": section.because,
        "adjusted": [
            {"keys": list(one.keys), "at": place(one.span), "by": one.by, "because": one.because}
            for one in section.adjusted
        ],
        "edits": [{"old": one.old, "new": one.new, "at": place(one.span)} for one in section.edits],
        "when": _condition_data(section.when),
        "options": [
            {
                "name": one.name,
                "value": one.value,
                "default": one.default,
                "at": place(one.span),
                "by": one.by,
            }
            for one in section.options
        ],
        "shows": section.shows,
        "facts": [_fact_data(fact) for fact in section.facts],
        "references": [
            {"target": one.target, "part": one.part, "shows": one.shows, "at": place(one.span)}
            for one in section.references
        ],
        "sections": [_section_data(each) for each in section.sections],
    }


def _condition_data(when: Condition | None) -> dict[str, Any] | None:
    if when is None:
        return None
    return {
        "source": when.source,
        "holds": when.holds,
        "at": asked.as_data(when.span),
        "facts": [_fact_data(fact) for fact in when.facts],
    }


def _fact_data(fact: Fact) -> dict[str, Any]:
    spans: tuple[Span, ...] = fact.spans
    return {
        "path": fact.path,
        "value": fact.value,
        "printed": fact.printed,
        "in_title": fact.title,
        "read_at": [asked.as_data(span) for span in spans],
        "stated": [
            {
                "path": one.path,
                "value": one.value,
                "at": asked.as_data(one.span),
                "by": one.by,
                "inherited": one.inherited,
            }
            for one in fact.stated
        ],
        "follows_from": list(fact.follows),
    }
