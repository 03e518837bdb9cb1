"""Answer what is asked of a whole site folder: go through its entities, and gather what is found by place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from policypages.build.planning import wanted
from policypages.build.repository import Repository
from policypages.diagnostics import Diagnostic, Span, did_you_mean
from policypages.inquiry.origins import in_words, stated, value_at
from policypages.inquiry.pages import Page, pages_of
from policypages.inquiry.places import Place
from policypages.inquiry.question import Question, Refused
from policypages.inquiry.shared import uses_of_clause, uses_of_entity, uses_of_policy
from policypages.inquiry.uses import FactFinder, Role, Use

ROLES: Final[tuple[Role, ...]] = (
    "publishes",
    "extends",
    "hands down",
    "uses",
    "prints",
    "tests",
    "reached",
    "cites",
    "left out",
)
_FRAME: Final = frozenset(
    {"name", "sample", "url", "site_url", "policy.title", "policy.updated", "policy.reviewed"}
)


@dataclass(frozen=True, slots=True)
class Group:
    """What is used at one place: on `pages` by `sections`, which is the same on all of them."""

    role: Role
    via: str | None
    span: Span
    source: str
    absent: bool
    sections: tuple[str, ...]
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a fact has, where it is stated, and on how many pages it holds."""

    value: str
    place: Place
    by: str
    pages: int

    @property
    def span(self) -> Span:
        """Look up the line: of ten thousand values few are shown."""
        return self.place.span()


@dataclass(frozen=True, slots=True)
class Answer:
    """Where something ends up.

    `looked_at` are all pages that were asked; `frame` tells that the theme is given the fact for what
    stands round an article. `troubled` are the entities of which something is wrong.
    """

    question: Question
    values: tuple[Value, ...]
    groups: tuple[Group, ...]
    frame: bool
    looked_at: int
    troubled: tuple[str, ...]


def answer(
    repository: Repository, question: Question, only: Sequence[str] = ()
) -> tuple[Answer | Refused, list[Diagnostic]]:
    """Look through all entities (or those that globs name) for the uses of something."""
    find = _finder(question)
    gathered = _Gathered(question)
    found: list[Diagnostic] = []
    troubled = []
    for id_ in repository.site.entities:
        if not wanted(id_, only):
            continue
        pages, more = pages_of(repository, id_)
        found += more
        if any(one.severity == "error" for one in more):
            troubled.append(id_)
        gathered.take(pages, find(pages))
    if question.path[0] == "cookies" and len(question.path) > 1 and question.path[1] not in gathered.keys:
        name = question.path[1]
        return Refused(f"no entity has a cookie `{name}`", did_you_mean(name, gathered.keys)), found
    return gathered.answer(tuple(troubled)), found


def _finder(question: Question) -> Callable[[Sequence[Page]], Iterator[Use]]:
    match question.kind:
        case "fact":
            return FactFinder(question).uses
        case "clause":
            return partial(uses_of_clause, question)
        case "policy":
            return partial(uses_of_policy, question)
        case "entity":
            return partial(uses_of_entity, question)


class _Gathered:
    """What was found so far, by place."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.keys: set[str] = set()
        self.looked_at = 0
        self._groups: dict[tuple[Role, str | None, Place, str, bool], dict[str, list[str]]] = {}
        self._values: dict[tuple[str, Place, str], int] = {}

    def take(self, pages: Iterable[Page], uses: Iterable[Use]) -> None:
        for page in pages:
            self.looked_at += 1
            self.keys.update(page.entity.facts.get("cookies") or ())
            if self.question.kind == "fact":
                self._value(page)
        for use in uses:
            key = (use.role, use.via, use.place, use.source, use.absent)
            sections = self._groups.setdefault(key, {}).setdefault(use.page, [])
            if use.section and use.section not in sections:
                sections.append(use.section)

    def _value(self, page: Page) -> None:
        question = self.question
        if question.policy not in {None, page.task.policy}:
            return
        value = value_at(page.task.facts, question.path)
        words = in_words(value)
        where = stated(page, question.path)
        if words is None or not where or (isinstance(value, dict) and not hasattr(value, "words")):
            return
        key = (words, where[0].place, where[0].by)
        self._values[key] = self._values.get(key, 0) + 1

    def answer(self, troubled: tuple[str, ...]) -> Answer:
        values = [Value(words, place, by, count) for (words, place, by), count in self._values.items()]
        groups = []
        for (role, via, place, source, absent), pages in self._groups.items():
            by_sections: dict[tuple[str, ...], list[str]] = {}
            for page, sections in pages.items():
                by_sections.setdefault(tuple(sections), []).append(page)
            span = place.span()
            groups += [
                Group(role, via, span, source, absent, sections, tuple(each))
                for sections, each in by_sections.items()
            ]
        groups.sort(key=lambda one: (ROLES.index(one.role), one.absent, one.span, one.via or ""))
        name = ".".join(self.question.path)
        return Answer(self.question, tuple(values), tuple(groups), name in _FRAME, self.looked_at, troubled)
