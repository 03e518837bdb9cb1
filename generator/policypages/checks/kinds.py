"""The kinds of rules: over one text of a clause, a page, a file of facts, or the whole house."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple, TypeVar

from policypages.checks.marks import Marks, ThemeMarks
from policypages.diagnostics import Diagnostic, Severity
from policypages.formats.clauses import Passage, Prose
from policypages.model import ClauseFile, Entity, PageTask, Reads, Section, Site, SitePlan, SourceFile

Path = tuple[str | int, ...]
Level = Severity | Literal["off"]
Made = TypeVar("Made")
Gathered = tuple[str, Any]
"""What a rule gathers from a file of facts to judge at the end: a kind, and a value that can be hashed."""


@dataclass(frozen=True, slots=True, eq=False)
class ClauseText:
    """One text of a clause as rules see it, the edits of one use applied.

    `passages` are those of title, summary and body; `links` are those without tags in their address.
    `reads` is what title, summary and body read. `digest` tells it from every other text. `checks` is
    what the settings say of rules.
    """

    file: ClauseFile
    locale: str
    digest: str
    passages: tuple[Passage, ...]
    prose: Prose
    reads: Reads
    tags: frozenset[str]
    checks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language without its country: `en` of `en-GB`."""
        return self.locale.partition("-")[0]

    def once(self) -> Iterable[Passage]:
        """Yield each run of words in its first reading."""
        return (passage for passage in self.passages if not passage.reading)


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Every text of every clause that compiles, and what rules make of all of them, each once."""

    texts: Sequence[ClauseText] = ()
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict)

    def once(self, make: Callable[[Sequence[ClauseText]], Made]) -> Made:
        """Return what a function makes of all texts."""
        if make not in self._made:
            self._made[make] = make(self.texts)
        made: Made = self._made[make]
        return made


@dataclass(frozen=True, slots=True, eq=False)
class PageView:
    """One page: its task, the texts of its sections in the order of the page, and the site round it.

    `library` has the texts of the whole house, those of other pages too. A page that is released shows
    its version, which is a day.
    """

    task: PageTask
    texts: Sequence[tuple[Section, ClauseText]]
    plan: SitePlan
    library: Library = field(default_factory=Library)
    released: bool = False

    @property
    def entity(self) -> Entity:
        """The entity of the page, in the page's locale."""
        return self.task.entity

    def chain(self, section: Section | None) -> tuple[str, ...]:
        """Say how a reader came to a section."""
        way = (f"entity `{self.entity.id}` ({self.entity.file})", f"policy `{self.task.policy}`")
        return way if section is None else (*way, f"section `{section.id}`")


@dataclass(frozen=True, slots=True, eq=False)
class MadePage:
    """A page as it was made, at a path below its site's folder; `marks` are None where it could not be.

    `view` is None for pages that hold no policy: the list of policies, and that for a missing address.
    """

    path: str
    template: str
    view: PageView | None
    marks: Marks | None


@dataclass(frozen=True, slots=True, eq=False)
class MadeSite:
    """A site as it was made: its entity's own file, its address, all its files, and its pages."""

    own: SourceFile
    url: str | None
    files: frozenset[str]
    pages: Sequence[MadePage]
    theme: ThemeMarks


class Claim(NamedTuple):
    """What a text claims, and a page has to bear out; what it holds is between a rule and itself."""

    kind: str
    value: Any
    passage: Passage
    start: int
    end: int


class Found(NamedTuple):
    """What a rule found on a page, and the section whose `allow` may silence it."""

    section: Section | None
    diagnostic: Diagnostic


class FoundAt(NamedTuple):
    """What a rule found in a site as it was made: on which page, and the section as for Found."""

    page: MadePage
    section: Section | None
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, eq=False)
class FactsFile:
    """One file of facts, by itself: `leaves` are its texts, numbers and dates, by path.

    `sample` tells that its site is not to be published, `today` for which day it is looked at;
    `read` are the facts that clauses, titles, conditions and shown contacts read. `checks` is what
    the settings say of rules.
    """

    file: SourceFile
    leaves: Mapping[Path, Any]
    sample: bool
    today: date
    read: frozenset[str] = frozenset()
    checks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class House:
    """The whole: every text of every clause that compiles, and what all pages together use.

    `used` are the files of the texts that stand on a page, `read` the facts that clauses, titles,
    conditions and shown contacts read. `gathered` has what rules gathered from files of facts, each
    with those files as (path, entity id). `source` gives the bytes of a source; `allowed` tells, and
    keeps in mind, that a file allows a code. `limited` tells that some sites were not looked at, or that
    what is broken kept something from being looked at: what nobody uses is not known then.
    """

    site: Site
    texts: Sequence[ClauseText]
    used: frozenset[str]
    read: frozenset[str]
    today: date
    gathered: Mapping[Gathered, Sequence[tuple[str, str]]]
    source: Callable[[str], bytes]
    allowed: Callable[[str, str], bool]
    limited: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule and the codes that it gives; of its looks it has those that it needs.

    `text` looks at one text of a clause, once; `claims` gathers from it, once, what each page has to
    bear out, and `page` looks at a page whose texts have such claims (at every page, where there is
    no `claims`). `site` looks at all pages of a site as they were made. `facts` looks at one file of
    facts, `house` at the whole, with what `gather` gathered from each file of facts. A rule with a
    `language` is asked about texts of that alone. One that is `off` runs only where it is selected by
    name. `yields` names for a code those that say more of the same words: where one of them stands, the
    first is not shown.
    """

    codes: tuple[str, ...]
    text: Callable[[ClauseText], Iterable[Diagnostic]] | None = None
    claims: Callable[[ClauseText], Iterable[Claim]] | None = None
    page: Callable[[PageView, Sequence[tuple[Section, Claim]]], Iterable[Found]] | None = None
    site: Callable[[MadeSite], Iterable[FoundAt]] | None = None
    facts: Callable[[FactsFile], Iterable[Diagnostic]] | None = None
    gather: Callable[[FactsFile], Iterable[Gathered]] | None = None
    house: Callable[[House], Iterable[Diagnostic]] | None = None
    language: str | None = None
    off: bool = False
    yields: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which codes of rules somebody wants to see, and how severe they are; None selects what is on.

    Selecting `all` selects those, too, that are off by default.
    """

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    severity: Mapping[str, Level] = field(default_factory=dict)

    def wants(self, code: str, *, off: bool = False) -> bool:
        """Tell whether a rule's code is asked for."""
        if code in self.ignore or self.severity.get(code) == "off":
            return False
        if self.select is None or "all" in self.select:
            return self.select is not None or not off
        return code in self.select

    @property
    def everything(self) -> bool:
        """Tell whether no code was left out by name."""
        off = self.ignore or "off" in self.severity.values()
        return not off and (self.select is None or "all" in self.select)


def leaves(values: Any, way: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield what is neither a mapping nor a list, with the path of keys to it."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from leaves(value, (*way, key))
    elif isinstance(values, list | tuple):
        for index, value in enumerate(values):
            yield from leaves(value, (*way, index))
    elif values is not None:
        yield way, values
