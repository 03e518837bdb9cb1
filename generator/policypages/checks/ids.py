"""Find two elements of one page that have the same id: a link to it leads to the first alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from policypages.checks.kinds import FoundAt, MadePage, MadeSite, Rule
from policypages.checks.leads import name_of
from policypages.checks.marks import is_shipped
from policypages.diagnostics import Label, Span, problem
from policypages.formats.origins import span_of

_CODE: Final = "duplicate-id"
# an outline that takes one of these is refused as `duplicate-anchor`, as are two sections with one anchor
_RESERVED: Final = frozenset({"page-top", "page-main"})


def duplicate_ids(site: MadeSite) -> Iterator[FoundAt]:
    """Compare the ids of each page."""
    for page in site.pages:
        ids = page.marks.ids if page.marks is not None else ()
        if len(set(ids)) < len(ids):
            for id_, times in Counter(ids).items():
                if times > 1:
                    yield from _explain(site, page, id_)


def _explain(site: MadeSite, page: MadePage, id_: str) -> Iterator[FoundAt]:
    sections = [one for one in page.view.task.every if one.anchor == id_] if page.view is not None else []
    in_theme = site.theme.places(id_, is_id=True)
    if len(sections) > 1 or (sections and id_ in _RESERVED):
        return
    message = f"two elements of this page have the id `{id_}`"
    if not sections:
        hint = "give one of them another `id`"
        if not in_theme:
            message = f"two elements of the page `{name_of(page.path)}` have the id `{id_}`"
            hint = f"`{page.template}` makes both: {hint}"
        labels = _labels(in_theme[1:], "the other is here")
        place = in_theme[0] if in_theme else None
        yield FoundAt(page, None, problem(_CODE, message, place, hint=hint, labels=labels))
        return
    section, place = sections[0], span_of(sections[0].origin)
    own = [span for span in in_theme if not is_shipped(span.file)]
    if own:  # the id of a section is public, and that of a house's own theme is easily changed
        hint = "give this another `id`: that of a section is public"
        labels = (Label(place, "the section is here"),)
        found = problem(_CODE, message, own[0], hint=hint, labels=labels)
    else:
        hint = "give the section an `id:` of its own"
        if not in_theme:
            hint += f": `{page.template}` makes the other"
        found = problem(_CODE, message, place, hint=hint, labels=_labels(in_theme, "the theme has it here"))
    yield FoundAt(page, section, found)


def _labels(spans: list[Span], text: str) -> tuple[Label, ...]:
    return tuple(Label(span, text) for span in spans)


RULE: Final = Rule((_CODE,), site=duplicate_ids)
