"""Find who uses what sites share: the sections of a clause, the pages of a policy, the heirs of an entity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from policypages.inquiry.origins import in_words, stated, value_at
from policypages.inquiry.pages import Page, Part, omitted_from
from policypages.inquiry.places import Place, of_origin
from policypages.inquiry.question import Question
from policypages.inquiry.readings import PageReader, when_of
from policypages.inquiry.uses import Use
from policypages.model import Target
from policypages.plan.tree import Node, walk_nodes


def uses_of_clause(question: Question, pages: Sequence[Page]) -> Iterator[Use]:
    """Find the sections with a clause, those that are left out, and the sections that refer to them."""
    anchors: dict[tuple[str, str], set[str]] = {}
    for page in pages:
        here = anchors[page.entity.locale, page.task.policy] = set()
        for part in page.every():
            section = part.section
            file = section.clause.file if section is not None and section.clause is not None else None
            if section is None and _names(question, part.settled.node):
                yield _left_out(page, part)
            elif file is not None and (file.id, question.variant or file.variant) == (
                question.path[0],
                file.variant,
            ):
                here.add(part.settled.anchor)
                place = of_origin(part.settled.node.origin)
                yield Use("uses", page.address, part.id, place, file.file)
        for node in omitted_from(page):
            for each in walk_nodes([node]):
                if _names(question, each):
                    yield Use("left out", page.address, each.id, of_origin(node.origin), "omit", absent=True)
    for page in pages:
        locale, policy = page.entity.locale, page.task.policy

        def is_of_clause(target: Target, locale: str = locale, policy: str = policy) -> bool:
            where, sign, anchor = target.address.partition("#")
            known = anchors.get((locale, where.removeprefix("policy:") or policy), set())
            return bool(sign) and anchor in known

        yield from _citing(page, is_of_clause)


def uses_of_policy(question: Question, pages: Sequence[Page]) -> Iterator[Use]:
    """Find the pages of a policy, and the sections that link to it or into it."""
    id_ = question.path[0]
    for page in pages:
        policy = page.outline.tree.policy
        if policy.id == id_:
            yield Use("publishes", page.address, "", Place(policy.file), page.task.title)
        yield from _citing(page, lambda target: target.address.partition("#")[0] == f"policy:{id_}")


def uses_of_entity(question: Question, pages: Sequence[Page]) -> Iterator[Use]:
    """Find the entities that extend one, and what they print of the facts that it hands down."""
    id_ = question.path[0]
    for page in pages:
        if id_ not in {file.id for file in page.entity.lineage[1:]}:
            continue
        place = Place(next(file.file for file in page.entity.lineage if file.id == id_))
        yield Use("extends", page.address, "", place, id_)
        reader = PageReader(page)
        for part in page.every():
            for reading in dict.fromkeys(reader.of(part)):
                if reading.mode not in {"print", "count"} or reading.path[0] in {"option", "sections"}:
                    continue
                for one in stated(page, reading.path):
                    if one.by == id_:
                        value = in_words(value_at(page.task.facts, (*one.path.split("."),)))
                        source = f"{one.path}: {value}"
                        yield Use("hands down", page.address, part.id, one.place, source)


def _names(question: Question, node: Node) -> bool:
    """Tell whether a section that is not on the page would have the clause."""
    values: Mapping[str, object] = node.values
    return values.get("clause") == question.path[0] and question.variant in {None, values.get("variant")}


def _left_out(page: Page, part: Part) -> Use:
    node = part.settled.node
    if part.settled.when is None:
        return Use("left out", page.address, part.id, of_origin(node.origin), "", absent=True)
    place = PageReader(page).when_place(part)
    return Use("left out", page.address, part.id, place, f"when: {when_of(part)}", absent=True)


def _citing(page: Page, fits: Callable[[Target], bool]) -> Iterator[Use]:
    """Find the sections whose text refers to something."""
    reader = PageReader(page)
    for part in page.every():
        clause = part.section.clause if part.section is not None else None
        if clause is None or not (clause.body.reads.refs or clause.body.reads.links):
            continue
        for reading in reader.of(part):
            targets = {"ref": page.task.refs, "link": page.task.links}.get(reading.path[0])
            target = targets.get(reading.path[1]) if targets is not None else None
            if target is not None and fits(target):
                yield Use("cites", page.address, part.id, reading.place, reading.source)
