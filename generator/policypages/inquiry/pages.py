"""The pages of a site as a question needs them: every section with its clause, and those left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policypages.build.repository import Repository
from policypages.diagnostics import Diagnostic
from policypages.model import Entity, PageTask, Section
from policypages.plan.settle import Outline, Settled
from policypages.plan.tree import Node

_INDEX = "/index.html"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A section of an outline; `section` is None where the page does not have it."""

    settled: Settled
    section: Section | None
    children: tuple[Part, ...]

    @property
    def id(self) -> str:
        """The section's id."""
        return self.settled.node.id


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page: `address` is `acme/privacy`, `path` that of its file below the output folder."""

    address: str
    path: str
    task: PageTask
    outline: Outline
    parts: tuple[Part, ...]

    @property
    def entity(self) -> Entity:
        """The entity in the page's locale."""
        return self.task.entity

    def every(self) -> Iterator[Part]:
        """Yield all sections in the order of the page, those that it does not have among them."""
        yield from walk(self.parts)


def walk(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield sections and all below them."""
    for part in parts:
        yield part
        yield from walk(part.children)


def pages_of(repository: Repository, id_: str) -> tuple[tuple[Page, ...], list[Diagnostic]]:
    """Load and plan one entity as a build does, and return its pages; none for a group."""
    loaded, found = repository.loader.load(id_)
    [(planned, more)] = repository.planner.plan([loaded])
    pages = [
        _page(repository, file.path, file.task)
        for file in (planned.files if planned is not None else ())
        if isinstance(file.task, PageTask)
    ]
    return tuple(pages), [*found, *more]


def _page(repository: Repository, path: str, task: PageTask) -> Page:
    policy = repository.site.policies[task.policy]
    outline = repository.planner.outlines.outline(task.entity, policy)
    known = {section.id: section for section in task.every}

    def parts(sections: Sequence[Settled], *, there: bool) -> tuple[Part, ...]:
        out = []
        for settled in sections:
            section = known.get(settled.node.id) if there else None
            if section is not None:
                outline.settle(settled)  # an entity that adjusts an outline has one of its own
            out.append(Part(settled, section, parts(settled.children, there=section is not None)))
        return tuple(out)

    return Page(path.removesuffix(_INDEX), path, task, outline, parts(outline.sections, there=True))


def omitted_from(page: Page) -> tuple[Node, ...]:
    """Return the sections that the outline or an adjustment omits, each with those below it."""
    tree = page.outline.tree
    found = list(tree.found)
    nodes = tree.grow()
    tree.found[:] = found  # what is wrong with the outline was said when the page was planned

    def look(nodes: Sequence[Node]) -> Iterator[Node]:
        for node in nodes:
            if node.values.get("omit"):
                yield node
            else:
                yield from look(node.children)

    return tuple(look(nodes))
