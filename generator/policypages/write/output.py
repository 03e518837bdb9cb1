"""The output folder while a build holds it: locked, repaired, and changed by one commit."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from policypages import beneath
from policypages.diagnostics import Diagnostic, has_errors, problem
from policypages.model import FileRecord
from policypages.paths import MANIFEST, MANIFEST_FOLDER, STAGE_PREFIX
from policypages.write import aside
from policypages.write import journal as journals
from policypages.write.aside import Spool
from policypages.write.guard import JOURNAL, real_place, refuse_contents, refuse_place
from policypages.write.journal import Journal
from policypages.write.machine import machine_problem
from policypages.write.stage import STAGE_NAME, Stage


class Output:
    """An output folder that this process has locked; made by `open_output`, given back by `close`."""

    def __init__(self, folder: str, top: int, lock: FileLock) -> None:
        self.folder = folder
        self._top = top
        self._lock = lock
        self._journaled: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read_manifest(self) -> bytes | None:
        """Return the manifest of the last build, or None before the first; raise OSError for a bad disk."""
        return _read(self._top, MANIFEST)

    def new_stage(self) -> Stage:
        """Make an empty staging folder; raise OSError where the machine prevents it."""
        name = STAGE_PREFIX + os.urandom(8).hex()
        try:
            beneath.make_folder(self._top, name)
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"{self.folder}/{name}") from error
        return Stage(f"{self.folder}/{name}")

    def present(self, record: FileRecord) -> bool:
        """Tell in one system call whether a regular file of the record's size is there."""
        try:
            found = os.stat(record.path, dir_fd=self._top, follow_symlinks=False)
        except OSError:
            return False
        return found.st_size == record.size and stat.S_ISREG(found.st_mode)

    def all_present(self, files: Iterable[tuple[str, int]]) -> bool:
        """Tell as `present` does of many files, by path and size, whether all are there."""
        every = [*files]
        return self.stand([path for path, _ in every], [size for _, size in every])

    def stand(self, paths: Iterable[str], sizes: Sequence[int]) -> bool:
        """Tell as `present` does of very many files whether all are there, each with its size."""
        look, regular = partial(os.stat, dir_fd=self._top, follow_symlinks=False), stat.S_IFREG >> 12
        try:
            found = [one.st_size if one.st_mode >> 12 == regular else -1 for one in map(look, paths)]
        except OSError:
            return False
        return found == sizes

    def holds(self, record: FileRecord) -> bool:
        """Tell whether a regular file with the record's bytes is there, reached through no link."""
        return journals.holds(self._top, record)

    def read(self, path: str) -> bytes:
        """Return the bytes of a regular file, reached through no link; raise OSError where there is none."""
        data = _read(self._top, path)
        if data is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return data

    def read_aside(self, name: str) -> bytes | None:
        """Return what a build wrote beside its manifest; None where there is nothing to be read."""
        return aside.read(self._top, name)

    def write_aside(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write beside the manifest what the next build may use and could do without."""
        aside.write(self._top, name, pieces)

    def spool(self) -> Spool:
        """Begin a file beside the manifest that is written piece by piece."""
        return Spool(self._top)

    def commit(
        self,
        stage: Stage,
        staged: Mapping[str, Sequence[str]],
        *,
        prune: Sequence[FileRecord],
        owned: Container[str],
        manifest: Iterable[bytes],
    ) -> list[Diagnostic]:
        """Put the staged files in place, remove `prune`, and replace the manifest last.

        `staged` must name every file in the stage, as paths by the name that they begin with: a site's
        folder, or a file at the top. Of a folder that the output does not have yet no file is looked
        at; it is renamed whole. `owned` are the paths of the last
        manifest; `manifest` is the new one in pieces. With an error among the
        diagnostics nothing was changed and the stage is gone, unless the message says that the next
        build will finish this one.
        """
        from policypages.write.obstacles import survey  # noqa: PLC0415 - only who writes needs it

        stage.close()
        try:
            survey_result = survey(self._top, staged, prune=prune, owned=owned)
            if isinstance(survey_result, Diagnostic):
                self.discard(stage)
                return [survey_result]
            plan = Journal(
                stage=stage.name,
                clear=survey_result.clear,
                folders=survey_result.folders,
                files=survey_result.files,
                prune=survey_result.prune,
                manifest=self._stage_manifest(stage, manifest),
            )
            journals.store(self._top, plan)
        except OSError as error:
            with suppress(OSError):
                journals.drop_unfinished(self._top)
            self.discard(stage)
            return [machine_problem(error, self.folder)]
        self._journaled = stage.name
        try:
            notes = journals.carry_out(self._top, plan)
        except OSError as error:
            return [_unfinished(error, self.folder)]
        self._journaled = None
        return notes

    def _stage_manifest(self, stage: Stage, pieces: Iterable[bytes]) -> str:
        """Write the manifest into the stage, and return its digest."""
        digest = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for piece in pieces:
                digest.update(piece)
                yield piece

        with beneath.folder(self._top, stage.name) as folder:
            beneath.write_file(folder, journals.STAGED_MANIFEST, b"")
            beneath.add_to_file(folder, journals.STAGED_MANIFEST, hashed())
            journals.sync(folder, journals.STAGED_MANIFEST)
        return digest.hexdigest()

    def discard(self, stage: Stage) -> None:
        """Remove a staging folder, but not one that a journal still needs."""
        stage.close()
        if stage.name != self._journaled:
            with suppress(OSError):
                journals.remove_stage(self._top, stage.name)

    def close(self) -> None:
        """Give back the lock; may be called twice."""
        if self._top < 0:
            return
        with suppress(OSError):
            os.unlink(f"{MANIFEST_FOLDER}/pid", dir_fd=self._top)
        os.close(self._top)
        self._top = -1
        self._lock.release()


def open_output(root: Path, out: Path) -> tuple[Output | None, list[Diagnostic]]:
    """Take the output folder for one build: check it, make it, lock it, and finish what a dead build left.

    None with diagnostics where the folder is refused, where another build holds it, or where the
    machine prevents the work.
    """
    refusal = refuse_place(root, out)
    if refusal is not None:
        return None, [refusal]
    try:
        return _take(real_place(out), out)
    except Timeout:
        return None, [_locked(real_place(out), out)]
    except NotImplementedError:
        return None, [problem("machine", f"cannot lock `{out}`: its file system has no locks")]
    except OSError as error:
        return None, [machine_problem(error, real_place(out))]


def _take(folder: str, out: Path) -> tuple[Output | None, list[Diagnostic]]:
    _make_way(folder)
    refusal = refuse_contents(out)
    if refusal is not None:
        return None, [refusal]
    with ExitStack() as undo:
        top = beneath.open_top(folder)
        undo.callback(os.close, top)
        beneath.make_folder(top, MANIFEST_FOLDER)
        lock = FileLock(f"{folder}/{MANIFEST_FOLDER}/lock", timeout=0)
        lock.acquire()
        undo.callback(lock.release)
        _note_process(top)
        notes = _repair(top, out)
        if has_errors(notes):
            return None, notes
        undo.pop_all()
        return Output(folder, top, lock), notes


def _make_way(folder: str) -> None:
    """Make the output folder and the folders on the way to it, with mode 0755."""
    if not os.path.isdir(folder):
        _make_way(os.path.dirname(folder))
        parent = beneath.open_top(os.path.dirname(folder))
        try:
            beneath.make_folder(parent, os.path.basename(folder))
        finally:
            os.close(parent)


def _repair(top: int, out: Path) -> list[Diagnostic]:
    """Finish a complete journal, discard a torn one, and remove staging folders that nobody fills."""
    notes: list[Diagnostic] = []
    journals.drop_unfinished(top)
    data = _read(top, JOURNAL)
    if data is not None:
        journal = journals.decode(data)
        if journal is None:
            os.unlink(JOURNAL, dir_fd=top)
        elif not journals.can_finish(top, journal):
            return [_lost_stage(out)]
        else:
            try:
                notes = journals.carry_out(top, journal)
            except OSError as error:
                return [_unfinished(error, str(out))]
    for name in os.listdir(top):
        if name.startswith(STAGE_PREFIX) and STAGE_NAME.fullmatch(name):
            journals.remove_stage(top, name)
    refusal = refuse_contents(out)
    return notes if refusal is None else [refusal]


def _note_process(top: int) -> None:
    with beneath.folder(top, MANIFEST_FOLDER) as folder:
        with suppress(FileNotFoundError):
            os.unlink("pid", dir_fd=folder)
        beneath.write_file(folder, "pid", f"{os.getpid()}\n".encode())


def _locked(folder: str, out: Path) -> Diagnostic:
    who = ""
    with suppress(OSError, ValueError):
        who = f" (process {int(Path(folder, MANIFEST_FOLDER, 'pid').read_text(encoding='ascii'))})"
    return problem(
        "output-locked",
        f"another build{who} is writing to `{out}`",
        hint="wait until it ends, or choose another output folder",
    )


def _unfinished(error: OSError, out: str) -> Diagnostic:
    found = machine_problem(error, out)
    hint = f"{found.hint}; " if found.hint else ""
    return problem(
        "machine",
        f"{found.message}; the output is half-way between two builds",
        hint=f"{hint.replace('; the output is as it was', '')}the next build finishes this one first",
    )


def _lost_stage(out: Path) -> Diagnostic:
    return problem(
        "output-refused",
        f"a build of `{out}` was cut short, and the staging folder that would finish it is gone",
        hint=f"delete `{out}` and build again",
    )


def _read(top: int, path: str) -> bytes | None:
    parent, name = beneath.split(path)
    try:
        with beneath.folder(top, parent) as folder:
            return beneath.read_file(folder, name)
    except FileNotFoundError:
        return None
