"""Hold the rules against a house: its texts once each, its sites one by one, and the whole at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from policypages.checks.allow import Permission, at_section, in_values, stated_in
from policypages.checks.kinds import (
    Choice,
    Claim,
    ClauseText,
    FactsFile,
    Gathered,
    House,
    Library,
    MadeSite,
    PageView,
    Rule,
    leaves,
)
from policypages.checks.leads import name_of
from policypages.checks.made import made_site
from policypages.checks.marks import read_theme
from policypages.checks.rules import CODES_OF_ASKING, RULES, UNUSED_ALLOW
from policypages.checks.texts import Notes, TextReader
from policypages.diagnostics import RULES as REGISTERED
from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats.facts import locate, locate_in_front
from policypages.model import Clause, PageTask, Section, Site, SitePlan, SourceFile, page_of


class Seen(NamedTuple):
    """What looking at one site came to; what another site of the same process told is not told again.

    `hits` name what was found in texts that the site uses, `news` what is behind such a name.
    `used` are files of clauses; `read` are facts that only this site reads, `gathered` is what rules
    gathered from `own`, as (path, entity id). `stated` are permissions, `fired` are those that silenced
    something.
    """

    found: tuple[Diagnostic, ...] = ()
    hits: tuple[str, ...] = ()
    news: tuple[tuple[str, Diagnostic], ...] = ()
    used: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    own: tuple[str, str] = ("", "")
    gathered: tuple[Gathered, ...] = ()
    stated: tuple[Permission, ...] = ()
    fired: tuple[Permission, ...] = ()


@dataclass(slots=True)
class Whole:
    """What the sites of a house came to, gathered in one process."""

    hits: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    news: dict[str, Diagnostic] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    gathered: dict[Gathered, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    stated: set[Permission] = field(default_factory=set)
    fired: set[Permission] = field(default_factory=set)

    def take(self, id_: str, seen: Seen) -> None:
        """Add what one site came to."""
        for hit in seen.hits:
            self.hits[hit].append(id_)
        self.news.update(seen.news)
        self.used.update(seen.used)
        self.read.update(seen.read)
        for one in seen.gathered:
            self.gathered[one].append(seen.own)
        self.stated.update(seen.stated)
        self.fired.update(seen.fired)


class Inspector:
    """Looks at one house; sites may be looked at in any process that was forked from this one."""

    def __init__(
        self,
        site: Site,
        clauses: Iterable[Clause],
        *,
        read: frozenset[str],
        choice: Choice,
        today: date,
        rules: Sequence[Rule] = RULES,
    ) -> None:
        """Take the clauses that compile, without edits; `read` are the facts that anything may read."""
        self._site = site
        self._choice = choice
        self._today = today
        self._read = read
        self._rules = [rule for rule in rules if any(choice.wants(c, off=rule.off) for c in rule.codes)]
        self._reader = TextReader(self._rules, choice, site.settings.locale, site.settings.checks)
        self._clauses = tuple(clauses)
        self._always = [
            (number, rule.page)
            for number, rule in enumerate(self._rules)
            if rule.page is not None and rule.claims is None
        ]
        self._told: set[object] = set()
        self._theme = read_theme(site.theme.templates)

    # ---- one site

    @property
    def wants_made(self) -> bool:
        """Tell whether any rule looks at pages as they were made."""
        return any(rule.site is not None for rule in self._rules)

    def look_at(
        self, own: SourceFile, plan: SitePlan | None, made: Mapping[str, bytes], read: Iterable[str] = ()
    ) -> Seen:
        """Look at the facts of one entity's own file, and at its pages; a group has none.

        `made` are the bytes of pages by output path; one that could not be made has none. `read` are
        the facts that the file's own outline reads.
        """
        look = _Look(own)
        look.read += [fact for fact in read if fact not in self._read and self._is_news(("read", fact))]
        sample = plan.sample if plan is not None else own.values.get("sample") is True
        checks = self._site.settings.checks
        self._facts(FactsFile(own, dict(leaves(own.values)), sample, self._today, self._read, checks), look)
        look.stated += stated_in(own.file, own.values)
        if plan is not None:
            pages = {
                file.path: self._page(page, plan, look, released=page is not file.task)
                for file in plan.files
                if (page := page_of(file.task)) is not None
            }
            if self.wants_made:
                self._made(made_site(own, plan, pages, made, self._theme), look)
        return look.seen()

    def _is_news(self, what: object) -> bool:
        if what in self._told:
            return False
        self._told.add(what)
        return True

    def _facts(self, facts: FactsFile, look: _Look) -> None:
        file = facts.file
        for rule in self._rules:
            if rule.gather is not None:
                look.gathered += rule.gather(facts)
            for one in rule.facts(facts) if rule.facts is not None else ():
                if not self._choice.wants(one.code, off=rule.off):
                    continue
                permission = in_values(file.file, file.values, one.code)
                if permission is not None:
                    look.fired.add(permission)
                else:
                    look.found.append(one if one.entities else replace(one, entities=(file.id,)))

    def _page(self, task: PageTask, plan: SitePlan, look: _Look, *, released: bool) -> PageView:
        noted = [
            (section, self._reader.notes(section.clause))
            for section in task.every
            if section.clause is not None
        ]
        texts = [(section, notes.text) for section, notes in noted]
        page = PageView(task, texts, plan, self._library, released)
        claims: dict[int, list[tuple[Section, Claim]]] = {}
        for section, notes in noted:
            file = notes.text.file.file
            if self._is_news(("used", file)):
                look.used.append(file)
            if self._is_news(("reads", notes.text.digest)):
                look.read += notes.text.reads.facts - self._read
            if notes.found:
                self._hits(page, section, notes, look)
            for number, made in notes.claims.items():
                claims.setdefault(number, []).extend((section, claim) for claim in made)
        for number, find in self._always:
            self._judge(self._rules[number], find(page, ()), page, look)
        for number, made_here in sorted(claims.items()):
            rule = self._rules[number]
            if rule.page is not None:
                self._judge(rule, rule.page(page, made_here), page, look)
        return page

    def _made(self, site: MadeSite, look: _Look) -> None:
        for rule in self._rules:
            for page, section, one in rule.site(site) if rule.site is not None else ():
                if page.view is not None:
                    self._judge(rule, [(section, one)], page.view, look)
                elif self._choice.wants(one.code, off=rule.off):
                    permission = in_values(site.own.file, site.own.values, one.code)
                    if permission is not None:
                        look.fired.add(permission)
                    else:
                        chain = (f"entity `{site.own.id}` ({site.own.file})", f"page `{name_of(page.path)}`")
                        look.found.append(replace(one, entities=(site.own.id,), chain=one.chain or chain))

    def _hits(self, page: PageView, section: Section, notes: Notes, look: _Look) -> None:
        """Say that a page has what was found in one of its texts, where nobody allows it."""
        for number, one in enumerate(notes.found):
            permission = at_section(page, section, one.code, self._site)
            name = f"{notes.text.file.file}:{notes.text.digest}:{number}"
            if permission is not None:
                look.fired.add(permission)
            else:
                look.hits[name] = None
            if self._is_news(name):
                look.news.append((name, one))

    def _judge(self, rule: Rule, found: Iterable[Any], page: PageView, look: _Look) -> None:
        for section, one in found:
            if not self._choice.wants(one.code, off=rule.off):
                continue
            if section is not None:
                permission = at_section(page, section, one.code, self._site)
            else:
                permission = in_values(page.entity.file, page.entity.lineage[0].values, one.code)
            if permission is not None:
                look.fired.add(permission)
                continue
            look.found.append(
                replace(
                    one,
                    entities=one.entities or (page.entity.id,),
                    chain=one.chain or page.chain(section),
                )
            )

    @cached_property
    def _library(self) -> Library:
        return Library([notes.text for notes in self.texts()])

    # ---- the whole

    def texts(self) -> Iterator[Notes]:
        """Yield the notes of every text that compiles; done before sites are looked at, it is done once."""
        return map(self._reader.notes, self._clauses)

    def silence(self, whole: Whole, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """Leave out what reading the files found under a rule's code, where it is unwanted or allowed."""
        stated = self._stated(whole)
        for one in found:
            if one.code in REGISTERED:
                permission = Permission(one.span.file if one.span is not None else "", ("allow", one.code))
                if not self._choice.wants(one.code):
                    continue
                if permission in stated:
                    whole.fired.add(permission)
                    continue
            yield one

    def finish(
        self, whole: Whole, read: Callable[[str], bytes], *, limited: bool, broken: bool, all_rules: bool
    ) -> list[Diagnostic]:
        """Say what was found in texts, with the sites that it hits, and what is wrong with the whole.

        `read` gives the bytes of a source; `limited` tells that some sites were not looked at,
        `broken` that an error kept something from being looked at, and `all_rules` that nobody asked
        for some rules alone: then it shows which permissions silence nothing.
        """
        found = list(self._in_texts(whole, limited=limited))
        texts = [notes.text for notes in self.texts()]
        stated = self._stated(whole)

        def allowed(file: str, code: str) -> bool:
            permission = Permission(file, ("allow", code))
            if permission not in stated:
                return False
            whole.fired.add(permission)
            return True

        house = House(
            site=self._site,
            texts=texts,
            used=frozenset(whole.used),
            read=self._read | whole.read,
            today=self._today,
            gathered=whole.gathered,
            source=read,
            allowed=allowed,
            limited=limited or broken,
        )
        files = {text.file.file: text for text in texts}
        for rule in self._rules:
            for one in rule.house(house) if rule.house is not None else ():
                if not self._choice.wants(one.code, off=rule.off):
                    continue
                permission = self._in_file(one, files)
                if permission is not None:
                    whole.fired.add(permission)
                else:
                    found.append(one)
        if not house.limited and all_rules and self._choice.wants(UNUSED_ALLOW):
            found += self._unused(whole, read)
        return found

    def _in_texts(self, whole: Whole, *, limited: bool) -> Iterator[Diagnostic]:
        for hit, ids in whole.hits.items():
            yield replace(whole.news[hit], entities=tuple(sorted(set(ids))))
        if limited:
            return
        for notes in self.texts():
            if notes.text.file.file in whole.used:
                continue
            for one in notes.found:
                permission = in_values(notes.text.file.file, notes.text.file.values, one.code)
                if permission is None:
                    yield one
                else:
                    whole.fired.add(permission)

    def _in_file(self, one: Diagnostic, texts: Mapping[str, ClauseText]) -> Permission | None:
        """Return what allows a finding over the whole: the clause, or the file of facts, where it stands."""
        file = one.span.file if one.span is not None else ""
        if file in texts:
            return in_values(file, texts[file].file.values, one.code)
        for policy in self._site.policies.values():
            if policy.file == file:
                return in_values(file, policy.values, one.code)
        return None

    def _stated(self, whole: Whole) -> set[Permission]:
        """Return every permission of the house, once all sites were looked at."""
        stated = set(whole.stated)
        for policy in self._site.policies.values():
            stated.update(stated_in(policy.file, policy.values))
        for files in self._site.clauses.values():
            for clause in files:
                stated.update(stated_in(clause.file, clause.values))
        return stated

    def _unused(self, whole: Whole, read: Callable[[str], bytes]) -> Iterator[Diagnostic]:
        """Say of each permission that silenced nothing that it is to go."""
        off = {code for rule in RULES for code in rule.codes if not self._choice.wants(code, off=rule.off)}
        for file, path in self._stated(whole) - whole.fired:
            if path[-1] in off or path[-1] in CODES_OF_ASKING:
                continue  # nobody has looked; and a host that answers today is no reason to take it away
            find = locate_in_front if file.endswith(".md") else locate
            message, hint = f"`allow: {path[-1]}` silences nothing", "take it away"
            yield problem(UNUSED_ALLOW, message, find(file, read(file), path, key=True), hint=hint)


def without_outdone(found: Sequence[Diagnostic], rules: Sequence[Rule] = RULES) -> list[Diagnostic]:
    """Drop what yields to another finding at the same words."""
    yields = {code: others for rule in rules for code, others in rule.yields.items()}
    strong = frozenset[str]().union(*yields.values())
    taken: dict[tuple[str, int], list[tuple[str, Span]]] = defaultdict(list)
    for one in found:
        if one.span is not None and one.code in strong:
            taken[one.span.file, one.span.line].append((one.code, one.span))

    def is_outdone(one: Diagnostic) -> bool:
        others, span = yields.get(one.code), one.span
        if not others or span is None:
            return False
        near = taken.get((span.file, span.line), ())
        return any(code in others and _overlap(span, other) for code, other in near)

    return [one for one in found if not is_outdone(one)] if taken else list(found)


def _overlap(one: Span, other: Span) -> bool:
    return one.column < other.column + other.length and other.column < one.column + one.length


class _Look:
    """What one site comes to while it is looked at."""

    def __init__(self, own: SourceFile) -> None:
        self.own = (own.file, own.id)
        self.found: list[Diagnostic] = []
        self.hits: dict[str, None] = {}
        self.news: list[tuple[str, Diagnostic]] = []
        self.used: list[str] = []
        self.read: list[str] = []
        self.gathered: list[Gathered] = []
        self.stated: list[Permission] = []
        self.fired: set[Permission] = set()

    def seen(self) -> Seen:
        return Seen(
            tuple(self.found),
            tuple(self.hits),
            tuple(self.news),
            tuple(self.used),
            tuple(self.read),
            self.own,
            tuple(self.gathered),
            tuple(self.stated),
            tuple(self.fired),
        )
