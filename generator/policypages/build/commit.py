"""Put what was staged in place, take away what no source asks for, and write the manifest last."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from policypages.build.options import Options, Previous, Report, SiteResult
from policypages.build.planning import wanted
from policypages.diagnostics import gather, has_errors
from policypages.formats import manifest as manifests
from policypages.formats.manifest import Manifest
from policypages.model import FileRecord
from policypages.write import Output, Stage


@dataclass(slots=True)
class Changes:
    """What a build came to: results of the sites it looked at, lines of the manifest of those it did not.

    `digest` is of the manifest as it is in the end, and `lines` are all of its lines.
    """

    options: Options
    previous: Previous
    results: Sequence[SiteResult]
    kept: Mapping[str, str]
    entities: Container[str]
    digest: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)


def commit(output: Output, stage: Stage | None, changes: Changes, report: Report) -> None:
    """Put the staged files in place, and say in the report what came of it."""
    before = changes.previous.manifest
    lines = _lines(changes)
    prune = _gone(before, lines)
    staged = _Staged(changes.results)
    manifest = manifests.Encoded(lines)
    changes.digest, changes.lines = manifest.digest, lines
    report.pruned = [record.path for record in prune]
    if not staged and not prune and changes.digest == before.digest:
        if stage is not None:
            output.discard(stage)
        return
    owned = _Owned(before) if before.readable else _Everything()
    more = output.commit(stage or output.new_stage(), staged, prune=prune, owned=owned, manifest=manifest)
    report.diagnostics = gather([*report.diagnostics, *more])
    report.written = not has_errors(more)


def _lines(changes: Changes) -> dict[str, str]:
    lines = {one.id: one.line for one in changes.results if one.line}
    only = changes.options.only
    others: Mapping[str, str] = {}
    if only:
        # the overview and folders of old addresses are of no site, whatever the globs match
        others = {
            folder: line
            for folder, line in changes.previous.manifest.lines.items()
            if folder not in changes.entities or not wanted(folder, only)
        }
    return {**others, **changes.kept, **lines}


def _gone(before: Manifest, lines: Mapping[str, str]) -> list[FileRecord]:
    """Return the files of the last build that this one does not have."""
    gone = []
    for folder, line in before.lines.items():
        now = lines.get(folder)
        if now == line or (now is not None and manifests.names_of(now) == manifests.names_of(line)):
            continue
        left = manifests.entries_of(now) if now is not None else {}
        gone += [entry.record for path, entry in before.entries(folder).items() if path not in left]
    return gone


class _Staged(Mapping[str, Sequence[str]]):
    """The paths of staged files by folder; where all files of one were staged, its line names them."""

    def __init__(self, results: Sequence[SiteResult]) -> None:
        self._results = {one.id: one for one in results if one.made and one.line}

    def __getitem__(self, folder: str) -> Sequence[str]:
        one = self._results[folder]
        return one.staged or _Whole(folder, one.line or "")

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)


class _Whole(Sequence[str]):
    """The paths of a folder of which all files were staged: read only where somebody looks at them."""

    def __init__(self, folder: str, line: str) -> None:
        self._folder = f"{folder}/"
        self._line = line

    @cached_property
    def _paths(self) -> list[str]:
        return [path for path, _ in manifests.sizes_of(self._line)]

    def __contains__(self, path: object) -> bool:
        return str(path).startswith(self._folder) and path in self._paths

    def __getitem__(self, at: Any) -> Any:
        return self._paths[at]

    def __len__(self) -> int:
        return manifests.count_of(self._line)


class _Owned:
    """The paths of the last manifest, looked up a folder at a time."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._folder = ""
        self._paths: Container[str] = ()

    def __contains__(self, path: object) -> bool:
        folder = str(path).partition("/")[0]
        if folder != self._folder:
            line = self._manifest.lines.get(folder)
            self._folder = folder
            self._paths = {one for one, _ in manifests.sizes_of(line)} if line is not None else ()
        return path in self._paths


class _Everything:
    """What a manifest that cannot be read may have held: what is in the way of a page is written over."""

    def __contains__(self, _: object) -> bool:
        return True
