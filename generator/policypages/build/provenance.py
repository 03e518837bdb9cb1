"""Keep the record of a build in each site: from which commit and for which day, and a digest of each file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from policypages import __version__
from policypages.build.options import SiteResult
from policypages.formats import manifest as manifests
from policypages.formats import record as records
from policypages.formats.manifest import Entry
from policypages.formats.record import Provenance
from policypages.formats.state import read_known
from policypages.installed import version
from policypages.model import FileRecord, Redirect
from policypages.paths import BUILD_RECORD
from policypages.plan.keys import digest
from policypages.plan.redirects import file_of
from policypages.write import Stage, stage_file

if TYPE_CHECKING:
    from policypages.build.repository import Repository

_LIBRARIES: Final = (
    "babel",
    "jinja2",
    "lxml",
    "markdown-it-py",
    "markupsafe",
    "num2words",
    "pydantic",
    "pyyaml",
)

WHY: Final = "the commit, the day or a file of its site changed"
"""Why a record is made again."""


def head(provenance: Provenance, repository: Repository) -> str:
    """Write what the records of all sites begin with."""
    made_with = {"policypages": __version__, **{name: version(name) for name in _LIBRARIES}}
    return records.head(provenance, made_with=made_with, theme=repository.site.theme.digest)


def add_record(
    head: str,
    folder: str,
    entries: Sequence[Entry],
    *,
    released: Iterable[Sequence[str]],
    moved: Mapping[str, str],
    before: Entry | None,
    stage: Stage | None,
) -> tuple[Entry, bool]:
    """Make the entry of a site's record, and tell whether it was staged: one that is the same is not.

    `before` is the entry of the record that is there, None where it is not as it was written.
    """
    path = f"{folder}/{BUILD_RECORD}"
    data = records.write(head, [entry.record for entry in entries], released, moved)
    key = digest(data)
    if before is not None and before.key == key:
        return before, False
    record = stage_file(stage, path, data) if stage is not None else FileRecord(path, len(data), "")
    return Entry(record, key), True


def renew(
    head: str, folder: str, line: str, *, known: str | None, moved: Sequence[Redirect], stage: Stage
) -> SiteResult | None:
    """Make the record of a site anew of which nothing else changed; None where that is the same, too.

    Of a folder of old addresses, which is of no entity, nothing is `known`.
    """
    entries = manifests.entries_of(line)
    before = entries.pop(f"{folder}/{BUILD_RECORD}", None)
    files = [*entries.values()]
    released = read_known(known).released if known is not None else ()
    leads = {file_of(one.path): one.target for one in moved}
    entry, made = add_record(head, folder, files, released=released, moved=leads, before=before, stage=stage)
    if not made:
        return None
    path, line = entry.record.path, manifests.line_of(folder, [*files, entry])
    return SiteResult(folder, line, made=1, staged=(path,), stale=((path, WHY),))
