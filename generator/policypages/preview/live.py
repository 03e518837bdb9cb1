"""The live state of one site folder: replaced whole when files change, with the last good of each page."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from policypages.build.planning import wanted
from policypages.diagnostics import Diagnostic, Span, gather, has_errors, problem
from policypages.formats import policy_json, schema
from policypages.preview.folder import Changes, Files, difference, list_files
from policypages.preview.state import Basis, Made, State, first_basis, next_basis
from policypages.render import article, printed

_FORGET: Final = 32  # states
_LAST_GOOD: Final = 256  # pages; the open ones are renewed with each change, so these stay
_TRIES: Final = 5
PAGE: Final = "index.html"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is shown: globs of entities (none: all), drafts or what is published, and for which day."""

    only: tuple[str, ...] = ()
    drafts: bool = True
    as_of: datetime.date | None = None

    @property
    def day(self) -> datetime.date | None:
        """Return the day for which what is published is shown; None where sources are."""
        return None if self.drafts else self.as_of


class Shown(NamedTuple):
    """What an address shows: `data` is the page of now, or the last good one, or None.

    `bad` tells that the page of now cannot be made, or is gone; `problems` say why. `found` is false
    where no site has the address now.
    """

    data: bytes | None
    problems: tuple[Diagnostic, ...]
    bad: bool
    found: bool

    @property
    def made(self) -> str:
        """A short digest of what is shown; empty where nothing is."""
        return digest(self.data) if self.data is not None else ""


class Live:
    """What a site folder shows now. One thread calls it; each call leaves one whole state."""

    def __init__(self, root: Path, wanted: Wanted) -> None:
        self.root = root
        self.wanted = wanted
        self.state: State | None = None
        self.problems: list[Diagnostic] = []
        self.changes: list[Changes] = []  # since somebody last took them
        self._good: OrderedDict[str, bytes] = OrderedDict()
        self._ids: tuple[object, list[str]] = (None, [])

    # ---- states

    def open(self) -> bool:
        """List the folder; what sites share is read when the first of them is asked for."""
        self.relist()
        return self.state is not None

    def update(self, touched: Collection[str]) -> None:
        """Take in what was heard of; where that is not clear, list the folder."""
        patched = self.state.basis.files.patched(touched) if self.state is not None else None
        if self.state is None or patched is None:
            self.relist()
            return
        files, changes = patched
        if changes.all:
            self._begin(next_basis(self.state.basis, files, changes), changes)

    def _begin(self, basis: Basis, changes: Changes) -> None:
        """Put a new state in the place of the one that is."""
        self.state = State(self.state.number + 1 if self.state is not None else 1, basis)
        self.changes.append(changes)
        if self.state.number % _FORGET == 0:
            # a build ends, so what it keeps by the way may be much; here states come and go all day
            schema.forget()
            article.forget()
            printed.forget()
            policy_json.forget()

    def relist(self) -> None:
        """List the folder anew, and compare the stamps."""
        files, found = list_files(self.root)
        if files is None:
            # policypages.yaml is gone, for the moment or for good: what was good is shown with what is wrong
            self.problems = found
            if self.state is not None:
                basis = Basis(self.state.basis.files, self.state.basis.entities, None, tuple(found), ())
                self._begin(basis, Changes())
            return
        self.problems = []
        if self.state is None:
            self._begin(first_basis(files, found, self.wanted.day), Changes())
            return
        before = self.state.basis
        changes = difference(before.files, files)
        was_gone = before.repository is None
        if changes.all or was_gone or tuple(found) != before.listed:
            if was_gone:
                basis = first_basis(files, found, self.wanted.day)
            else:
                basis = self._relisted(before, files, changes, found)
            self._begin(basis, changes)

    @staticmethod
    def _relisted(before: Basis, files: Files, changes: Changes, found: list[Diagnostic]) -> Basis:
        """Keep what is compiled, though the folder was listed anew."""
        basis = next_basis(before, files, changes)
        names = {"collision", "invalid-id"}
        return Basis(
            files,
            basis.entities,
            basis.repository,
            (*found, *(one for one in basis.listed if one.code in names)),
            basis.read,
        )

    # ---- what is shown

    @property
    def entities(self) -> Mapping[str, str]:
        """All entities by id, shown or not."""
        return self.state.basis.entities if self.state is not None else {}

    def ids(self) -> list[str]:
        """Return the ids of the entities that are shown, sorted."""
        entities = self.entities
        if self._ids[0] is not entities:
            self._ids = (entities, [id_ for id_ in sorted(entities) if self.is_wanted(id_)])
        return self._ids[1]

    def shows(self, id_: str) -> bool:
        """Tell whether an entity is there, and one of those that are shown."""
        return id_ in self.entities and self.is_wanted(id_)

    def is_wanted(self, id_: str) -> bool:
        """Tell whether an entity is one of those that are to be shown."""
        return wanted(id_, self.wanted.only)

    def show(self, path: str) -> Shown:
        """Make a file of the output as the folder is now; where that fails, give the last good one."""
        state = self.state
        id_ = path.partition("/")[0]
        if state is None or not self.is_wanted(id_):
            return Shown(None, (), bad=True, found=False)
        made = self._make(path)
        if made.data is not None:
            self._remember(path, made.data)
            return Shown(made.data, made.found, bad=False, found=True)
        good = self._good.get(path)
        if made.planned:
            return Shown(good, made.found, bad=True, found=True)
        if has_errors(made.found):
            # what is wrong may be why no site has this page, so nobody can tell whether one should
            return Shown(good, made.found, bad=True, found=good is not None or path.endswith(PAGE))
        gone = tuple(gather([*made.found, self._gone(path)])) if good is not None else ()
        return Shown(good, gone, bad=True, found=False)

    def _make(self, path: str) -> Made:
        """Make a file of one state: what was edited while it was made is taken in, and it is made again."""
        state = self.state
        assert state is not None  # noqa: S101 - the caller looked
        made = state.make(path)
        for _ in range(_TRIES):
            moved = state.basis.files.changed()
            if not moved:
                break
            self.update(moved)
            state = self.state or state
            made = state.make(path)
        return made

    def _gone(self, path: str) -> Diagnostic:
        """Say of a page that was here why it is not here any more."""
        assert self.state is not None  # noqa: S101 - the caller looked
        id_, _, below = path.partition("/")
        address = f"{id_}/{below.removesuffix(PAGE)}"
        if id_ not in self.state.basis.entities:
            hint = f"`{address}` shows what it was; put the file of `{id_}` back, or close the page"
            return problem("unknown-entity", f"there is no entity `{id_}` any more", hint=hint)
        span = Span(self.state.basis.entities[id_])
        hint = f"`{address}` shows what it was; list its policy under `policies`, or close the page"
        return problem(
            "unknown-policy", f"`{id_}` has no page `{below.removesuffix(PAGE)}` any more", span, hint=hint
        )

    def _remember(self, path: str, data: bytes) -> None:
        self._good[path] = data
        self._good.move_to_end(path)
        while len(self._good) > _LAST_GOOD:
            self._good.popitem(last=False)

    def read_text(self, path: str) -> str:
        """Return the text of a source, to show lines of it; empty where it cannot be read."""
        if self.state is None:
            return ""
        try:
            return self.state.basis.files.read(path).decode("utf-8-sig", "replace")
        except OSError:
            return ""


def digest(data: bytes) -> str:
    """Tell bytes from others, shortly."""
    return sha256(data).hexdigest()[:16]
