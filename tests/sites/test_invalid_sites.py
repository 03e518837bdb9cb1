"""Golden sites with one kind of mistake each: what `policypages check --format short` says of them."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final

import pytest

from policypages import build as pipeline
from policypages.build.checking import check
from policypages.checks.kinds import Choice
from policypages.cli.report import short
from policypages.diagnostics import CODES, Diagnostic, gather
from policypages.sources import open_folder

FOLDER: Final = Path(__file__).parent / "invalid"
CASES: Final = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
DAY: Final = datetime.date(2026, 1, 1)
NOT_FROM_CONTENT: Final = {
    "unreadable-file": "permissions, which git does not keep: tests/unit/test_sources.py",
    "outside-root": "links, which not every checkout can hold: tests/unit/test_sources.py",
    "output-refused": "the folder that is built into: tests/unit/test_write.py",
    "output-locked": "another build: tests/unit/test_write.py",
    "kept-file": "a file changed in the output: tests/unit/test_write.py",
    "machine": "the disk: tests/unit/test_write.py",
    "dead-link": "another host: tests/unit/cli/test_external.py",
    "worker-lost": "a process that died: tests/unit/test_workers.py",
    "cache-ignored": "a torn manifest: tests/properties/test_incremental.py",
    "address-vanished": "a release, and then a page that moved: tests/sites/test_redirects.py",
    "release-changed": "git, or a file that nobody may change: tests/sites/test_integrity.py",
    "release-missing": "an object that was taken away: tests/sites/test_integrity.py",
    "release-fork": "two branches: tests/sites/test_integrity.py",
    "release-unverified": "a folder without git, a shallow clone: tests/sites/test_integrity.py",
    "unreleased-change": "a release, and then an edit: tests/sites/test_published.py",
    "short-notice": "how a release is asked for: tests/unit/cli/test_release.py",
    "release-refused": "how a release is asked for: tests/unit/cli/test_release.py",
    "too-many-files": "how many files a host takes: tests/sites/test_hosting.py",
    "no-commit": "a folder without git: tests/unit/test_provenance.py",
    "no-record": "a site that was built without one: tests/unit/test_verify.py",
    "not-as-built": "a file changed in the output: tests/unit/test_verify.py",
    "publish-refused": "the output, and the target: tests/unit/cli/test_publish.py",
    "publish-locked": "another publish: tests/more/test_publish_faults.py",
    "foreign-object": "what stands on the target: tests/unit/cli/test_publish.py",
    "source-changed": "an edit during a build: tests/sites/test_machines.py",
}


def problems_of(folder: Path) -> list[Diagnostic]:
    """Check a site as the command does."""
    sources, found = open_folder(folder)
    if sources is None:
        return found
    return gather([*found, *check(sources, pipeline.Options(DAY), Choice(), DAY).diagnostics])


@pytest.mark.parametrize("code", CASES)
def test_an_invalid_site_is_explained(code: str, *, regen: bool) -> None:
    """Every mistake is named once, at its file, line and column, and nothing that follows from it."""
    expected = FOLDER / code / "expected.txt"
    found = problems_of(FOLDER / code)
    text = "".join(f"{short(one)}\n" for one in found).replace(str(FOLDER / code), "FOLDER")
    if regen:
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")
    assert {one.code for one in found} == {code}


def test_every_code_has_an_invalid_site() -> None:
    """A code that content can cause is shown by a site; of the others it is said why not."""
    assert set(CASES) | set(NOT_FROM_CONTENT) == set(CODES)
    assert not set(CASES) & set(NOT_FROM_CONTENT)
