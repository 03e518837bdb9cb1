"""Compare two states of a site: which pages have other words, in which ways, and why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from policypages.build.unreleased import text_digest_of
from policypages.diagnostics import Diagnostic, gather, has_errors
from policypages.history.causes import Cause, Causes
from policypages.history.compared import (
    Comparison,
    Looked,
    PageChange,
    PageName,
    grouped,
    released_between,
)
from policypages.history.cuts import Cut, cuts, followed
from policypages.history.renames import renamed_policies, renamed_sections
from policypages.history.states import Pair, State, States
from policypages.load.entity import Loaded
from policypages.model import PageTask, SitePlan, page_of
from policypages.redline import Redline, compare
from policypages.render import render_article
from policypages.workers import map_shares

PER_WORKER: Final = 40  # as in a build: for fewer sites no process pays
TOGETHER: Final = 40
COUNTED: Final = 500  # sites of which nothing changed are loaded to count their pages, where they are no more
_SHARES: Final = 1000
_REDLINES: Final = 5  # a share of them: each takes as long as many pages
_TAG: Final = re.compile(r"<[^>]*>")


class Comparer:
    """Compares the pages of entities in two states; what is equal in both is not rendered."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._after = states.after
        self._causes = Causes(states, states.before) if states.before is not None else None
        self._policies = renamed_policies(states)
        self._broken = _broken(states.before)

    def run(
        self, only: Sequence[str], *, jobs: int, progress: Callable[[int, int], None] | None = None
    ) -> Comparison:
        """Compare all entities, or those that globs name, in as many processes as pay."""
        out = Comparison(found=[*self._after.found])
        if has_errors(out.found):
            return out
        pairs = self._states.pairs(only)
        looked = self._states.may_differ(pairs)
        out.sites, out.looked_at = len(pairs), len(looked)
        jobs = max(1, min(jobs, len(looked) // PER_WORKER))
        size = max(PER_WORKER, -(-len(looked) // _SHARES))
        shares = [looked[at : at + size] for at in range(0, len(looked), size)]
        changes: list[PageChange] = []
        pages = 0
        for done, one in enumerate(map_shares(self.look, shares, jobs=jobs), 1):
            pages += one.pages
            changes += one.changed
            out.added += one.added
            out.removed += one.removed
            out.moved += one.moved
            out.lost += one.lost
            out.found += one.found
            out.found_before += one.found_before
            if progress is not None:
                progress(done, len(looked))
        known = set(looked)
        rest = [pair for pair in pairs if pair not in known]
        out.total = pages + sum(self._count(rest)) if len(rest) <= COUNTED else None
        out.groups = grouped(changes)
        out.released = released_between(self._states)
        for some in (out.added, out.removed, out.moved, out.lost):
            some.sort()
        if self._states.before is not None and (out.lost or self._broken):
            out.found_before += self._states.before.found
        out.found, out.found_before = gather(out.found), gather(out.found_before)
        return out

    def redlines(self, changes: Sequence[PageChange], *, jobs: int) -> dict[bytes, Redline]:
        """Make the redlines of pages, by the key of their change, in as many processes as pay."""
        shares = [changes[at : at + _REDLINES] for at in range(0, len(changes), _REDLINES)]

        def work(some: Sequence[PageChange]) -> Iterator[tuple[bytes, Redline]]:
            for change in some:
                yield change.key, self.redline(change)

        return dict(map_shares(work, shares, jobs=jobs))

    def redline(self, change: PageChange) -> Redline:
        """Make the redline of one page."""
        old, new = self.articles(change)
        return compare(old, new)

    def articles(self, change: PageChange) -> tuple[str, str]:
        """Compose both articles of a page that changes, the old one with the anchors of today."""
        id_ = change.page.entity
        pair = (self._states.renamed.get(id_, id_), id_)
        for old, new in self._plans([pair]):
            news, olds = (_pages(plan[1]) for plan in (new, old))
            for key, (task, _) in news.items():
                if key == (change.page.policy, change.page.locale):
                    before = olds[self._policies.get(key[0], key[0]), key[1]][0]
                    return self._old(before, task, news)[0], render_article(task)[0].html
        raise KeyError(change.page.address)

    def look(self, pairs: Sequence[Pair]) -> Iterator[Looked]:
        """Compare entities, a few at a time: see `SiteBuilder.build`."""
        for at in range(0, len(pairs), TOGETHER):
            few = pairs[at : at + TOGETHER]
            for old, new in self._plans(few):
                yield self._compare(old, new)

    # ---- one entity

    def _plans(self, pairs: Sequence[Pair]) -> Iterator[tuple[_Planned, _Planned]]:
        """Plan entities in both states; the old plan is the new one where nothing that it uses changed."""
        before = self._states.before
        news = [new for _, new in pairs if new is not None]
        self._after.loader.read_ahead(news)
        loaded = {new: self._after.loader.load(new) for new in news}
        planned = dict(zip(news, self._after.planner.plan([loaded[new][0] for new in news]), strict=True))
        todo: list[tuple[str, tuple[Loaded, list[Diagnostic]]]] = []
        same: set[str] = set()
        for old, new in pairs:
            if old is None or before is None:
                continue
            here = loaded.get(new or "")
            if here is not None and old == new and self._is_same(here[0]):
                plan = planned[old][0]
                if plan is None or plan.uses.isdisjoint(self._states.shared):
                    same.add(old)
                    continue
                todo.append((old, here))
            else:
                todo.append((old, before.loader.load(old)))
        plans = before.planner.plan([each[1][0] for each in todo]) if before is not None else []
        olds = {id_: (each, plan) for (id_, each), plan in zip(todo, plans, strict=True)}
        for old, new in pairs:
            now = _Planned([], None)
            if new is not None:
                plan, found = planned[new]
                now = _Planned([*loaded[new][1], *found], plan)
            if old in same:
                yield now, now
            elif old in olds:
                (_, found), (plan, more) = olds[old]
                yield _Planned([*found, *more], plan), now
            else:
                yield _Planned([], None), now

    def _is_same(self, loaded: Loaded) -> bool:
        """Tell whether the facts of an entity are what they were."""
        states = self._states
        return states.same_settings and states.changed.isdisjoint(loaded.files)

    def _compare(self, old: _Planned, new: _Planned) -> Looked:
        plan = new.plan
        found = [one for one in new.found if one.severity == "error"]
        count = len(plan.pages) if plan is not None else 0
        if found or old is new:
            return Looked(count, found=tuple(found))
        olds, news = _pages(old.plan), _pages(plan)
        broken = [one for one in old.found if one.severity == "error"]
        changed: list[PageChange] = []
        added: list[PageName] = []
        moved: list[tuple[str, str]] = []
        lost: list[PageName] = []
        for key, (task, file) in news.items():
            was = olds.pop((self._policies.get(key[0], key[0]), key[1]), None)
            name = _name(task, file.path)
            if was is None:
                found += [one for one in render_article(task)[1] if one.severity == "error"]
                (lost if broken else added).append(name)
                continue
            address = _address(was[1].path)
            if address != name.address:
                moved.append((address, name.address))
            if was[1].key == file.key:
                continue
            article, more = render_article(task)
            found += [one for one in more if one.severity == "error"]
            before, more = self._old(was[0], task, news)
            if broken or more or self._is_broken(was[0]):
                broken += more
                lost.append(name)
                continue
            differ = cuts(before, article.html)
            if differ and not found:
                causes = self._why(was[0], task, (was[1].marks, file.marks), differ)
                changed.append(self._change(name, address, differ, causes, article.html))
        removed = [_name(task, file.path) for task, file in olds.values()]
        return Looked(
            count,
            tuple(changed),
            tuple(added),
            tuple(removed),
            tuple(moved),
            tuple(lost),
            tuple(found),
            tuple(broken),
        )

    def _why(
        self, old: PageTask, new: PageTask, marks: tuple[str, str], differ: Sequence[Cut]
    ) -> tuple[Cause, ...]:
        return tuple(self._causes.of(old, new, marks, differ)) if self._causes is not None else ()

    def _change(
        self, name: PageName, was: str, differ: tuple[Cut, ...], causes: tuple[Cause, ...], html: str
    ) -> PageChange:
        history = self._after.site.releases.get((name.entity, name.policy, name.locale), ())
        last = history[-1] if history else None
        return PageChange(
            page=name,
            was=was if was != name.address else None,
            released=last.release.version if last is not None else None,
            is_released=last is not None and text_digest_of(html) == last.line.text,
            key=hashlib.sha256(repr(differ).encode("utf-8", "surrogatepass")).digest(),
            causes=causes,
            added=sum(_count(cut.new) for cut in differ),
            removed=sum(_count(cut.old) for cut in differ),
        )

    def _count(self, pairs: Sequence[Pair]) -> Iterator[int]:
        """Count the pages of entities of which nothing changed."""
        ids = [new for _, new in pairs if new is not None]
        if ids:
            loaded = [self._after.loader.load(id_)[0] for id_ in ids]
            for plan, _ in self._after.planner.plan(loaded):
                yield len(plan.pages) if plan is not None else 0

    # ---- the old article

    def _old(self, old: PageTask, new: PageTask, news: _Pages) -> tuple[str, list[Diagnostic]]:
        """Compose an old article; its sections, and what it links to, have the names that they have now."""
        article, found = render_article(old)
        found = [one for one in found if one.severity == "error"]
        others: dict[tuple[str, str], tuple[str, str]] = {}
        if self._states.shared and article.linked:
            for (policy, locale), (task, _) in news.items():
                before = self._policies.get(policy, policy)
                if before != policy:
                    others[before, ""] = policy, ""
                if locale == new.entity.locale:
                    here = renamed_sections(task)
                    others |= {(before, anchor): (policy, now) for anchor, now in here.items()}
        there = {section.anchor for section in old.every}
        was = {one: other for one, other in renamed_sections(new).items() if one in there}
        return followed(article.html, was, others), found

    def _is_broken(self, task: PageTask) -> bool:
        """Tell whether a file that a page of the old state is made from could not be read."""
        if not self._broken:
            return False
        before = self._states.before
        assert before is not None  # noqa: S101 - it has the page
        files = {section.clause.file.file for section in task.every if section.clause is not None}
        files |= {file.file for file in task.entity.lineage} | {before.site.policies[task.policy].file}
        return not self._broken.isdisjoint(files | {before.site.settings_file.file})


class _Planned(NamedTuple):
    """The plan of an entity in one state, and what is wrong with it."""

    found: list[Diagnostic]
    plan: SitePlan | None


class _PageFile(NamedTuple):
    path: str
    key: str
    marks: str


_Pages = dict[tuple[str, str], tuple[PageTask, _PageFile]]


def _pages(plan: SitePlan | None) -> _Pages:
    """Return the pages of a site by policy and locale."""
    out: _Pages = {}
    for file in plan.files if plan is not None else ():
        task = page_of(file.task)
        if task is not None:
            out[task.policy, task.entity.locale] = task, _PageFile(file.path, file.key, file.marks)
    return out


def _address(path: str) -> str:
    return path.removesuffix("/index.html")


def _name(task: PageTask, path: str) -> PageName:
    return PageName(task.entity.id, task.policy, task.entity.locale, _address(path), task.title)


def _count(html: str) -> int:
    return len(_TAG.sub(" ", html).split())


def _broken(before: State | None) -> frozenset[str]:
    """Return the files of the old state that could not be read."""
    if before is None:
        return frozenset()
    return frozenset(
        one.span.file for one in before.found if one.severity == "error" and one.span is not None
    )
