"""Build one site: load its facts, plan its files, and render and stage those that are stale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING, Final, NamedTuple

from policypages.build.compressing import compress, with_compressed
from policypages.build.options import Options, Previous, SiteResult
from policypages.build.provenance import WHY, add_record
from policypages.build.rendering import render
from policypages.build.unreleased import unreleased
from policypages.diagnostics import Diagnostic, has_errors
from policypages.formats import manifest as manifests
from policypages.formats.manifest import Entry
from policypages.formats.state import Known, write_known
from policypages.formats.trace import line_of as trace_line
from policypages.model import FixedTask, RedirectTask, ReleasedTask
from policypages.paths import BUILD_RECORD
from policypages.plan.keys import why_stale
from policypages.write import Output, Stage, stage_file

if TYPE_CHECKING:
    from policypages.build.repository import Repository
    from policypages.formats.templates.theme import ThemeEngine
    from policypages.load.entity import Loaded
    from policypages.model import FileRecord, FileTask, MadeFile, SitePlan
    from policypages.plan.sites import Planned

TOGETHER: Final = 40  # sites that are built together; see `SiteBuilder.build`

Trace = Mapping[str, Mapping[str, str]]
"""What the files of the last build were made from: marks by folder, and by path below it."""


class _Made(NamedTuple):
    """What the files of one folder came to, each in its turn: its entry where it is kept, or else its bytes.

    None in the place of bytes: something is wrong with the file. `found` is all that is wrong.
    """

    folder: str
    files: Sequence[FileTask]
    came: Sequence[Entry | bytes | None]
    stale: Sequence[tuple[str, str]]
    found: list[Diagnostic]


class SiteBuilder:
    """Builds sites one after the other, in the process that it is called in.

    The steps are attributes, so that somebody who measures can put something round each.
    """

    def __init__(
        self,
        repository: Repository,
        previous: Previous,
        options: Options,
        *,
        output: Output | None,
        stage: Stage | None,
        trace: Trace,
        stamp_of: Callable[[str], str],
        record_head: str | None = None,
    ) -> None:
        self.read_ahead: Callable[[Sequence[str]], None] = repository.loader.read_ahead
        self.load: Callable[[str], tuple[Loaded, list[Diagnostic]]] = repository.loader.load
        self.plan: Callable[[Sequence[Loaded]], list[Planned]] = repository.planner.plan
        self.render: Callable[[FileTask, ThemeEngine], tuple[MadeFile, list[Diagnostic]]] = render
        self.write: Callable[[Stage, str, bytes, str | None], FileRecord] = stage_file
        self.unreleased: Callable[[ReleasedTask], list[Diagnostic]] = unreleased
        self.engine = repository.engine
        self._previous = previous
        self._options = options
        self._output = output
        self._stage = stage
        self._trace = trace
        self._stamp_of = stamp_of
        self._record_head = record_head
        self._encodings: Sequence[str] = repository.site.settings.hosting.get("precompress") or ()

    def build(self, ids: Sequence[str]) -> Iterator[SiteResult]:
        """Build sites, a few of them at a time: all are read, then all are loaded, planned, rendered, staged.

        Code that does the same for one site after the other is still in the processor's caches, which
        takes a fifth off a build; so few plans and pages take little memory.
        """
        for at in range(0, len(ids), TOGETHER):
            few = ids[at : at + TOGETHER]
            self.read_ahead(few)
            loaded = [self.load(id_) for id_ in few]
            planned = self.plan([one for one, _ in loaded])
            made = [self._make(*each) for each in zip(few, loaded, planned, strict=True)]
            yield from map(self._result, loaded, planned, made)

    def _make(
        self,
        id_: str,
        loaded: tuple[Loaded, list[Diagnostic]],
        planned: Planned,
    ) -> _Made:
        """Render the files of a site; a group has none, and is looked at all the same."""
        found = [*loaded[1], *planned[1]]
        files = planned[0].files if planned[0] is not None else ()
        for file in files:
            if type(file.task) is ReleasedTask:
                found += self.unreleased(file.task)
        if not found or not has_errors(found):
            return self._render_files(id_, files, found)
        # what is wrong with the outline or the facts is said; what pages print is looked at all the same
        for file in files:
            found += _of_site(id_, self.render(file, self.engine)[1])
        return _Made(id_, (), (), (), found)

    def _result(
        self,
        loaded: tuple[Loaded, list[Diagnostic]],
        planned: Planned,
        made: _Made,
    ) -> SiteResult:
        """Stage what was rendered of a site, and say what came of it."""
        plan, found = planned[0], made.found
        released = self._released(plan)
        known = self._known(loaded[0].files, plan, found, released)
        if plan is None:
            line = "" if not has_errors(found) else None
            return SiteResult(made.folder, line, known, diagnostics=tuple(found))
        return self._stage_files(made, known=known, is_site=True, pages=len(plan.pages), released=released)

    def make_files(self, folder: str, files: Sequence[FileTask]) -> SiteResult:
        """Render and stage the files of one folder whose key changed or that are gone."""
        return self._stage_files(self._render_files(folder, files, []))

    def _render_files(self, folder: str, files: Sequence[FileTask], found: list[Diagnostic]) -> _Made:
        before = self._previous.manifest.entries(folder)
        came: list[Entry | bytes | None] = []
        stale: list[tuple[str, str]] = []
        every: list[FileTask] = []
        # the file that those which follow hold compressed, and its bytes where it was made
        uncompressed: FileTask | None = None
        plain: bytes | None = None
        for file, encoding in self._with_compressed(folder, files):
            every.append(file)
            if uncompressed is None or not encoding:
                uncompressed, plain = file, None
            known = before.get(file.path)
            if known is not None and not self._is_stale(known, file):
                came.append(known)
                continue
            if self._options.explain:
                stale.append((file.path, self._because(folder, known, file)))
            if plain is None:
                one, more = self.render(uncompressed, self.engine)
                if more:
                    found += _of_site(folder, more)
                plain = one.data if not more or not has_errors(more) else None
            came.append(compress(file, plain, encoding) if encoding and plain is not None else plain)
        return _Made(folder, every, came, stale, found)

    def _with_compressed(self, folder: str, files: Sequence[FileTask]) -> Iterable[tuple[FileTask, str]]:
        if self._encodings and not folder.startswith("_"):
            return with_compressed(files, self._encodings)
        return zip(files, repeat(""))

    def _stage_files(
        self,
        made: _Made,
        *,
        known: str | None = None,
        is_site: bool = False,
        pages: int = 0,
        released: list[list[str]] = [],  # noqa: B006 - nobody changes it
    ) -> SiteResult:
        folder, files = made.folder, made.files
        entries: list[Entry] = []
        staged: list[str] = []
        for file, data in zip(files, made.came, strict=True):
            if isinstance(data, Entry):
                entries.append(data)
            elif self._stage is None:
                staged.append(file.path)
            elif data is not None:
                task = file.task
                sha256 = task.sha256 if type(task) is FixedTask and task.data is data else None
                entries.append(Entry(self.write(self._stage, file.path, data, sha256), file.key))
                staged.append(file.path)
        number = len(files)
        recorded: list[str] = []
        if self._record_head is not None and files and folder[0] != "_":
            number += 1
            moved = {
                file.path.partition("/")[2]: file.task.target
                for file in files
                if type(file.task) is RedirectTask
            }
            recorded = self._add_record(self._record_head, folder, entries, released, moved)
            staged += recorded
        line: str | None = ""
        trace = ""
        if not files:
            line = None  # something is wrong with the site, and nothing was rendered to be written
        elif self._output is not None:
            line = manifests.line_of(folder, entries)
            skip = len(folder) + 1
            trace = trace_line(folder, [(file.path[skip:], file.marks) for file in files])
        return SiteResult(
            folder,
            line,
            known,
            trace,
            made=len(staged),
            kept=number - len(staged),
            staged=tuple(staged) if len(staged) < number else (),
            stale=(*made.stale, *((path, WHY) for path in recorded)),
            diagnostics=tuple(made.found),
            is_site=is_site,
            pages=pages,
        )

    def _add_record(
        self,
        head: str,
        folder: str,
        entries: list[Entry],
        released: list[list[str]],
        moved: Mapping[str, str],
    ) -> list[str]:
        """Add the record of the build to the entries of a site; return its path where it was made."""
        before = self._previous.manifest.entries(folder).get(f"{folder}/{BUILD_RECORD}")
        if before is not None and not self._is_there(before):
            before = None
        entry, made = add_record(
            head, folder, entries, released=released, moved=moved, before=before, stage=self._stage
        )
        entries.append(entry)
        return [entry.record.path] if made else []

    def _released(self, planned: SitePlan | None) -> list[list[str]]:
        """Return path and version of each page that shows a release, where that goes on record."""
        if self._record_head is None or planned is None:
            return []
        return [
            [file.path.partition("/")[2], file.task.line.version]
            for file in planned.files
            if type(file.task) is ReleasedTask
        ]

    def _known(
        self,
        files: tuple[str, ...],
        planned: SitePlan | None,
        found: Sequence[Diagnostic],
        released: list[list[str]],
    ) -> str:
        """Keep what the next build has to know of a site; what has a place would go stale."""
        notes: list[list[str | None]] | None = None
        if not found:
            notes = []
        elif all(one.span is None and not one.labels and not one.chain for one in found):
            notes = [[one.code, one.message, one.hint] for one in found]
        stamp = self._stamp_of(files[0])
        if planned is None:
            return write_known(Known(files, stamp, "", notes, None, False, (), (), ()))  # noqa: FBT003 - of what is named above
        uses = " ".join(sorted(planned.uses))
        pages = planned.pages
        moved = [[one.site, one.path, one.target] for one in planned.redirects]
        known = files + planned.reads
        name, sample = planned.name, planned.sample
        return write_known(Known(known, stamp, uses, notes, name, sample, pages, released, moved))

    def _is_stale(self, known: Entry, file: FileTask) -> bool:
        return known.key != file.key or not self._is_there(known)

    def _is_there(self, known: Entry) -> bool:
        """Tell whether a file stands in the output as it was written, and may be kept."""
        output = self._output
        if output is None or self._options.clean:
            return False
        look: Callable[..., bool] = output.holds if self._options.content_hash else output.present
        return look(known.record)

    def _because(self, folder: str, known: Entry | None, file: FileTask) -> str:
        if known is None or self._output is None:
            return "it is new"
        if self._options.clean:
            return "everything is made again (`--clean`)"
        if known.key == file.key:
            return "the file in the output is not the one that was written"
        before = self._trace.get(folder, {}).get(file.path.partition("/")[2])
        return (before is not None and why_stale(before, file.marks)) or "what it is made from changed"


def _of_site(folder: str, found: list[Diagnostic]) -> list[Diagnostic]:
    """Say of what a template does wrong which site it hits; the overview is of none."""
    known = () if folder.startswith("_") else (folder,)
    return [one if one.entities else replace(one, entities=known) for one in found]
