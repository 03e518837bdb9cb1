"""Find where a fact ends up: the sections that print it, that only test it, and that it reaches otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from policypages.inquiry.origins import follows_from, stated, value_at
from policypages.inquiry.pages import Page, Part, walk
from policypages.inquiry.places import Place
from policypages.inquiry.question import Question
from policypages.inquiry.readings import PageReader, Reading, title_of
from policypages.model import Target, Text

Role = Literal[
    "prints", "tests", "reached", "uses", "left out", "cites", "publishes", "extends", "hands down"
]
_ENTRY: Final = 2  # so many names lead to an entry: `contacts.privacy`, `cookies.sid`
_DIRECT: Final = frozenset({"print", "count"})


@dataclass(frozen=True, slots=True)
class Use:
    """One use: `page` is its address, `section` an id, empty where it is of the page as a whole.

    `via` says by what a fact reaches a section that does not name it: a title, a number, or a fact
    that follows from it. `absent` are sections that the page does not have now, and might have.
    """

    role: Role
    page: str
    section: str
    place: Place
    source: str
    via: str | None = None
    absent: bool = False


class FactFinder:
    """Finds the uses of one fact; which texts may read it is kept from one entity to the next."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._known: dict[int, tuple[Text, bool]] = {}

    def uses(self, pages: Sequence[Page]) -> Iterator[Use]:
        """Find the uses of the fact on the pages of one entity."""
        for locale in dict.fromkeys(page.entity.locale for page in pages):
            yield from _OfFact(self, [page for page in pages if page.entity.locale == locale]).run()

    def may_read(self, text: Text) -> bool:
        """Tell whether a text names the fact, what is above or below it, or what follows from it."""
        known = self._known.get(id(text))
        if known is None:
            paths = [(*path.split("."),) for path in text.reads.facts]
            # the variable of a loop stands for entries, of which the text may read what it likes
            hit = any(
                overlap(each, self.question.path) for path in paths for each in (path, *follows_from(path))
            )
            known = self._known[id(text)] = (text, hit)  # held, so that its id stays its own
        return known[1]


def overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether one of two paths leads to the other or into it; `*` is any name."""
    return all(a == b or "*" in {a, b} for a, b in zip(one, other, strict=False))


@dataclass(slots=True)
class _Reached:
    """What changes of the sections of one page with the fact, beside their text: titles and numbers."""

    titles: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)


class _OfFact:
    """The uses of one fact on the pages of one entity in one locale."""

    def __init__(self, finder: FactFinder, pages: Sequence[Page]) -> None:
        self.finder = finder
        self.path = finder.question.path
        self.policy = finder.question.policy
        self.pages = pages
        self.asked = [self._is_asked(page) for page in pages]
        self.reached = {page.task.policy: _Reached() for page in pages}
        self.readers = {page.task.policy: PageReader(page) for page in pages}
        self.found: dict[tuple[str, str], list[Use]] = {}

    def run(self) -> Iterator[Use]:
        later: list[Use] = []
        for page, asked in zip(self.pages, self.asked, strict=True):
            if asked:
                later += self._of_page(page)
                if self.path == ("policy", "title"):
                    self.found[page.address, ""] = list(_of_title(page))
        if any(one.titles or one.numbers for one in self.reached.values()) or self.path == (
            "policy",
            "title",
        ):
            for page in self.pages:
                later += self._references(page)
        for use in later:
            known = self.found.setdefault((use.page, use.section), [])
            if not known or known[0].role in {"reached", use.role}:
                known.append(use)
        for uses in self.found.values():
            yield from dict.fromkeys(uses)

    def _is_asked(self, page: Page) -> bool:
        return self.policy is None or page.task.policy == self.policy

    # ---- what a section reads

    def _of_page(self, page: Page) -> list[Use]:
        """Gather what prints and tests the fact; return what it reaches, for sections that do neither."""
        reader = self.readers[page.task.policy]
        later: list[Use] = []
        for part in page.every():
            if part.section is None or not self._may_read(part):
                continue
            by_role: dict[str, list[Use]] = {"prints": [], "tests": [], "reached": []}
            for reading in reader.of(part):
                role, via = self._role(page, reading)
                if role is None:
                    continue
                if reading.by == "title":
                    self.reached[page.task.policy].titles.add(part.id)
                source = f"title: {reading.source}" if reading.by == "title" else reading.source
                by_role[role].append(Use(role, page.address, part.id, reading.place, source, via))
            best = by_role["prints"] or by_role["tests"]
            if best:
                self.found[page.address, part.id] = best
            later += by_role["reached"]
        return [*self._conditions(page, reader), *later]

    def _may_read(self, part: Part) -> bool:
        section = part.section
        if section is None:
            return False
        texts = [title_of(part), section.clause.body if section.clause is not None else None]
        if any(text is not None and self.finder.may_read(text) for text in texts):
            return True
        return bool(section.shows) and overlap((section.shows or "").split("."), self.path)

    def _role(self, page: Page, reading: Reading) -> tuple[Role | None, str | None]:
        if reading.mode != "print" and self._stands_without(page, reading.path):
            return None, None
        if overlap(reading.path, self.path):
            direct = reading.mode in _DIRECT
            if reading.mode == "count" and len(self.path) > len(reading.path):
                direct = False  # how many entries there are does not tell what is in them
            return ("prints" if direct else "tests"), None
        if any(overlap(base, self.path) for base in follows_from(reading.path)):
            return "reached", ".".join(reading.path)
        return None, None

    def _stands_without(self, page: Page, path: tuple[str, ...]) -> bool:
        """Tell whether an entry is there whatever the fact is: a cookie, or a contact with other facts."""
        if len(self.path) <= _ENTRY or len(path) > _ENTRY or self.path[: len(path)] != path:
            return False
        entry = value_at(page.task.facts, self.path[:_ENTRY])
        if path[0] == "cookies":
            return entry is not None
        worked_out = {"id", "channels", self.path[_ENTRY]}
        return path[0] == "contacts" and any(
            value is not None and name not in worked_out for name, value in (entry or {}).items()
        )

    # ---- conditions, and the numbers that they change

    def _conditions(self, page: Page, reader: PageReader) -> Iterator[Use]:
        deciding: dict[str, Reading] = {}

        def look(parts: Sequence[Part], *, there: bool) -> None:
            for part in parts:
                reading = self._decides(page, part, reader) if there else None
                if reading is not None:
                    deciding[part.id] = reading
                look(part.children, there=part.section is not None or reading is not None)

        look(page.parts, there=True)
        if not deciding:
            return
        for part in page.every():
            reading = deciding.get(part.id)
            if reading is not None:
                for each in walk([part]):
                    absent = each.section is None
                    yield Use("tests", page.address, each.id, reading.place, reading.source, absent=absent)
        for part in page.every():
            if part.settled.numbered and part.section is not None:
                yield from self._renumbered(page, part, deciding, reader)

    def _decides(self, page: Page, part: Part, reader: PageReader) -> Reading | None:
        condition = part.settled.when
        if condition is None or not self.finder.may_read(condition):
            return None
        return next((one for one in reader.when(part) if self._role(page, one)[0] is not None), None)

    def _renumbered(
        self, page: Page, parent: Part, deciding: dict[str, Reading], reader: PageReader
    ) -> Iterator[Use]:
        """Say which sections have other numbers where a condition before them comes to something else."""
        numbers = self.reached[page.task.policy].numbers
        cause: Reading | None = None
        others = 0
        for child in parent.children:
            if child.settled.heading != "block":
                continue
            if child.id in deciding:
                cause = cause or deciding[child.id]
                numbers.add(child.id)
                continue
            others += child.section is not None
            if cause is None:
                continue
            for each in walk([child]):
                if each.section is not None and each.section.number:
                    numbers.add(each.id)
                    yield Use("reached", page.address, each.id, cause.place, cause.source, "number")
        if cause is None:
            return
        for reading in reader.of(parent):
            if reading.path[0] == "sections" and not (reading.path[1:] == ("first",) and others):
                name = ".".join(reading.path)
                yield Use("reached", page.address, parent.id, reading.place, reading.source, name)

    # ---- references

    def _references(self, page: Page) -> Iterator[Use]:
        reader = self.readers[page.task.policy]
        for part in page.every():
            clause = part.section.clause if part.section is not None else None
            if clause is None or not (clause.body.reads.refs or clause.body.reads.links):
                continue
            for reading in reader.of(part):
                via = self._shows_changed(page, reading)
                if via is not None:
                    yield Use("reached", page.address, part.id, reading.place, reading.source, via)

    def _shows_changed(self, page: Page, reading: Reading) -> str | None:
        """Tell what a reference shows of a section whose title or number the fact decides."""
        kind = reading.path[0]
        if kind not in {"ref", "link"} or reading.mode not in {"title", "number"}:
            return None
        targets = page.task.refs if kind == "ref" else page.task.links
        target: Target | None = targets.get(reading.path[1])
        if target is None:
            return None
        where, _, anchor = target.address.partition("#")
        policy = where.removeprefix("policy:") or page.task.policy
        if not anchor:
            titled = self.path == ("policy", "title") and self.policy in {None, policy}
            return "title" if titled else None
        reached = self.reached.get(policy)
        if reached is None:
            return None
        ids = reached.titles if reading.mode == "title" else reached.numbers
        return reading.mode if anchor in {id_.replace("/", "-") for id_ in ids} else None


def _of_title(page: Page) -> Iterator[Use]:
    """Say that the title of a page stands over it, as the entity or the policy states it."""
    for one in stated(page, ("policy", "title")):
        yield Use("prints", page.address, "", one.place, "the title of the page")
