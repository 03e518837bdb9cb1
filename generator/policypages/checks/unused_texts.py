"""Find clauses that stand in no outline, and variants of clauses that nobody chose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from policypages.checks.kinds import FactsFile, Gathered, House, Rule
from policypages.diagnostics import Diagnostic, Label, Span, problem

CLAUSE: Final = "unused-clause"
VARIANT: Final = "unused-variant"
_PLACE: Final = "section"
_CHOICE: Final = "variant"


def _outlines(values: Mapping[str, Any]) -> Iterator[Gathered]:
    """Yield which section stands for which clause, and which section chooses which variant."""
    for section in values.get("sections") or ():
        if not isinstance(section, Mapping):
            continue
        clause = section.get("clause")
        id_ = section.get("id") or clause
        if clause:
            yield _PLACE, (id_, clause)
        if section.get("variant"):
            yield _CHOICE, (id_, section["variant"])
        yield from _outlines(section)
    for id_, change in (values.get("adjust") or {}).items():
        if isinstance(change, Mapping) and change.get("variant"):
            yield _CHOICE, (id_, change["variant"])
    for key in ("policies", "in"):
        for below in (values.get(key) or {}).values():
            if isinstance(below, Mapping):
                yield from _outlines(below)


def _gather(facts: FactsFile) -> Iterable[Gathered]:
    if "policies" not in facts.file.values and "in" not in facts.file.values:
        return ()
    return dict.fromkeys(_outlines(facts.file.values))


def _house(house: House) -> Iterable[Diagnostic]:
    if house.limited:
        return
    gathered = {one for one in house.gathered if one[0] in {_PLACE, _CHOICE}}
    for policy in house.site.policies.values():
        gathered.update(_outlines(policy.values))
    places = [value for kind, value in gathered if kind == _PLACE]
    choices = [value for kind, value in gathered if kind == _CHOICE]
    clauses = {clause for _, clause in places}
    chosen = {(clause, variant) for place, variant in choices for id_, clause in places if place == id_}
    for id_, files in house.site.clauses.items():
        if id_ not in clauses:
            if not any(file.file in house.used for file in files):
                first, *others = sorted(files, key=lambda file: (file.variant or "", file.locale or ""))
                labels = tuple(Label(Span(file.file), "and this text of it") for file in others)
                hint = "name it in an outline, or delete it"
                message = f"the clause `{id_}` stands in no outline"
                yield problem(CLAUSE, message, Span(first.file), hint=hint, labels=labels)
            continue
        for file in files:
            if file.variant and (id_, file.variant) not in chosen and file.file not in house.used:
                message = f"the variant `{file.variant}` of the clause `{id_}` is chosen nowhere"
                hint = f"choose it at a section: `variant: {file.variant}`, or delete it"
                yield problem(VARIANT, message, Span(file.file), hint=hint)


RULE: Final = Rule(codes=(CLAUSE, VARIANT), gather=_gather, house=_house)
