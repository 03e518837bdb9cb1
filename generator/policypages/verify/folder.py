"""Read the files of a site in a folder, and those that hold them compressed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from policypages.formats import manifest as manifests
from policypages.formats.encoding import DecodingError, decoded_digest
from policypages.formats.published import RECORD as PUBLISHED
from policypages.formats.record import Content, Record
from policypages.headers import ENCODINGS, plain_path
from policypages.paths import BUILD_RECORD, MANIFEST
from policypages.verify.comparing import Found, Outcome

_PIECE: Final = 1 << 20


class Folder:
    """The files below one folder; links are not followed, since no build makes any."""

    has_host_files = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look(
        self,
        files: Mapping[str, Content],
        moved: Mapping[str, str],  # noqa: ARG002 - as of all places
    ) -> Iterator[tuple[str, Found]]:
        """Read each file, and what holds it compressed."""
        for path, wanted in files.items():
            found = self._file(path)
            yield path, self._compressed(path, wanted) if found.content == wanted else found

    def _file(self, path: str) -> Found:
        place = self._folder / path
        try:
            if place.is_symlink() or not place.is_file():
                return Found(None, "is not there" if not place.exists() else "is no file", missing=True)
            size, digest = 0, hashlib.sha256()
            with place.open("rb") as file:
                while piece := file.read(_PIECE):
                    size += len(piece)
                    digest.update(piece)
        except OSError as error:
            return Found(None, f"cannot be read: {error.strerror}")
        return Found(Content(size, digest.hexdigest()))

    def _compressed(self, path: str, wanted: Content) -> Found:
        """Find what the compressed files beside a file hold: many readers get nothing else."""
        for ending, encoding in ENCODINGS.items():
            place = self._folder / f"{path}{ending}"
            if not place.is_file():
                continue
            try:
                if Content(*decoded_digest([place.read_bytes()], encoding, most=wanted.size)) != wanted:
                    return Found(None, f"has other bytes than the build made in `{path}{ending}`")
            except (OSError, DecodingError):
                return Found(None, f"cannot be read from `{path}{ending}`")
        return Found(wanted)

    def others(self, record: Record) -> Iterator[Outcome]:
        """Find the files that the record does not name."""
        # a folder that was published to holds a record of that
        known = {*record.files, *record.host_files, BUILD_RECORD, PUBLISHED}
        for top, folders, names in os.walk(self._folder):
            folders.sort()
            # a link to a folder is listed as one, and not gone into
            linked = [name for name in folders if Path(top, name).is_symlink()]
            for name in sorted([*names, *linked]):
                path = Path(top, name).relative_to(self._folder).as_posix()
                plain, encoding = plain_path(path)
                if path not in known and not (encoding is not None and plain in record.files):
                    yield Outcome(path, "extra", "is there, and the build made no such file")


def recorded_folders(folder: Path) -> list[Path]:
    """Return the folders of sites to verify: the folder itself, or all right in it, where one has a record.

    Folders that are for the house are of no site: `_overview`, `.policypages`. Where the build left its
    manifest, a site whose folder is gone as a whole is among them.
    """
    if (folder / BUILD_RECORD).is_file():
        return [folder]
    if not any(one.is_file() for one in folder.glob(f"*/{BUILD_RECORD}")):
        return []
    names = {*_built(folder), *(one.name for one in folder.iterdir() if one.is_dir())}
    return [folder / name for name in sorted(names) if name[:1] not in {"_", ".", ""}]


def _built(folder: Path) -> Iterator[str]:
    try:
        manifest = manifests.decode((folder / MANIFEST).read_bytes())
    except OSError:
        return
    yield from manifest.lines if manifest is not None else ()
