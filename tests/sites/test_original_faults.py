"""What was wrong in the four pages that this began with: each kind is found, and its repair is clean."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import pytest
from tests.rulecase import checked

FOLDER: Final = Path(__file__).parent / "originals"
NOON: Final = "1795348800"  # of 2026-11-22: what is overdue depends on the day
CLASSES: Final = (
    "1-claims-of-structure",
    "2-dangling-references",
    "3-lost-facts",
    "4-wrong-audience",
    "5-drift",
    "6-dead-facts",
    "7-contradiction",
)


@pytest.mark.parametrize("name", CLASSES)
def test_the_fault_is_found_and_its_repair_is_clean(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, regen: bool
) -> None:
    """`fault/` is a site with such a fault in our words; `repaired/` is laid over it, and is clean."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOON)
    shutil.copytree(FOLDER / name / "fault", tmp_path / "site")
    found, printed = checked(tmp_path / "site", monkeypatch)
    expected = FOLDER / name / "printed.txt"
    if regen:
        expected.write_text(f"{printed}\n", "utf-8", newline="\n")
    assert found
    assert f"{printed}\n" == expected.read_text("utf-8"), "run pytest with --regen, and read the diff"
    repaired = FOLDER / name / "repaired"
    assert any(repaired.rglob("*.md")) or any(repaired.rglob("*.yaml"))
    shutil.copytree(repaired, tmp_path / "site", dirs_exist_ok=True)
    assert checked(tmp_path / "site", monkeypatch) == ([], "")
