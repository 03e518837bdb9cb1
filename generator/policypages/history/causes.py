"""Tell why the words of a page change: which clause, fact, option or line of an outline, and where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from policypages.history.cuts import Cut
from policypages.history.edits import KeyEdit, LineEdit, key_edits, line_edits
from policypages.history.renames import renamed_clauses
from policypages.history.states import State, States
from policypages.inquiry.origins import stated, value_at
from policypages.inquiry.pages import Page
from policypages.model import ClauseFile, PageTask, SourceFile
from policypages.plan.keys import changed

_THING: Final = re.compile(r"the (clause|fact|link to) `(.*)`")
_WORD: Final = re.compile(r"\w+")
_MARKUP: Final = re.compile(r"<[^>]*>")
_MANY: Final = 4096
_OF_OUTLINE: Final = ("outline", "option", "edit")
_MOST: Final = 6  # lines of one file


class Cause(NamedTuple):
    """What was edited, at which line; `before` tells that it is gone: the line is one of the old state."""

    kind: str
    name: str
    file: str
    line: int
    before: bool = False


class Causes:
    """Finds the causes of changed pages; what many pages have in common is worked out once."""

    def __init__(self, states: States, before: State) -> None:
        self._states = states
        self._before = before
        self._after = states.after
        self._renamed = renamed_clauses(states)
        self._known: dict[tuple[str, str], list[KeyEdit]] = {}
        self._lines = lru_cache(_MANY)(self._line_edits)

    def of(self, old: PageTask, new: PageTask, marks: tuple[str, str], cuts: Sequence[Cut]) -> list[Cause]:
        """Return why a page changes, given what both are made from and what differs in them."""
        words = frozenset(_WORD.findall(_MARKUP.sub(" ", " ".join([f"{cut.old} {cut.new}" for cut in cuts]))))
        things = changed(*marks)
        found: list[Cause] = []
        facts: set[str] = set()
        outline = "the outline" in things
        for thing, what in things.items():
            match = _THING.fullmatch(thing)
            if match is not None and match[1] == "clause" and what == "is gone" and match[2] in self._renamed:
                continue  # it is there under another name
            if match is not None and match[1] == "clause":
                causes = self._clause(match[2], old, new, words)
                found += causes
                outline = outline or not causes
            elif match is not None and match[1] == "fact" and what == "changed":
                facts.add(match[2])
            elif match is not None and match[1] == "link to":
                found += self._titles(match[2], old, new)
            elif thing == "strings":
                found += self._labels(old, new)
            elif thing == "the page's title":
                found += self._titles(new.policy, old, new)
        if outline:
            facts |= self._asked(old, new)
            found += self._outline(old, new)
        for path in sorted(facts):
            found += self._fact(path, old, new)
        found = list(dict.fromkeys(found))
        return found or self._whatever(old, new)

    # ---- clauses

    def _clause(self, id_: str, old: PageTask, new: PageTask, words: frozenset[str]) -> list[Cause]:
        """Return the lines of a clause that changed, those that have words of the change if there are any."""
        files = {file.file: file for file in _files(new, id_)}
        gone = {file.file: file for file in _files(old, id_)}
        found: list[Cause] = []
        for path in dict.fromkeys([*files, *gone]):
            if path not in self._states.changed:
                continue
            edits = self._lines(path)
            near = [edit for edit in edits if edit.words & words] or edits
            found += [Cause("clause", id_, path, edit.line, edit.before) for edit in near[:_MOST]]
        return found

    def _line_edits(self, path: str) -> list[LineEdit]:
        old, new = (_clause_file(state, path) for state in (self._before, self._after))
        if old is None and new is not None:
            known = [
                file
                for was, id_ in self._renamed.items()
                for file in self._before.site.clauses[was]
                if (id_, file.variant, file.locale) == (new.id, new.variant, new.locale)
            ]
            old = known[0] if known else None
        return line_edits(old, new)

    # ---- outlines

    def _asked(self, old: PageTask, new: PageTask) -> set[str]:
        """Return the facts of other values that conditions and titles of the outline ask for."""
        asked: set[str] = set()
        for state, task in ((self._before, old), (self._after, new)):
            outline = state.planner.outlines.outline(task.entity, state.site.policies[task.policy])
            waiting = list(outline.sections)
            while waiting:
                section = waiting.pop()
                waiting += section.children
                for text in (section.when, section.title):
                    asked |= text.reads.facts if text is not None else set()
        return {path for path in asked if _value(old, path) != _value(new, path)}

    def _outline(self, old: PageTask, new: PageTask) -> Iterator[Cause]:
        """Yield what changed in the outline of a policy, and in what the entity and its ancestors adjust."""
        names = {*self._renamed, *self._renamed.values()}
        for edit in self._of_policy(old, new):
            if edit.name in names:
                continue
            if _laid_over(edit, new.entity.locale)[0] == "sections" or edit.kind in _OF_OUTLINE:
                yield _cause(edit)
        for edit in self._of_lineage(old, new):
            path = _laid_over(edit, new.entity.locale)
            if path[:2] == ("policies", new.policy) and edit.kind in _OF_OUTLINE:
                yield _cause(edit)

    def _titles(self, policy: str, old: PageTask, new: PageTask) -> Iterator[Cause]:
        """Yield what changed in the title of a policy."""
        for edit in self._keys(*self._policy_files(policy)):
            if _laid_over(edit, new.entity.locale) == ("title",):
                yield _cause(edit, kind="policy")
        for edit in self._of_lineage(old, new):
            if _laid_over(edit, new.entity.locale) == ("policies", policy, "title"):
                yield _cause(edit)

    def _labels(self, old: PageTask, new: PageTask) -> Iterator[Cause]:
        """Yield words that the core or a theme has in articles, where the entity or the theme states them."""
        if old.labels != new.labels or old.site.strings != new.site.strings:
            for edit in self._of_lineage(old, new):
                key = edit.name.partition(".")[0]
                if edit.kind == "label" and (key.startswith("retention_") or _differ(old, new, key)):
                    yield _cause(edit)
        for path in sorted(self._states.changed):
            if path.startswith("themes/") and f"/strings/{new.entity.locale}." in path:
                yield Cause("label", "strings", path, 1)

    # ---- facts

    def _fact(self, path: str, old: PageTask, new: PageTask) -> Iterator[Cause]:
        """Yield where a fact is stated now, as exactly as the edit was; where it was, if nobody states it."""
        steps = (*path.split("."),)
        edits = [edit for edit in self._of_lineage(old, new) if edit.kind in {"fact", "parent"}]
        for state, task in ((self._after, new), (self._before, old)):
            some = False
            for one in stated(_page(state, task), steps):
                below = (*one.path.split("."),)
                near = [
                    edit
                    for edit in edits
                    if edit.file == one.place.file
                    and _is_near(_laid_over(edit, task.entity.locale), below, task.policy)
                ]
                here = [*map(_cause, near)] or [
                    Cause("fact", one.path, one.place.file, one.place.span().line, state is not self._after)
                ]
                yield from here
                some = True
            if some and (state is self._before or value_at(new.facts, steps) is not None):
                break
        yield from (_cause(edit) for edit in edits if edit.kind == "parent")

    def _whatever(self, old: PageTask, new: PageTask) -> list[Cause]:
        """Return every edit of the files of a page: what else it may come from."""
        edits = [*self._of_policy(old, new), *self._of_lineage(old, new)]
        settings = self._keys(self._before.site.settings_file, self._after.site.settings_file)
        return list(
            dict.fromkeys([*map(_cause, edits), *(_cause(edit, kind="settings") for edit in settings)])
        )

    # ---- edits of files

    def _of_policy(self, old: PageTask, new: PageTask) -> list[KeyEdit]:
        one, other = self._policy_files(old.policy)[0], self._policy_files(new.policy)[1]
        return self._keys(one, other)

    def _policy_files(self, id_: str) -> tuple[SourceFile | None, SourceFile | None]:
        return self._before.site.policies.get(id_), self._after.site.policies.get(id_)

    def _of_lineage(self, old: PageTask, new: PageTask) -> list[KeyEdit]:
        """Return what changed in the file of an entity, and in those that it extends or extended."""
        olds = {file.id: file for file in old.entity.lineage}
        out: list[KeyEdit] = []
        for at, file in enumerate(new.entity.lineage):
            before = old.entity.lineage[0] if at == 0 else olds.get(file.id)
            if before is not None and (file.file in self._states.changed or before.file != file.file):
                out += self._keys(before, file)
        return out

    def _keys(self, old: SourceFile | None, new: SourceFile | None) -> list[KeyEdit]:
        """Return what two states of a file do not state alike."""
        key = (old.file if old is not None else "", new.file if new is not None else "")
        if key not in self._known:
            if len(self._known) >= _MANY:
                self._known.clear()
            self._known[key] = key_edits(old, new)
        return self._known[key]


def _cause(edit: KeyEdit, *, kind: str | None = None) -> Cause:
    return Cause(kind or edit.kind, edit.name, edit.file, edit.line, edit.before)


def _files(task: PageTask, id_: str) -> Iterable[ClauseFile]:
    return [
        section.clause.file
        for section in task.every
        if section.clause is not None and section.clause.file.id == id_
    ]


def _clause_file(state: State, path: str) -> ClauseFile | None:
    every = (file for files in state.site.clauses.values() for file in files)
    return next((file for file in every if file.file == path), None)


def _page(state: State, task: PageTask) -> Page:
    """Return a page as questions need it, without its sections."""
    outline = state.planner.outlines.outline(task.entity, state.site.policies[task.policy])
    return Page("", "", task, outline, ())


def _value(task: PageTask, path: str) -> Any:
    return value_at(task.facts, path.split("."))


def _laid_over(edit: KeyEdit, locale: str) -> tuple[str | int, ...]:
    """Return the keys of an edit without `in: {locale: …}`; none where it is of another locale."""
    if edit.path[:1] != ("in",):
        return edit.path
    return edit.path[2:] if edit.path[1:2] == (locale,) else ("",)


def _is_near(path: tuple[str | int, ...], fact: tuple[str, ...], policy: str) -> bool:
    """Tell whether an edit is of a fact, of a part of it, or of a group that it stands in."""
    if fact[:1] == ("in",):
        fact = fact[2:]
    if fact[:1] == ("policy",):
        fact = ("policies", policy, *fact[1:])
    return path[: len(fact)] == fact or fact[: len(path)] == path


def _differ(old: PageTask, new: PageTask, key: str) -> bool:
    return old.labels.get(key) != new.labels.get(key)
